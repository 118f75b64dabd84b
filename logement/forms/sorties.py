"""A step of an exit: the day it was done."""

from typing import Any

from django import forms

from residence.forms.fields import DateField
from residence.forms.layout import page_helper
from residence.models.base import today


class EtapeSortieForm(forms.Form):
    """The day a step was done, and a word."""

    done_on = DateField(label="Fait le")
    note = forms.CharField(
        label="Précision", max_length=200, required=False, help_text="Par quel moyen, quel numéro\u00a0; rien de privé."
    )

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"done_on": today()})
        super().__init__(*args, **kwargs)
        self.helper = page_helper("done_on", "note", submit="Enregistrer cette étape", back=back)
