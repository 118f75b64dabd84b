"""Which vacancies, in which file, told to whom."""

from typing import Any

from django import forms
from django.db.models import Q

from residence.exports import FORMATS
from residence.forms.fields import DateField
from residence.forms.layout import page_helper
from residence.models import Dispositif, Partenaire
from residence.models.base import today

TOLD = (Partenaire.Kind.SIAO, Partenaire.Kind.PREFECTURE, Partenaire.Kind.CCAS, Partenaire.Kind.DEPARTEMENT)


class VacanceFilterForm(forms.Form):
    """« Les vacances d’ici 90 jours, à signaler »: kept in the address."""

    horizon = forms.ChoiceField(
        label="D’ici",
        choices=[("30", "30 jours"), ("", "90 jours"), ("180", "180 jours"), ("365", "un an")],
        required=False,
    )
    dispositif = forms.ModelChoiceField(
        label="Dispositif", queryset=Dispositif.objects.none(), required=False, empty_label="tous"
    )
    a_signaler = forms.BooleanField(label="à signaler seulement", required=False)
    possibles = forms.BooleanField(label="avec les fins de séjour sans préavis", required=False)

    def __init__(self, *args: Any, dispositifs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dispositif"].queryset = dispositifs  # type: ignore[attr-defined]


class VacanceExportForm(forms.Form):
    """In which file the list leaves."""

    file_format = forms.ChoiceField(
        label="Format", choices=list(FORMATS.items()), initial="xlsx", widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A download leaves the page as it is: its button may be pressed again.
        self.helper = page_helper("file_format", submit="Télécharger les vacances", back=back, **{"data-again": ""})


class SignalementForm(forms.Form):
    """Who was told, and when."""

    partenaire = forms.ModelChoiceField(Partenaire.objects.none(), label="Partenaire", empty_label="choisir")
    reported_on = DateField(label="Signalées le", initial=today)

    def __init__(self, *args: Any, places: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Those who orient, and those for whom one of these places is kept.
        told = Q(kind__in=TOLD) | Q(places_reservees__in=places)
        known = Partenaire.objects.filter(told, closed_on__isnull=True).distinct()
        self.fields["partenaire"].queryset = known.order_by("kind", "sort_name")  # type: ignore[attr-defined]
        self.helper = page_helper("partenaire", "reported_on", submit="Noter le signalement", back=back)
