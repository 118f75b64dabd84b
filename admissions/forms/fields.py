"""Fields of the admissions: a birth as people know it, an hour as it is said, a list to tick."""

import datetime
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from residence.models import Personne
from residence.models.base import today

EARLIEST = datetime.date(1900, 1, 2)

Precision = Personne.BirthPrecision
Birth = tuple[datetime.date | None, str]


class BirthField(forms.CharField):
    """A date of birth and how well it is known: « 12/03/1990 », « 03/1990 », « 1990 », or nothing.

    Gives (first day that it can be, precision): a month and a year alone stand on their first day.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Date de naissance")
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", "12/03/1990 ; ou 03/1990, ou 1990 ; laissez vide si elle est inconnue.")
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "birth"})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Birth:
        parts = [part for part in re.split(r"[\s/.\-]+", (value or "").strip()) if part]
        if not parts and not self.required:
            return None, Precision.UNKNOWN
        if not all(part.isdecimal() for part in parts) or len(parts) > 3 or not parts:
            raise ValidationError("Écrivez 12/03/1990, 03/1990 ou 1990.")
        if len(parts[0]) == 4 and len(parts) == 3:
            parts.reverse()
        day, month, year = ["1"] * (3 - len(parts)) + parts
        try:
            born = datetime.date(_year(year), int(month), int(day))
        except ValueError as error:
            raise ValidationError("Cette date n’existe pas.") from error
        if not EARLIEST <= born <= today():
            raise ValidationError("Cette date de naissance n’est pas plausible.")
        return born, (Precision.YEAR, Precision.MONTH, Precision.DAY)[len(parts) - 1]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return written_birth(*value)
        return value


def _year(written: str) -> int:
    """« 62 » is 1962, « 24 » is 2024 while 2062 has not come."""
    if len(written) == 2:
        year = today().year // 100 * 100 + int(written)
        return year if year <= today().year else year - 100
    if len(written) != 4:
        raise ValueError("a year has two or four figures")
    return int(written)


def written_birth(born_on: datetime.date | None, precision: str) -> str:
    """A birth as it is typed: « 12/03/1990 », « 03/1990 », « 1990 », or nothing."""
    if born_on is None:
        return ""
    match precision:
        case Precision.YEAR:
            return str(born_on.year)
        case Precision.MONTH:
            return f"{born_on:%m/%Y}"
    return f"{born_on:%d/%m/%Y}"


class HourField(forms.Field):
    """An hour of the day: « 9 h 30 », « 9h », « 14:00 », « 930 »."""

    default_error_messages = {"required": "Donnez l’heure.", "invalid": "Écrivez l’heure ainsi : 9 h 30."}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"placeholder": "9 h 30", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime.time | None:
        text = (value or "").strip().lower()
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,2})\s*(?:[h:.]\s*(\d{2})?)?", text) or re.fullmatch(r"(\d{1,2})(\d{2})", text)
        try:
            if found is None:
                raise ValueError(text)
            return datetime.time(int(found[1]), int(found[2] or 0))
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"]) from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value.hour} h {value.minute:02d}" if isinstance(value, datetime.time) else value


class TextArea(forms.Textarea):
    """A text of a few lines."""

    def __init__(self, rows: int = 3) -> None:
        super().__init__(attrs={"rows": rows})
