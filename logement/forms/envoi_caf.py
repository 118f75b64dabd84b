"""The day the yearly table was sent."""

from typing import Any

from django import forms

from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models.base import today


class EnvoiForm(forms.Form):
    sent_on = DateField(label="Envoyé à la CAF ou à la MSA le", initial=today, validators=[not_in_the_future])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("sent_on", submit="Noter l’envoi")
