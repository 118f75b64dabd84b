"""Forms of the cash box and of the cheques."""

import uuid
from typing import Any

from django import forms

from residence.forms.fields import AmountField, DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models.base import today
from residence.rules.money import euros


class ComptageForm(forms.Form):
    """What is in the box."""

    counted = AmountField(label="Contenu de la caisse (€)")
    taken = AmountField(
        label="Dont versé à la banque (€)", required=False, help_text="Ce que vous emportez à la banque."
    )
    explanation = forms.CharField(
        label="Explication d’un écart", max_length=300, required=False, help_text="Erreur de rendu, billet refusé…"
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4
        self.helper = page_helper(*self.fields, submit="Enregistrer le comptage", back=back)


class BordereauForm(forms.Form):
    """The cheques to hand over, all ticked."""

    handed_on = DateField(label="Remis à la banque le", initial=today, validators=[not_in_the_future])
    cheques = forms.TypedMultipleChoiceField(
        label="Chèques",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez un chèque."},
    )

    def __init__(self, *args: Any, cheques: list[Any], back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cheques"].choices = [(one.pk, _said(one)) for one in cheques]  # type: ignore[attr-defined]
        self.fields["cheques"].initial = [one.pk for one in cheques]
        self.helper = page_helper("handed_on", "cheques", submit="Faire le bordereau", back=back)


def _said(cheque: Any) -> str:
    menage = cheque.sejour.menage
    more = "" if menage.is_masked else " ".join(part for part in (cheque.payer, cheque.reference) if part)
    return f"{euros(cheque.amount)}, {menage}, reçu le {cheque.received_on:%d/%m/%Y}{f' ({more})' if more else ''}"
