"""Forms of a file of payments: the file, what is said of its lines, a departure told to the CAF."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms

from logement.actions.fichiers import LINES, Choice
from logement.forms.campagnes import MonthField, read_month
from logement.models import Encaissement, FichierPaiements
from logement.queries.rapprochement import stays_at
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models import Residence
from residence.models.base import today

Kind = FichierPaiements.Kind
Method = Encaissement.Method
DEPOSIT = "deposit"
# How a line of a statement may have been paid, as a person puts it right.
WHATS = [
    *((one.value, one.label) for one in Method if one not in (Method.CASH, Method.APL, Method.DEBIT)),
    (DEPOSIT, "virement du dépôt de garantie"),
]
FILE_MEGABYTES = 30


class FichierForm(forms.Form):
    """A file, its résidence; for the CAF's list, its month and the day it was paid."""

    residence = forms.ModelChoiceField(label="Résidence", queryset=Residence.objects.none(), empty_label=None)
    month = MonthField(label="Mois de la liste", back=24, help_text="Le mois de droit que la CAF ou la MSA paie.")
    paid_on = DateField(
        label="Versée le", initial=today, validators=[not_in_the_future], help_text="Le jour où l’argent est arrivé."
    )
    file = forms.FileField(
        label="Fichier",
        error_messages={"required": "Choisissez un fichier.", "empty": "Le fichier est vide."},
    )

    def __init__(self, *args: Any, kind: str, residences: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["residence"].queryset = residences  # type: ignore[attr-defined]
        if len(residences) == 1:
            self.fields["residence"].widget = forms.HiddenInput()
            self.fields["residence"].initial = residences[0]
        accepted = ".xlsx,.csv,.txt"
        if kind == Kind.BANK:
            del self.fields["month"], self.fields["paid_on"]
            accepted = f"{accepted},.xml"
            told = f"Relevé CAMT.053 (.xml), ou tableau (.csv, .xlsx) ; {LINES} lignes au plus."
        else:
            told = f"Classeur Excel (.xlsx) ou CSV ; {LINES} lignes au plus."
        self.fields["file"].help_text = told
        self.fields["file"].widget = forms.ClearableFileInput(attrs={"accept": accepted})
        self.helper = page_helper(*self.fields, submit="Lire le fichier", back=back, enctype="multipart/form-data")


class FichierFilterForm(forms.Form):
    """« Relevés bancaires qui ont encore des lignes à passer »."""

    nature = forms.ChoiceField(label="Nature", required=False, choices=[("", "toutes"), *Kind.choices])


def choices_in(
    data: Any, lignes: Iterable[Any], *, kind: str, residences: Iterable[int]
) -> tuple[list[Choice], dict[int, str]]:
    """What the page of the lines sends back, and, by line, the sentence for what it says wrong."""
    lignes = [one for one in lignes if f"l{one.pk}-seen" in data]
    typed = {one.pk: data.get(f"l{one.pk}-place", "").strip() for one in lignes}
    at = stays_at(list(residences), {code for code in typed.values() if code})
    said, faults = [], {}
    for one in lignes:
        prefix = f"l{one.pk}-"
        chosen = data.get(f"{prefix}sejour", "")
        sejour = int(chosen) if chosen.isdecimal() and len(chosen) < 12 else None
        if typed[one.pk]:
            sejour = at.get(typed[one.pk])
            if sejour is None:
                faults[one.pk] = f"Aucun séjour à la place « {typed[one.pk][:20]} »."
                continue
        what = data.get(f"{prefix}what", "")
        months = None
        if kind == Kind.APL and data.get(f"{prefix}first"):
            try:
                months = _months(data[f"{prefix}first"], data.get(f"{prefix}last", ""))
            except ValueError:
                faults[one.pk] = "Écrivez les mois en AAAA-MM ou MM/AAAA, le premier d’abord."
                continue
        said.append(
            Choice(
                one.pk,
                sejour=sejour,
                what=what if what in dict(WHATS) else "",
                months=months,
                left_out=f"{prefix}left_out" in data,
            )
        )
    return said, faults


def _months(first: str, last: str) -> tuple[datetime.date, datetime.date]:
    start = _month(first)
    end = _month(last) if last.strip() else start
    if end < start:
        raise ValueError("months in the wrong order")
    return start, end


def _month(text: str) -> datetime.date:
    words = text.strip()
    if "/" in words:
        month, _, year = words.partition("/")
        words = f"{int(year):04d}-{int(month):02d}"
    return read_month(words)


class DepartForm(forms.Form):
    """A departure told to the CAF or the MSA."""

    left_on = DateField(label="Départ le")
    is_death = forms.BooleanField(
        label="décès", required=False, help_text="L’APL est alors due jusqu’à la fin du mois du décès."
    )
    reported_on = DateField(label="Signalé à la CAF ou à la MSA le", initial=today, validators=[not_in_the_future])

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(*self.fields, submit="Noter le signalement", back=back)


class AplMonthForm(forms.Form):
    """« APL de mars 2026 : ce qui diffère »."""

    mois = MonthField(label="Mois", back=24, required=False)
    montre = forms.ChoiceField(
        label="Lignes",
        required=False,
        choices=[("", "toutes"), ("attendues", "pas encore reçues"), ("differentes", "différentes de l’attendu")],
    )
