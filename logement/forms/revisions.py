"""Choose how a year is revised: by the index, by a rate fixed by hand, or not at all."""

from decimal import Decimal
from typing import Any

from django import forms

from logement.rules.irl import HIGHEST_FIXED_RATE, LOWEST_FIXED_RATE
from residence.forms.fields import AmountField
from residence.forms.layout import page_helper


class RevisionYearForm(forms.Form):
    """The year in the address: « ?annee=2027 »."""

    annee = forms.IntegerField(min_value=2000, max_value=2100, required=False)


class DecideRevisionForm(forms.Form):
    """By the index, frozen, or at a rate fixed by hand; the last two with their reason."""

    INDEX, FROZEN, FIXED = "irl", "gel", "taux"

    mode = forms.ChoiceField(
        label="Comment réviser ?",
        widget=forms.RadioSelect,
        choices=[
            (INDEX, "Par l’IRL du deuxième trimestre"),
            (FROZEN, "Ne pas réviser : année gelée"),
            (FIXED, "À un taux fixé à la main"),
        ],
    )
    rate = AmountField(
        label="Taux (%)",
        required=False,
        min_value=LOWEST_FIXED_RATE,
        max_value=HIGHEST_FIXED_RATE,
        max_digits=5,
        help_text="Au-delà de l’indice : plan de redressement ou réhabilitation, 5 % au plus.",
    )
    reason = forms.CharField(
        label="Raison", max_length=200, required=False, help_text="Pour un gel ou un taux fixé. Elle reste au dossier."
    )

    def __init__(self, *args: Any, year: int, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("mode", "rate", "reason", submit=f"Enregistrer pour {year}", back=back)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        mode = cleaned.get("mode")
        if mode == self.FIXED and cleaned.get("rate") is None and "rate" not in self.errors:
            self.add_error("rate", "Donnez le taux.")
        if mode in (self.FROZEN, self.FIXED) and not cleaned.get("reason"):
            self.add_error("reason", "Dites pourquoi l’année est gelée ou son taux fixé.")
        return cleaned

    @property
    def decision(self) -> dict[str, Any]:
        """`rate` and `reason` as `decide_revision` takes them."""
        rates = {self.INDEX: None, self.FROZEN: Decimal(0), self.FIXED: self.cleaned_data["rate"]}
        return {"rate": rates[self.cleaned_data["mode"]], "reason": self.cleaned_data["reason"]}
