"""What is done about arrears: note a talk, write a formal notice, agree on a plan; filter the board."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from logement.actions.impayes import NOTED
from logement.models import DemarcheImpaye, DossierImpaye
from logement.rules.arrieres import instalments
from residence.forms.fields import AmountField, DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models.base import today
from residence.rules.dates import add_months, month_start
from residence.rules.money import cents, euros

Kind = DemarcheImpaye.Kind


class KeyedForm(forms.Form):
    """A form that is taken once, however often it is sent."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4


class DemarcheForm(KeyedForm):
    """A talk, a request, a report. No social note: both trades read it."""

    kind = forms.ChoiceField(label="Ce qui a été fait", widget=forms.RadioSelect)
    done_on = DateField(label="Le", initial=today, validators=[not_in_the_future])
    outcome = forms.ChoiceField(
        label="Ce qui en sort", required=False, choices=[("", "rien à dire"), *DemarcheImpaye.Outcome.choices]
    )
    amount = AmountField(
        label="Montant (€)", required=False, help_text="Promis, demandé ou accordé.", min_value=Decimal("0.01")
    )
    detail = forms.CharField(
        label="Précision",
        required=False,
        max_length=200,
        help_text="Une date, un numéro. La gestionnaire et la coordinatrice la lisent : pas de note sociale.",
    )

    def __init__(self, *args: Any, may_report: bool, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [kind for kind in NOTED if may_report or kind != Kind.CAF_REPORT]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["kind"].initial = Kind.TALK
        self.helper = page_helper(
            "kind", "done_on", "outcome", "amount", "detail", "form_key", submit="Noter la démarche", back=back
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("kind") == Kind.TALK and not cleaned.get("outcome"):
            self.add_error("outcome", "Dites ce qui est sorti de l’échange, ou que personne n’a été joint.")
        return cleaned


class MiseEnDemeureForm(KeyedForm):
    """How a formal notice is handed over."""

    form = forms.ChoiceField(
        label="Remise par",
        widget=forms.RadioSelect,
        choices=[choice for choice in DemarcheImpaye.Form.choices if choice[0] != DemarcheImpaye.Form.LETTER],
        initial=DemarcheImpaye.Form.LRAR,
        help_text="Une lettre recommandée non réclamée n’est pas remise : elle ne fait courir aucun délai.",
    )

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("form", "form_key", submit="Éditer la mise en demeure", back=back)


class RemiseMiseEnDemeureForm(forms.Form):
    """What became of a formal notice."""

    delivery = forms.ChoiceField(
        label="La lettre est", choices=DemarcheImpaye.Delivery.choices, widget=forms.RadioSelect
    )
    delivered_on = DateField(label="Remise le", required=False, validators=[not_in_the_future])

    def __init__(self, *args: Any, demarche: DemarcheImpaye, back: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"delivery": demarche.delivery, "delivered_on": demarche.delivered_on})
        super().__init__(*args, **kwargs)
        self.helper = page_helper("delivery", "delivered_on", submit="Enregistrer la remise", back=back)


class PlanForm(KeyedForm):
    """A plan for what is late today."""

    monthly = AmountField(label="Par mois, en plus de la redevance (€)", min_value=Decimal("0.01"))
    first_on = DateField(label="Première échéance")
    signed_on = DateField(label="Signé le", initial=today, validators=[not_in_the_future])

    def __init__(self, *args: Any, debt: Decimal, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.debt = debt
        self.fields["first_on"].initial = month_start(add_months(today(), 1)).replace(day=10)
        self.fields["monthly"].help_text = f"{euros(debt)} en retard : {euros(cents(debt / 6))} par mois sur six mois."
        self.helper = page_helper(
            "monthly", "first_on", "signed_on", "form_key", submit="Enregistrer le plan signé", back=back
        )

    def clean_monthly(self) -> Decimal:
        monthly: Decimal = self.cleaned_data["monthly"]
        try:
            instalments(self.debt, monthly=monthly, first_on=today())
        except ValueError:
            raise ValidationError(f"À ce rythme, il faudrait plus de 36 mois pour payer {euros(self.debt)}.") from None
        return monthly


class ArriereFilterForm(forms.Form):
    """« Impayés d’au moins 300 €, sans contact depuis un mois »."""

    q = forms.CharField(label="Résident ou place", max_length=100, required=False)
    etape = forms.ChoiceField(label="Étape", required=False, choices=[("", "toutes"), *DossierImpaye.Etape.choices])
    montant = AmountField(label="Au moins (€)", required=False)
    age = forms.TypedChoiceField(
        label="Depuis plus de",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "peu importe"), (1, "un mois"), (2, "deux mois"), (3, "trois mois"), (6, "six mois")],
    )
    contact = forms.TypedChoiceField(
        label="Sans contact depuis",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "peu importe"), (15, "quinze jours"), (30, "un mois"), (60, "deux mois")],
    )
