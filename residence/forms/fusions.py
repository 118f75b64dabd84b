"""Forms of a merging: who is who; and of a likeness: is it the same person."""

from collections.abc import Sequence
from typing import Any

from django import forms

from residence.forms.layout import page_helper
from residence.models import Personne

# What a line says of a person who is in one record alone.
SOMEBODY_ELSE = ""


class PairsForm(forms.Form):
    """Each person of the record that goes: who it is in the record that stays, or somebody else."""

    def __init__(
        self,
        *args: Any,
        mine: Sequence[Personne],
        theirs: Sequence[Personne],
        offered: dict[Personne, Personne],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.theirs = {f"personne_{one.pk}": one for one in theirs}
        self.mine = {str(one.pk): one for one in mine}
        for name, one in self.theirs.items():
            self.fields[name] = forms.ChoiceField(
                label=str(one),
                required=False,
                choices=[
                    (SOMEBODY_ELSE, "une autre personne, qui rejoint ce ménage"),
                    *((pk, f"la même personne que {other}{_born(other)}") for pk, other in self.mine.items()),
                ],
                initial=str(offered[one].pk) if one in offered else SOMEBODY_ELSE,
                help_text=_born(one).removeprefix(", "),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        taken: set[str] = set()
        for name in self.theirs:
            chosen = cleaned.get(name)
            if chosen and chosen in taken:
                self.add_error(name, "Cette personne est déjà reconnue à une autre ligne.")
            elif chosen:
                taken.add(chosen)
        return cleaned

    def pairs(self) -> dict[Personne, Personne]:
        """What was said: person of the record that goes, who it is in the one that stays."""
        given = self.cleaned_data
        return {one: self.mine[given[name]] for name, one in self.theirs.items() if given.get(name)}


class DoubleForm(forms.Form):
    """Two persons of one household who are the same: the record that is kept, and the one that goes."""

    garder = forms.ChoiceField(label="Fiche à garder")
    double = forms.ChoiceField(label="Fiche en double")

    def __init__(self, *args: Any, members: Sequence[Personne], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = {str(one.pk): one for one in members}
        for field in self.fields.values():
            field.choices = [("", "à choisir"), *((pk, f"{one}{_born(one)}") for pk, one in self.members.items())]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("garder") and cleaned.get("garder") == cleaned.get("double"):
            self.add_error("double", "Choisissez une autre personne que celle que l’on garde.")
        return cleaned

    def persons(self) -> tuple[Personne, Personne]:
        """The person kept, and the one who goes."""
        return self.members[self.cleaned_data["garder"]], self.members[self.cleaned_data["double"]]


def _born(personne: Personne) -> str:
    if personne.is_masked or personne.born_on is None:
        return ""
    written = {"year": f"{personne.born_on:%Y}", "month": f"{personne.born_on:%m/%Y}"}
    return f", naissance : {written.get(str(personne.birth_precision), f'{personne.born_on:%d/%m/%Y}')}"


class HouseholdForm(forms.Form):
    """The other record, by name or number."""

    q = forms.CharField(label="Nom, ou numéro du ménage", required=False, max_length=100)


class RessemblanceForm(forms.Form):
    """Whether the person typed is the one of the confidential household."""

    same = forms.TypedChoiceField(
        label="Votre réponse",
        choices=[("oui", "C’est la même personne"), ("non", "C’est une autre personne")],
        coerce=lambda value: value == "oui",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("same", submit="Enregistrer la réponse", back=back)
