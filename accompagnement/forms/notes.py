"""The form of a note, and that of the search among them."""

import uuid
from typing import Any

from crispy_forms.layout import HTML, Div, Fieldset
from django import forms
from django.urls import reverse

from accompagnement.models import DossierSocial, NoteSociale, Theme
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models.base import today


class SearchForm(forms.Form):
    """What is looked for in the notes."""

    q = forms.CharField(label="Mots", required=False, max_length=100)
    theme = forms.ChoiceField(label="Thème", required=False, choices=[("", "tous"), *Theme.choices])
    nature = forms.ChoiceField(label="Nature", required=False, choices=[("", "toutes"), *NoteSociale.Kind.choices])


class NoteForm(forms.Form):
    """A note as it is typed; `form_key` makes one note of a form sent twice, `version` is the note that it corrects."""

    kind = forms.ChoiceField(label="Nature", choices=NoteSociale.Kind, widget=forms.RadioSelect)
    outcome = forms.ChoiceField(
        label="La rencontre",
        choices=NoteSociale.Outcome,
        required=False,
        help_text="Une visite refusée, ou sans personne, se note aussi : elle reste à faire.",
    )
    held_on = DateField(label="Date", validators=[not_in_the_future])
    minutes = forms.IntegerField(label="Durée (minutes)", required=False, min_value=1, max_value=1440)
    themes = forms.MultipleChoiceField(
        label="Thèmes", required=False, choices=Theme, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label="Ce qui s’est dit, ce qui a été fait",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Des faits et des paroles, sans jugement : la personne peut demander à lire son dossier.",
    )
    next_step = forms.CharField(label="Suite à donner", required=False, max_length=200)
    next_step_on = DateField(label="Pour le", required=False)
    level = forms.ChoiceField(
        label="Qui lit cette note",
        choices=NoteSociale.Level,
        widget=forms.RadioSelect,
        help_text="Une note réservée aux référents n’est lue que par eux et par vous ; chaque lecture est consignée.",
    )
    mission = forms.ChoiceField(
        label="Mission AGLS", required=False, choices=[("", "aucune"), *NoteSociale.Mission.choices]
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    # What is kept of a note as it is typed.
    TYPED = ("kind", "outcome", "held_on", "minutes", "themes", "text", "next_step", "next_step_on", "level", "mission")

    def __init__(
        self,
        *args: Any,
        dossier: DossierSocial,
        note: NoteSociale | None = None,
        draft: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        initial: dict[str, Any] = {
            "kind": NoteSociale.Kind.ENTRETIEN,
            "outcome": NoteSociale.Outcome.HELD,
            "level": NoteSociale.Level.TEAM,
            "held_on": today(),
            "form_key": uuid.uuid4(),
        }
        if note is not None:
            initial |= {name: getattr(note, name) for name in self.TYPED} | {"version": note.pk}
        kwargs["initial"] = initial | (draft or {})
        super().__init__(*args, **kwargs)
        back = reverse("accompagnement:note_detail", args=[note.pk]) if note else dossier.get_absolute_url()
        self.helper = page_helper(
            "kind",
            Div("held_on", "minutes", "outcome", css_class="fields-beside"),
            "themes",
            "text",
            Fieldset("La suite", Div("next_step", "next_step_on", css_class="fields-beside")),
            Fieldset("Lecture et comptes rendus", "level", "mission"),
            "form_key",
            "version",
            submit="Enregistrer la note",
            back=back,
        )
        # After the act: Enter in a field writes the note, it does not keep a draft.
        self.helper.layout.append(HTML('{% include "accompagnement/_note_draft.html" %}'))

    def clean_outcome(self) -> str:
        return self.cleaned_data["outcome"] or NoteSociale.Outcome.HELD

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("next_step_on") and not cleaned.get("next_step"):
            self.add_error("next_step", "Dites quelle suite donner, ou retirez sa date.")
        return cleaned

    def fields_of_note(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: self.cleaned_data[name] for name in self.TYPED}

    @classmethod
    def typed(cls, data: Any) -> dict[str, Any]:
        """What is worth keeping of a form being typed, as it was typed."""
        kept = {name: data.get(name, "")[:20_000] for name in cls.TYPED if name != "themes"}
        return kept | {"themes": [theme for theme in data.getlist("themes") if theme in Theme.values]}
