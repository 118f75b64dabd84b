"""The fields that the forms share: dates and amounts as they are typed in France."""

import re
from decimal import Decimal
from typing import Any

from django import forms


class DateField(forms.DateField):
    """Accepts 12/03/2026, 12/3/26, 12.3.26 and 2026-03-12; a calendar is offered beside it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.DateInput(
                format="%d/%m/%Y",
                attrs={"data-date": "", "inputmode": "numeric", "autocomplete": "off", "placeholder": "jj/mm/aaaa"},
            ),
        )
        kwargs.setdefault("input_formats", ["%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d"])
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"[\s.\-]+", "/", value.strip()) if not re.match(r"\s*\d{4}-", value) else value.strip()
        return super().to_python(value)


class AmountField(forms.DecimalField):
    """Euros: accepts « 1 234,5 », « 1234.50 » and a final €."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 10)
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("min_value", Decimal(0))
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "amount"})
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"[\s\u00a0\u202f€]", "", value).replace(",", ".")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"{value:.2f}".replace(".", ",")
        return value
