"""Forms of the incidents."""

import datetime
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accompagnement.forms.lieux import InResidenceForm, PlaceField
from accompagnement.forms.pages import ActForm, KeyField
from accompagnement.models import Incident, SuiteIncident
from accompagnement.rules.incidents import path_of
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future
from residence.models.base import today
from residence.permissions import Permission


def _now() -> str:
    return f"{timezone.localtime():%H:%M}"


def _time_field(label: str, **kwargs: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), **kwargs)


class IncidentForm(InResidenceForm):
    """An incident in thirty seconds, from a phone: what, a few words, where."""

    permission = Permission.INCIDENT_REPORT
    tells_names = True
    submit = "Signaler l’incident"

    kind = forms.ChoiceField(label="Que se passe‑t‑il ?", choices=Incident.Kind.choices, widget=forms.RadioSelect)
    told = forms.CharField(
        label="En quelques mots",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ce que vous avez vu et entendu, sans juger.",
    )
    place = PlaceField(label="Chez qui", help_text="Tapez le numéro de la place, ou un nom. Vide : parties communes.")
    where = forms.CharField(
        label="Où",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "spots", "autocomplete": "off"}),
        help_text="Hall, couloir du 2e, parking…",
    )
    on = DateField(label="Le", validators=[not_in_the_future], initial=today)
    at = _time_field("À", initial=_now)
    source = forms.ChoiceField(label="Signalé par", choices=Incident.Source.choices, initial=Incident.Source.EQUIPE)
    source_detail = forms.CharField(
        label="Qui l’a dit", required=False, max_length=100, help_text="Le voisin, l’agence et son interlocuteur…"
    )
    form_key = KeyField()

    def layout(self) -> list[Any]:
        return [
            "residence",
            Div("kind", css_class="kinds"),
            "told",
            "place",
            "where",
            Div("on", "at", css_class="two"),
            Div("source", "source_detail", css_class="two"),
            "form_key",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "place" not in self.errors and not cleaned.get("place") and not cleaned.get("where"):
            self.add_error("where", "Dites où, ou chez qui.")
        on, at = cleaned.get("on"), cleaned.get("at")
        if on and at and _moment(on, at) > timezone.now():
            self.add_error("at", "Cette heure est à venir.")
        return cleaned

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        given = dict(self.cleaned_data)
        return given | {"happened_at": _moment(given.pop("on"), given.pop("at"))}

    def show(self, error: ValidationError) -> None:
        if hasattr(error, "error_dict") and "happened_at" in error.error_dict:
            error = ValidationError({"on": error.error_dict["happened_at"]})
        super().show(error)


def _moment(on: datetime.date, at: datetime.time) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(on, at))


ORDINARY = (
    SuiteIncident.Kind.RENCONTRE,
    SuiteIncident.Kind.APPEL,
    SuiteIncident.Kind.VISITE,
    SuiteIncident.Kind.COURRIER,
    SuiteIncident.Kind.REPARATION,
    SuiteIncident.Kind.PARTENAIRE,
    SuiteIncident.Kind.POLICE,
    SuiteIncident.Kind.EQUIPE,
    SuiteIncident.Kind.AUTRE,
)


class SuiteForm(ActForm):
    """What was done about an incident; for a danger, the stages of its path first."""

    submit = "Noter"

    kind = forms.ChoiceField(label="Qu’a‑t‑on fait ?", widget=forms.RadioSelect)
    is_set_aside = forms.BooleanField(
        label="Cette étape est sans objet ici", required=False, help_text="Dites pourquoi, plus bas : cela reste écrit."
    )
    on = DateField(label="Le", validators=[not_in_the_future], initial=today)
    hour = _time_field("À", required=False)
    to_whom = forms.CharField(
        label="À qui", required=False, max_length=120, help_text="Le service, la personne jointe, la référence reçue."
    )
    text = forms.CharField(
        label="En quelques mots", required=False, max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )
    next_on = DateField(label="Y revenir le", required=False)
    form_key = KeyField()

    def __init__(self, *args: Any, incident: Incident, user: Any, **kwargs: Any) -> None:
        self.incident = incident
        decides = user.holds(Permission.INCIDENT_CLOSE, incident.residence_id)
        steps = [str(kind) for kind in ORDINARY if decides or kind != SuiteIncident.Kind.EQUIPE]
        self.path = [stage.code for stage in path_of(incident.kind)]
        super().__init__(*args, **kwargs)
        named = dict(SuiteIncident.Kind.choices)
        self.fields["kind"].choices = [(code, named[code]) for code in (*self.path, *steps)]  # type: ignore[attr-defined]
        if not self.path:
            del self.fields["is_set_aside"]
        if not incident.is_protected:
            del self.fields["hour"]
            self.fields["text"].help_text = "Toute l’équipe le lit : les faits, rien de social ni de santé."

    def layout(self) -> list[Any]:
        when = Div("on", "hour", css_class="two") if self.incident.is_protected else "on"
        aside = ["is_set_aside"] if self.path else []
        return ["kind", *aside, when, "to_whom", "text", "next_on", "form_key"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("is_set_aside"):
            if cleaned.get("kind") not in self.path:
                self.add_error("is_set_aside", "Seule une étape de la protection peut être sans objet.")
            elif not cleaned.get("text"):
                self.add_error("text", "Dites pourquoi cette étape est sans objet.")
        elif cleaned.get("kind") in ("crip", "procureur") and not cleaned.get("to_whom"):
            self.add_error("to_whom", "Dites à qui : le service, la personne, la référence.")
        return cleaned


class RequalifyForm(ActForm):
    """Another kind for an incident."""

    submit = "Changer la nature"

    kind = forms.ChoiceField(label="Nature", choices=Incident.Kind.choices, widget=forms.RadioSelect)
    text = forms.CharField(label="Pourquoi", max_length=300)


class CloseIncidentForm(ActForm):
    """How an incident ends."""

    submit = "Clore l’incident"

    outcome = forms.ChoiceField(
        label="Comment cela finit‑il ?", choices=Incident.Outcome.choices, widget=forms.RadioSelect
    )
    closed_reason = forms.CharField(label="Précision", required=False, max_length=300)


class IncidentFilterForm(forms.Form):
    """Which incidents are listed."""

    etat = forms.ChoiceField(
        label="État", required=False, choices=[("", "en cours"), ("clos", "clos"), ("tous", "tous")]
    )
    nature = forms.ChoiceField(label="Nature", required=False, choices=[("", "toutes"), *Incident.Kind.choices])
