"""The export of the answers to partners: which ones, in which file."""

from typing import Any

from django import forms

from residence.exports import FORMATS
from residence.forms.fields import DateField
from residence.forms.layout import page_helper
from residence.models import Partenaire


class ReponsesForm(forms.Form):
    """Which answers leave."""

    partenaire = forms.ModelChoiceField(
        Partenaire.objects.none(), label="Partenaire", required=False, empty_label="tous"
    )
    which = forms.ChoiceField(
        label="Réponses",
        choices=[("due", "dues, pas encore données"), ("given", "déjà données"), ("all", "toutes")],
        widget=forms.RadioSelect,
        initial="due",
    )
    start_on = DateField(label="Orientations reçues depuis le", required=False)
    end_on = DateField(label="Jusqu’au", required=False)
    file_format = forms.ChoiceField(
        label="Format", choices=list(FORMATS.items()), initial="xlsx", widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partenaire"].queryset = Partenaire.objects.filter(orientations__isnull=False).distinct()
        # A download leaves the page as it is: its button may be pressed again.
        self.helper = page_helper(*self.fields, submit="Télécharger les réponses", back=back, **{"data-again": ""})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("start_on"), cleaned.get("end_on")
        if start and end and end < start:
            self.add_error("end_on", "La fin ne peut pas précéder le début.")
        return cleaned
