"""Forms of an appointment."""

import datetime
import re
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.utils import timezone

from residence.forms.fields import DateField
from residence.forms.layout import page_helper
from residence.models import Delegation, RendezVous, RoleAttribution, User
from residence.models.base import today
from residence.permissions import TABLE, Permission

DURATIONS = [(str(minutes), f"{minutes} minutes") for minutes in (15, 30, 45, 60, 90, 120)]


class TimeField(forms.CharField):
    """An hour of the day: « 14h », « 14 h 30 », « 14:30 », « 1430 »."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 8)
        kwargs.setdefault("widget", forms.TextInput(attrs={"placeholder": "14 h 30", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> datetime.time | None:
        text = super().clean(value)
        found = re.fullmatch(r"(\d{1,2})\s*(?:[h:.]\s*(\d{2})?)?|(\d{2})(\d{2})", text.strip().lower())
        if found:
            hour, minute = (int(part or 0) for part in (found[1] or found[3], found[2] or found[4]))
            if hour < 24 and minute < 60:
                return datetime.time(hour, minute)
        raise forms.ValidationError("Écrivez l’heure comme 14 h 30.")

    def prepare_value(self, value: Any) -> Any:
        return f"{value.hour} h {value:%M}" if isinstance(value, datetime.time) else value


class RendezVousForm(forms.Form):
    """When, where, with whom; `rendez_vous` when an appointment is moved."""

    kind = forms.ChoiceField(label="Objet", choices=RendezVous.Kind)
    user = forms.ModelChoiceField(User.objects.none(), label="Avec", empty_label=None)
    on = DateField(label="Date")
    at = TimeField(label="Heure")
    minutes = forms.ChoiceField(label="Durée", choices=DURATIONS, initial="60")
    place = forms.CharField(label="Lieu", max_length=200, required=False)

    def __init__(
        self, *args: Any, by: User, residence_id: int, back: str, rendez_vous: RendezVous | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"user": by.pk, "minutes": "60"}
        if rendez_vous is not None:
            start = timezone.localtime(rendez_vous.start_at)
            minutes = str(int((rendez_vous.end_at - rendez_vous.start_at).total_seconds()) // 60)
            initial = {
                "user": rendez_vous.user_id,
                "on": start.date(),
                "at": start.time(),
                "minutes": minutes,
                "place": rendez_vous.place,
            }
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = team_of(residence_id) | User.objects.filter(pk=initial["user"])
        names = ["kind", "user", Div("on", "at", "minutes", css_class="fields-beside"), "place"]
        if rendez_vous is not None:
            del self.fields["kind"]
            names.remove("kind")
            if initial["minutes"] not in dict(DURATIONS):
                self.fields["minutes"].choices = [*DURATIONS, (initial["minutes"], f"{initial['minutes']} minutes")]
        verb = "Déplacer le rendez-vous" if rendez_vous else "Fixer le rendez-vous"
        self.helper = page_helper(*names, submit=verb, back=back)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("on") and cleaned.get("at") is not None:
            start = timezone.make_aware(datetime.datetime.combine(cleaned["on"], cleaned["at"]))
            cleaned["start_at"] = start
            cleaned["end_at"] = start + datetime.timedelta(minutes=int(cleaned.get("minutes") or 60))
            if cleaned["on"] < today():
                self.add_error("on", "Un rendez-vous se fixe aujourd’hui ou plus tard.")
        return cleaned


def team_of(residence_id: int) -> Any:
    """Who may receive a household of this résidence: those who hold a role that keeps appointments there today."""
    roles = TABLE[Permission.RENDEZ_VOUS_EDIT].roles
    own = RoleAttribution.objects.in_force().filter(role__in=roles, residence=residence_id)
    lent = Delegation.objects.in_force().filter(role__in=roles, residence=residence_id)
    return User.objects.filter(is_active=True, pk__in=own.values("user").union(lent.values("to_user")))
