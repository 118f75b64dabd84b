"""Record a payment; look for those of a period."""

import uuid
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms

from logement.forms.campagnes import MonthField, month_name
from logement.models import AvisEcheance, Encaissement
from logement.queries.compte import Balance
from residence.forms.fields import AmountField, DateField
from residence.forms.layout import page_helper
from residence.models.base import today
from residence.rules.money import euros

REDEVANCE, DEPOSIT = "redevance", "depot"
# What is kept of a deposit comes with its settlement alone.
_BY_HAND = [choice for choice in Encaissement.Method.choices if choice[0] != Encaissement.Method.DEPOSIT]


class EncaissementForm(forms.Form):
    """Money received for a stay: what is left to pay is proposed."""

    what = forms.ChoiceField(
        label="Ce qui est payé",
        choices=[(REDEVANCE, "la redevance"), (DEPOSIT, "le dépôt de garantie")],
        widget=forms.RadioSelect,
        initial=REDEVANCE,
        required=False,
    )
    amount = AmountField(label="Montant reçu (€)")
    received_on = DateField(label="Reçu le", initial=today)
    method = forms.ChoiceField(label="Moyen", choices=[("", "choisir"), *_BY_HAND])
    for_month = MonthField(
        label="Mois de l’APL", required=False, ahead=0, help_text="Quand c’est la CAF ou la MSA qui verse."
    )
    reference = forms.CharField(
        label="Référence", max_length=100, required=False, help_text="Numéro du chèque, du virement…"
    )
    payer = forms.CharField(label="Payeur, si ce n’est pas le résident", max_length=150, required=False)
    chosen = forms.TypedMultipleChoiceField(
        label="Le résident a choisi de payer d’abord",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="S’il n’a rien dit, ne cochez rien : le mois le plus ancien est payé d’abord.",
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, balance: Balance, open_avis: list[AvisEcheance], deposit: bool, back: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        asks_deposit = balance.deposit_to_pay > 0
        pays_deposit = asks_deposit and (deposit or not balance.to_pay)
        self.fields["form_key"].initial = uuid.uuid4
        proposed = balance.deposit_to_pay if pays_deposit else balance.to_pay
        self.fields["amount"].initial = proposed or None
        self.fields["what"].initial = DEPOSIT if pays_deposit else REDEVANCE
        if asks_deposit:
            self.fields["what"].choices = [  # type: ignore[attr-defined]
                (REDEVANCE, f"la redevance ({euros(balance.to_pay)} à payer)"),
                (DEPOSIT, f"le dépôt de garantie ({euros(balance.deposit_to_pay)} à verser)"),
            ]
        else:
            self.fields["what"].widget = forms.HiddenInput()
        months = self.fields["for_month"]
        months.choices = [("", "choisir"), *months.choices]  # type: ignore[attr-defined]
        many = len(open_avis) > 1
        if many:
            self.fields["chosen"].choices = [  # type: ignore[attr-defined]
                (avis.pk, f"{month_name(avis.month)} : {euros(avis.left_to_pay)}") for avis in open_avis
            ]
        else:
            del self.fields["chosen"]
        self.helper = page_helper(
            Fieldset("Le paiement", "what", "amount", "received_on", "method", "for_month"),
            Fieldset("Facultatif", "reference", "payer", *(["chosen"] if many else [])),
            "form_key",
            submit="Enregistrer le paiement",
            back=back,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        third = {Encaissement.Method.MANDATAIRE, Encaissement.Method.OTHER}
        if cleaned.get("method") in third and not cleaned.get("payer"):
            self.add_error("payer", "Dites qui paie pour le résident.")
        return cleaned

    def payment(self) -> dict[str, Any]:
        """What `record_encaissement` takes."""
        given = self.cleaned_data
        return {
            "amount": given["amount"],
            "received_on": given["received_on"],
            "method": given["method"],
            "for_month": given["for_month"],
            "reference": given["reference"],
            "payer": given["payer"],
            "is_deposit": given["what"] == DEPOSIT,
            "chosen": tuple(given.get("chosen", ())),
            "key": given["form_key"],
        }


class ImputationForm(forms.Form):
    """Which terms a payment settles first, and why that changes."""

    chosen = forms.TypedMultipleChoiceField(
        label="Ce que ce paiement règle d’abord",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="Ce qui reste du paiement règle ensuite le mois le plus ancien.",
    )
    reason = forms.CharField(
        label="Pourquoi", max_length=200, help_text="Ce que le résident a demandé, quand et comment."
    )

    def __init__(self, *args: Any, terms: list[AvisEcheance], back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [  # type: ignore[attr-defined]
            (avis.pk, f"{month_name(avis.month)} : {euros(avis.total)} demandés, {euros(avis.paid)} payés")
            for avis in terms
        ]
        self.helper = page_helper("chosen", "reason", submit="Imputer autrement", back=back)


class EncaissementFilterForm(forms.Form):
    """« Paiements en espèces du 1er au 15 mars »."""

    q = forms.CharField(label="Résident ou place", max_length=100, required=False)
    du = DateField(label="Du", required=False)
    au = DateField(label="Au", required=False)
    moyen = forms.ChoiceField(label="Moyen", required=False, choices=[("", "tous"), *Encaissement.Method.choices])
    etat = forms.ChoiceField(
        label="Paiements", required=False, choices=[("", "valables"), ("annules", "annulés"), ("tous", "tous")]
    )
