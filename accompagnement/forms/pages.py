"""What the forms of the social support share."""

import uuid
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from residence.forms.layout import page_helper


class ActForm(forms.Form):
    """The fields of one act in one column. A `form_key` makes one row of a form sent twice."""

    submit: ClassVar[str] = "Enregistrer"

    def __init__(self, *args: Any, back: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "form_key" in self.fields:
            self.fields["form_key"].initial = uuid.uuid4
        self.helper = page_helper(*self.layout(), submit=self.submit, back=back)

    def layout(self) -> list[Any]:
        """Every field in its order."""
        return list(self.fields)

    def show(self, error: ValidationError) -> None:
        """What an act refused, at the field that it names."""
        if hasattr(error, "error_dict"):
            for name, problems in error.error_dict.items():
                self.add_error(name if name in self.fields else None, problems)
        else:
            self.add_error(None, error.messages)


class KeyField(forms.UUIDField):
    """The key of a form, made when it is shown."""

    widget = forms.HiddenInput
