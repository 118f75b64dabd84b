"""Forms of an import: the file, what its columns hold, what is said of its lines."""

from collections.abc import Iterable
from typing import Any

from django import forms

from admissions.actions.imports import LINES, Correction
from admissions.forms.orientations import DispositifChoiceField
from admissions.rules.colonnes import CHAMPS
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.imports import FILE_BYTES
from residence.models import Dispositif, Partenaire, Route, User
from residence.models.base import today
from residence.permissions import Permission

NOBODY = "nobody"


class ImportForm(forms.Form):
    """A file, who sent it, for which dispositif."""

    partenaire = forms.ModelChoiceField(
        Partenaire.objects.none(),
        label="Envoyé par",
        empty_label="à choisir",
        help_text="Ce que contiennent ses colonnes est retenu pour la prochaine fois.",
    )
    dispositif = DispositifChoiceField(Dispositif.objects.none(), label="Dispositif", empty_label="à choisir")
    route = forms.ChoiceField(label="Par quelle voie", choices=Route.choices)
    received_on = DateField(
        label="Reçu le",
        validators=[not_in_the_future],
        help_text="Vaut pour les lignes qui ne disent pas leur date.",
    )
    file = forms.FileField(
        label="Fichier",
        help_text=f"Classeur Excel (.xlsx) ou CSV, {LINES} lignes et {FILE_BYTES // 1024 // 1024} Mo au plus.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": "Choisissez un fichier.", "empty": "Le fichier est vide."},
    )

    def __init__(self, *args: Any, user: User, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partenaire"].queryset = Partenaire.objects.filter(closed_on__isnull=True)
        self.fields["dispositif"].queryset = (
            Dispositif.objects.visible_to(user, Permission.ORIENTATION_CREATE)
            .filter(is_open=True)
            .select_related("residence")
        )
        self.fields["received_on"].initial = today()
        self.helper = page_helper(*self.fields, submit="Lire le fichier", back=back, enctype="multipart/form-data")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        dispositif, route = cleaned.get("dispositif"), cleaned.get("route")
        if dispositif and route and route not in dispositif.routes:
            allowed = ", ".join(str(Route(one).label) for one in dispositif.routes) or "aucune voie"
            self.add_error("route", f"« {dispositif} » reçoit par : {allowed}.")
        return cleaned


def corrections_in(data: Any, lignes: Iterable[Any]) -> list[Correction]:
    """What the page of the lines sends back, line by line."""
    said = []
    for ligne in lignes:
        prefix = f"l{ligne.pk}-"
        if f"{prefix}seen" not in data:
            continue
        texts = {
            champ.code: data[f"{prefix}{champ.code}"].replace("\x00", "")
            for champ in CHAMPS
            if f"{prefix}{champ.code}" in data
        }
        same = data.get(f"{prefix}same", "")
        said.append(
            Correction(
                ligne.pk,
                texts,
                same_person=int(same) if same.isdecimal() and len(same) < 12 else None,
                nobody=same == NOBODY,
                left_out=f"{prefix}left_out" in data,
                distinct=f"{prefix}distinct" in data,
            )
        )
    return said
