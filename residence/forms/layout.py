"""The shape that the forms share: one column, the act at the end, a way back beside it."""

import hashlib
import json
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout, LayoutObject
from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils.html import format_html

from residence.models.base import today


def page_helper(*fields: str | LayoutObject, submit: str, back: str = "", **attributes: Any) -> FormHelper:
    """A form of one column that ends with its one act, `submit` (a verb with its object), and the way back."""
    helper = FormHelper()
    helper.form_class = "form-page"
    helper.attrs = {"novalidate": "", **attributes}
    ends = [format_html('<button class="btn btn-primary" type="submit">{}</button>', submit)]
    if back:
        ends.append(format_html('<a class="btn btn-secondary" href="{}">Revenir sans enregistrer</a>', back))
    helper.layout = Layout(*fields, Div(*(HTML(_literal(end)) for end in ends), css_class="actions"))
    return helper


def _literal(html: str) -> str:
    """`html` as a template that says exactly this."""
    return html.replace("{", "&#123;").replace("}", "&#125;")


class StaleGuard(forms.ModelForm):
    """A form that tells when somebody changed the row since it was shown: what was typed stays, both are seen."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stored = self._fingerprint()
        self.initial["seen"] = self._stored

    def _fingerprint(self) -> str:
        stored = forms.model_to_dict(self.instance, self._meta.fields)
        return hashlib.sha256(json.dumps(stored, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        seen = cleaned.pop("seen", "")
        if self.instance.pk and seen and seen != self._stored:
            # The next sending is measured against what is stored now.
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = self._stored
            raise ValidationError(["Quelqu’un a modifié cette fiche entre-temps.", *self._changes(cleaned)])
        return cleaned

    def _changes(self, cleaned: dict[str, Any]) -> list[str]:
        said = []
        for name in self.fields:
            stored = self.initial.get(name)
            if name != "seen" and name in cleaned and (cleaned[name] or "") != (stored or ""):
                said.append(
                    f"{self.fields[name].label} : enregistré « {_said(stored)} », saisi « {_said(cleaned[name])} »."
                )
        return said


def _said(value: Any) -> str:
    if value in (None, ""):
        return "rien"
    if isinstance(value, bool):
        return "oui" if value else "non"
    return f"{value:%d/%m/%Y}" if hasattr(value, "strftime") else str(value)


def not_in_the_future(day: Any) -> None:
    """A validator for dates of facts."""
    if day is not None and day > today():
        raise ValidationError("Cette date est à venir.")


def changed_fields(row: Model, values: dict[str, Any]) -> list[str]:
    """Names of the fields of `row` that `values` change."""
    return sorted(name for name, value in values.items() if getattr(row, name) != value)
