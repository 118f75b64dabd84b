"""Decide what is kept of the deposit for a line of the exit."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from logement.queries.retenues import Worsened, grid_of
from residence.forms.fields import AmountField, DateField
from residence.models import Residence


class RetenueForm(forms.Form):
    """What the repair costs and its proof; the grid proposes, the amount may be another one, with its reasons."""

    cost = AmountField(label="Coût de la remise en état", min_value=Decimal("0.01"), max_digits=8)
    poste = forms.ChoiceField(
        label="Poste de la grille de vétusté", required=False, help_text="Sans poste, la grille ne propose rien."
    )
    installed_on = DateField(
        label="Posé ou refait le",
        required=False,
        help_text="Sans date, l’élément est tenu pour en fin de vie\u00a0: la lecture qui protège le résident.",
    )
    proof_reference = forms.CharField(
        label="Justificatif", max_length=150, help_text="Facture ou devis, et son numéro."
    )
    proof = forms.FileField(
        label="Fichier du justificatif",
        required=False,
        help_text="PDF, JPEG ou PNG.",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,image/jpeg,image/png"}),
        error_messages={"empty": "Ce fichier est vide."},
    )
    amount = AmountField(
        label="Montant retenu", required=False, max_digits=8, help_text="Vide\u00a0: ce que la grille propose."
    )
    reasons = forms.CharField(
        label="Motifs, si ce n’est pas le montant proposé",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, worsened: Worsened, residence: Residence, on: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "poste": worsened.poste.name if worsened.poste else "",
            "installed_on": worsened.installed_on,
        } | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.grid = {one.name: one for one in grid_of(residence, on)}
        self.fields["poste"].choices = [("", "aucun"), *((name, name) for name in self.grid)]  # type: ignore[attr-defined]
        self.fields["proof_reference"].widget.attrs["placeholder"] = "facture n°"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        amount, cost = cleaned.get("amount"), cleaned.get("cost")
        if amount is not None and cost is not None and amount > cost:
            raise ValidationError({"amount": "Une retenue ne dépasse pas le coût de la remise en état."})
        return cleaned


class AnnulationRetenueForm(forms.Form):
    """Why a deduction is taken back."""

    reason = forms.CharField(label="Pourquoi l’annuler\u00a0?", max_length=200)
