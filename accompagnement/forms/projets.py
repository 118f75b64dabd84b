"""Forms of the projet personnalisé and of the rhythm of visits."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import HTML
from django import forms

from accompagnement.forms.pages import ActForm, KeyField
from accompagnement.models import LEVELS, Adaptation, Aide, BilanProjet, EtapeObjectif, Objectif, Theme
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future
from residence.models.base import today

NOT_TOLD = "pas abordé"


class BilanForm(ActForm):
    """Where the person stands, theme by theme, in their words; `hints` says what was told before."""

    held_on = DateField(label="Fait le", validators=[not_in_the_future])
    words = forms.CharField(
        label="Ce que la personne veut, dans ses mots",
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="« Je veux… » : sa parole, telle qu’elle la dit. C’est elle qui signera.",
    )
    review_on = DateField(label="Prochain point le", required=False)
    is_exit = forms.BooleanField(
        label="C’est le dernier point : la personne quitte la résidence ou n’est plus accompagnée", required=False
    )
    form_key = KeyField()

    submit = "Enregistrer ce point"

    def __init__(
        self, *args: Any, hints: Mapping[str, str], bilan: BilanProjet | None = None, is_first: bool = False, **kw: Any
    ) -> None:
        self.hints = hints
        stored = {one.theme: one for one in bilan.niveaux.all()} if bilan else {}
        if bilan is not None:
            kw["initial"] = {name: getattr(bilan, name) for name in ("held_on", "words", "review_on")}
            kw["initial"]["version"] = bilan.version
        self.base_fields = {**type(self).base_fields, **_scale_fields(stored)}
        if is_first or bilan is not None:
            self.base_fields.pop("is_exit")
        if bilan is not None:
            self.base_fields.pop("form_key")
            self.base_fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
        super().__init__(*args, **kw)
        if bilan is None:
            self.fields["held_on"].initial = today()

    def layout(self) -> list[Any]:
        rest = [name for name in self.fields if not name.startswith(("niveau_", "precision_", "held_on"))]
        return ["held_on", HTML('{% include "accompagnement/_scale.html" %}'), *rest]

    @property
    def scale(self) -> list[tuple[Any, Any, str]]:
        """Each theme: its level, its comment, what was told before."""
        return [(self[f"niveau_{theme}"], self[f"precision_{theme}"], self.hints.get(theme, "")) for theme in Theme]

    @property
    def legend(self) -> list[str]:
        return [NOT_TOLD, *LEVELS.values()]

    def given(self) -> dict[str, Any]:
        """What the actions take."""
        cleaned = self.cleaned_data
        levels = {
            str(theme): (int(cleaned[f"niveau_{theme}"]), cleaned[f"precision_{theme}"])
            for theme in Theme
            if cleaned.get(f"niveau_{theme}")
        }
        plain = {name: cleaned[name] for name in cleaned if not name.startswith(("niveau_", "precision_"))}
        return plain | {"levels": levels}


def _scale_fields(stored: Mapping[str, Any]) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for theme in Theme:
        one = stored.get(theme)
        fields[f"niveau_{theme}"] = forms.ChoiceField(
            label=str(theme.label).capitalize(),
            required=False,
            choices=[("", NOT_TOLD), *((str(level), said) for level, said in LEVELS.items())],
            widget=forms.RadioSelect,
            initial=str(one.level) if one else "",
        )
        fields[f"precision_{theme}"] = forms.CharField(
            label=f"Précision sur {theme.label}",
            required=False,
            max_length=200,
            initial=one.comment if one else "",
            widget=forms.TextInput(attrs={"placeholder": "Précision"}),
        )
    return fields


class SignForm(ActForm):
    """The day of the signatures."""

    signed_on = DateField(label="Signé le", validators=[not_in_the_future], initial=today)

    submit = "Noter la signature"


class ObjectifForm(ActForm):
    """An objective."""

    words = forms.CharField(
        label="Objectif, dans les mots de la personne",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="« Je veux passer mon permis », « Je veux un logement avec une chambre pour ma fille ».",
    )
    theme = forms.ChoiceField(label="Thème", choices=Theme)
    form_key = KeyField()

    submit = "Fixer cet objectif"


class ObjectifEndForm(ActForm):
    """How an objective ended."""

    outcome = forms.ChoiceField(label="Cet objectif est", choices=Objectif.Outcome, widget=forms.RadioSelect)

    submit = "Terminer l’objectif"


class EtapeForm(ActForm):
    """A step."""

    what = forms.CharField(label="Quoi", max_length=200)
    who = forms.ChoiceField(
        label="Qui s’en charge", choices=EtapeObjectif.Who, widget=forms.RadioSelect, initial=EtapeObjectif.Who.PERSONNE
    )
    who_detail = forms.CharField(
        label="Précision", required=False, max_length=100, help_text="Le nom du service ou de la personne."
    )
    due_on = DateField(label="Pour le", required=False, help_text="Daté, il revient sur votre accueil.")
    form_key = KeyField()

    submit = "Ajouter l’étape"


class RhythmForm(ActForm):
    """How often a household is visited."""

    visit_every_days = forms.TypedChoiceField(
        label="Une visite",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", "au rythme du dispositif"),
            ("7", "chaque semaine"),
            ("14", "tous les quinze jours"),
            ("30", "chaque mois"),
            ("61", "tous les deux mois"),
            ("91", "tous les trois mois"),
        ],
        widget=forms.RadioSelect,
    )

    submit = "Changer le rythme"


class DiagnosticForm(ActForm):
    """What a visit says of the home, and of what the person wants help with."""

    made_on = DateField(label="Fait le", validators=[not_in_the_future], initial=today)
    to_adapt = forms.MultipleChoiceField(
        label="Dans le logement, à adapter", required=False, choices=Adaptation, widget=forms.CheckboxSelectMultiple
    )
    help_with = forms.MultipleChoiceField(
        label="La personne voudrait de l’aide pour",
        required=False,
        choices=Aide,
        widget=forms.CheckboxSelectMultiple,
        help_text="Des gestes du quotidien, jamais un diagnostic de santé.",
    )
    conclusion = forms.CharField(label="Ce qui est convenu avec elle", max_length=300)
    again_on = DateField(label="À refaire le", required=False)
    form_key = KeyField()

    submit = "Enregistrer le diagnostic"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        again, made = cleaned.get("again_on"), cleaned.get("made_on")
        if again and made and again <= made:
            self.add_error("again_on", "Cette date vient après celle du diagnostic.")
        return cleaned
