"""What the planning shows, kept in the address."""

import datetime
from typing import Any

from django import forms

from logement.queries.planning import FILTERS
from residence.forms.fields import DateField
from residence.rules.dates import month_start

MONTHS = 12


class PlacesShownForm(forms.Form):
    """Which places: of a building, a dispositif, in a state, accessible."""

    batiment = forms.ModelChoiceField(label="Bâtiment", queryset=None, required=False, empty_label="tous")
    dispositif = forms.ModelChoiceField(label="Dispositif", queryset=None, required=False, empty_label="tous")
    etat = forms.ChoiceField(
        label="Places",
        choices=[("", "toutes"), *((code, label) for code, (label, _) in FILTERS.items())],
        required=False,
    )
    accessible = forms.BooleanField(label="accessibles en fauteuil", required=False)

    def __init__(self, *args: Any, batiments: Any, dispositifs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["batiment"].queryset = batiments  # type: ignore[attr-defined]
        self.fields["dispositif"].queryset = dispositifs  # type: ignore[attr-defined]
        for name in ("batiment", "dispositif"):
            if len(self.fields[name].choices) < 3:  # type: ignore[attr-defined]
                del self.fields[name]


class PlanningForm(PlacesShownForm):
    """`du`: the first month, « 2026-03 »; `mois`: how many."""

    du = forms.CharField(required=False, widget=forms.HiddenInput)
    mois = forms.TypedChoiceField(
        label="Sur",
        choices=[("6", "6 mois"), ("", f"{MONTHS} mois"), ("24", "24 mois")],
        required=False,
        coerce=int,
        empty_value=MONTHS,
    )

    def clean_du(self) -> datetime.date | None:
        """The first day of the month asked for; None for what is no month."""
        try:
            year, month = (int(part) for part in self.cleaned_data["du"].split("-"))
            return month_start(datetime.date(year, month, 1)) if 1990 <= year <= 2090 else None
        except ValueError:
            return None


class PlanningDayForm(PlacesShownForm):
    """`le`: the day that is looked at."""

    le = DateField(label="Le", required=False)

    field_order = ["le"]
