"""Which entries go to the accountant, in which file."""

from typing import Any

from django import forms

from logement.forms.campagnes import MonthField
from residence.exports import FORMATS
from residence.forms.layout import page_helper
from residence.models import Residence


class ComptabiliteForm(forms.Form):
    """The entries of a résidence, from a month to another, both included."""

    residence = forms.ModelChoiceField(label="Résidence", queryset=Residence.objects.none(), empty_label=None)
    start = MonthField(label="De", back=36)
    end = MonthField(label="À", back=36)
    file_format = forms.ChoiceField(label="Fichier", choices=list(FORMATS.items()), widget=forms.RadioSelect)

    def __init__(self, *args: Any, residences: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["residence"].queryset = residences  # type: ignore[attr-defined]
        if len(residences) == 1:
            self.fields["residence"].widget = forms.HiddenInput()
            self.fields["residence"].initial = residences[0]
        self.fields["file_format"].initial = "csv"
        self.helper = page_helper(
            "residence", "start", "end", "file_format", submit="Exporter les écritures", back=back
        )
        self.helper.attrs["data-again"] = ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("start") and cleaned.get("end") and cleaned["end"] < cleaned["start"]:
            self.add_error("end", "Le dernier mois vient après le premier.")
        return cleaned
