"""Choose the month of a campaign, say why one is undone."""

import datetime
from typing import Any

from django import forms
from django.utils.formats import date_format

from residence.forms.layout import page_helper
from residence.models import Residence
from residence.models.base import today
from residence.rules.dates import add_months, month_start

MONTHS_BACK = 12


def month_choices(*, back: int = MONTHS_BACK, ahead: int = 0) -> list[tuple[str, str]]:
    """Months around this one, the most recent first: (« 2026-03 », « mars 2026 »)."""
    this = month_start(today())
    months = [add_months(this, count) for count in range(ahead, -back - 1, -1)]
    return [(f"{month:%Y-%m}", month_name(month)) for month in months]


def month_name(month: datetime.date) -> str:
    return date_format(month, "F Y")


class MonthField(forms.TypedChoiceField):
    """A month, chosen by its name; its first day."""

    def __init__(self, *, back: int = MONTHS_BACK, ahead: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("choices", lambda: month_choices(back=back, ahead=ahead))
        kwargs.setdefault("coerce", read_month)
        kwargs.setdefault("empty_value", None)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, datetime.date) else value


def read_month(written: str) -> datetime.date:
    """The first day of a month written AAAA-MM."""
    return datetime.date.fromisoformat(f"{written}-01")


class ResidenceMonthForm(forms.Form):
    """One résidence, one month."""

    residence = forms.ModelChoiceField(label="Résidence", queryset=Residence.objects.none(), empty_label=None)
    month = MonthField(label="Mois", ahead=1)

    def __init__(self, *args: Any, residences: Any, submit: str, back: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["residence"].queryset = residences  # type: ignore[attr-defined]
        if len(residences) == 1:
            self.fields["residence"].widget = forms.HiddenInput()
            self.fields["residence"].initial = residences[0]
        self.helper = page_helper("residence", "month", submit=submit, back=back)


class PaperMonthForm(ResidenceMonthForm):
    """A month of which the papers are taken away; the page stays there, and may be sent again."""

    month = MonthField(label="Mois", back=36)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.attrs["data-again"] = ""


class SentMonthForm(ResidenceMonthForm):
    """A month of which the papers are sent."""

    month = MonthField(label="Mois", back=36)


class QuittancesForm(PaperMonthForm):
    """The receipts of a month that are printed."""

    with_emailed = forms.BooleanField(
        label="Aussi celles qui sont parties par courriel",
        required=False,
        help_text="Sinon, le PDF ne contient que celles à remettre sur papier.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout.insert(len(self.helper.layout.fields) - 1, "with_emailed")


class CloseMonthForm(forms.Form):
    """Close a month, and say that contracts without their avis will not have one."""

    month = MonthField(label="Dernier mois à clore", back=24)
    despite_missing = forms.BooleanField(
        label="Clore même si des contrats n’ont pas leur avis",
        required=False,
        help_text="Aucune campagne ne pourra plus le leur donner.",
    )

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("month", "despite_missing", submit="Clore le mois", back=back)


class ReasonForm(forms.Form):
    """Why something is taken back; people will read it."""

    reason = forms.CharField(label="Pourquoi", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, submit: str, back: str, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = help_text
        self.helper = page_helper("reason", submit=submit, back=back)


class CampagneFilterForm(forms.Form):
    """« Avis qui changent par rapport au mois d’avant »."""

    montre = forms.ChoiceField(
        label="Avis",
        choices=[("", "tous"), ("changes", "différents du mois d’avant"), ("anomalies", "avec une anomalie")],
        required=False,
    )
