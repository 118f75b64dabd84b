"""Forms of the services of the house."""

from typing import Any

from crispy_forms.layout import Div
from django import forms

from accompagnement.forms.lieux import InResidenceForm
from accompagnement.forms.pages import ActForm
from accompagnement.models import ServiceMaison
from accompagnement.models.services import WEEKDAYS
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future
from residence.models.base import today
from residence.permissions import Permission


class ServiceForm(InResidenceForm):
    """A service: its kind, then a rhythm in days for the linen, days and hours for another."""

    permission = Permission.SERVICE_SET
    submit = "Enregistrer le service"

    kind = forms.ChoiceField(label="Nature", choices=ServiceMaison.Kind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label="Nom", max_length=60)
    starts_on = DateField(
        label="Depuis le", initial=today, help_text="Pour le linge : le jour d’une tournée ; les autres s’en comptent."
    )
    every_days = forms.IntegerField(
        label="Tous les combien de jours", required=False, min_value=1, max_value=90, help_text="Pour le linge."
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="Jours d’ouverture",
        required=False,
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="Pour les autres services.",
    )
    opens_at = forms.TimeField(
        label="Ouvre à", required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    closes_at = forms.TimeField(
        label="Ferme à", required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    ended_on = DateField(label="Arrêté le", required=False)

    def layout(self) -> list[Any]:
        return [
            "residence",
            "kind",
            "name",
            "starts_on",
            "every_days",
            "weekdays",
            Div("opens_at", "closes_at", css_class="two"),
            "ended_on",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == ServiceMaison.Kind.LINGE:
            if not cleaned.get("every_days"):
                self.add_error("every_days", "Dites tous les combien de jours passe la tournée.")
            cleaned |= {"weekdays": [], "opens_at": None, "closes_at": None}
        elif cleaned.get("kind"):
            cleaned["every_days"] = None
            for name, said in (
                ("weekdays", "Cochez les jours où c’est ouvert."),
                ("opens_at", "Dites l’heure d’ouverture."),
                ("closes_at", "Dites l’heure de fermeture."),
            ):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, said)
            opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
            if opens and closes and closes <= opens:
                self.add_error("closes_at", "La fermeture vient après l’ouverture.")
        start, end = cleaned.get("starts_on"), cleaned.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", "La fin vient après le début.")
        return cleaned


class DayForm(ActForm):
    """How many came on a day, or why it stayed closed."""

    submit = "Noter ce jour"

    on = DateField(label="Le", initial=today, validators=[not_in_the_future])
    visitors = forms.IntegerField(
        label="Personnes venues",
        required=False,
        min_value=0,
        max_value=999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    closed_reason = forms.CharField(label="Ou fermé parce que", required=False, max_length=100)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        counted, shut = cleaned.get("visitors") is not None, bool(cleaned.get("closed_reason"))
        if counted == shut and "visitors" not in self.errors:
            self.add_error("visitors", "Dites combien de personnes sont venues, ou pourquoi c’était fermé.")
        return cleaned


class MoveForm(ActForm):
    """Another day for a round."""

    submit = "Changer le jour"

    planned_on = DateField(label="La tournée se fait le")
