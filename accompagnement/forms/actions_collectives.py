"""Forms of what is done together."""

import datetime
import uuid
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.core.exceptions import ValidationError

from accompagnement.forms.pages import ActForm, KeyField
from accompagnement.models import ActionCollective, Objectif
from accompagnement.queries.actions_collectives import leaders
from residence.forms.fields import AmountField, DateField
from residence.forms.layout import StaleGuard, page_helper
from residence.forms.rendez_vous import TimeField
from residence.models import Partenaire, Personne, Residence, User
from residence.models.base import today
from residence.permissions import Permission
from residence.rules.dates import add_months

_ABOUT = ("name", "theme", "mission", "description", "place", "hour", "minutes", "seats", "is_open")
_WITH = ("partenaire", "leader", "session_cost")


class EditForm(StaleGuard):
    """What an action is; `seen` tells when somebody changed it in the meantime."""

    hour = TimeField(label="Heure")
    session_cost = AmountField(
        label="Coût d’une séance (€)", required=False, help_text="Intervenant, matériel, billets."
    )

    class Meta:
        model = ActionCollective
        fields = (*_ABOUT, *_WITH)
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}

    submit = "Enregistrer l’action"
    show = ActForm.show

    def __init__(self, *args: Any, residence_ids: list[int], back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.instance.leader_id
        self.fields["leader"].queryset = leaders(residence_ids) | User.objects.filter(pk=kept)
        self.fields["leader"].empty_label = "l’équipe"
        current = Partenaire.objects.filter(closed_on=None) | Partenaire.objects.filter(pk=self.instance.partenaire_id)
        self.fields["partenaire"].queryset = current
        self.fields["partenaire"].empty_label = "aucun"
        self.fields["mission"].choices = [("", "aucune"), *ActionCollective.Mission.choices]
        self.helper = page_helper(*self.layout(), submit=self.submit, back=back)

    def layout(self) -> list[Any]:
        when = Div("place", "hour", "minutes", css_class="fields-beside")
        seats = Div("seats", "session_cost", css_class="fields-beside")
        kinds = Div("theme", "mission", css_class="fields-beside")
        people = Div("partenaire", "leader", css_class="fields-beside")
        return ["name", kinds, "description", *self.days(), when, seats, "is_open", people, "seen"]

    def days(self) -> list[Any]:
        """The fields that say on which days; those of an action that runs are extended or added to instead."""
        return []

    def given(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class PlanForm(EditForm):
    """A new action."""

    residence = forms.ModelChoiceField(Residence.objects.none(), label="Résidence", empty_label=None)
    first_on = DateField(label="Première séance le")
    last_on = DateField(
        label="Jusqu’au", required=False, help_text="Une action se prévoit pour un an, puis se prolonge."
    )
    form_key = KeyField()

    class Meta(EditForm.Meta):
        fields = (*_ABOUT, "every", "first_on", "last_on", *_WITH, "residence")

    submit = "Prévoir l’action et ses séances"

    def __init__(self, *args: Any, user: User, chosen: int | None, back: str, **kwargs: Any) -> None:
        where = Residence.objects.visible_to(user, Permission.ACTION_EDIT)
        super().__init__(*args, residence_ids=list(where.values_list("pk", flat=True)), back=back, **kwargs)
        self.fields["residence"].queryset = where
        self.fields["residence"].initial = chosen or where.first()
        self.fields["form_key"].initial = uuid.uuid4
        self.fields["leader"].initial = user.pk

    def days(self) -> list[Any]:
        return ["residence", Div("every", "first_on", "last_on", css_class="fields-beside"), "form_key"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, every = cleaned.get("first_on"), cleaned.get("every")
        if first and every == ActionCollective.Every.ONCE:
            cleaned["last_on"] = first
        elif first and not cleaned.get("last_on"):
            cleaned["last_on"] = add_months(first, 12)
        if first and cleaned.get("last_on") and cleaned["last_on"] < first:
            self.add_error("last_on", "La fin ne peut pas précéder le début.")
        return cleaned


class ExtendForm(ActForm):
    """Until when a series goes on."""

    last_on = DateField(label="Jusqu’au")

    submit = "Prolonger l’action"

    def __init__(self, *args: Any, action: ActionCollective, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_on"].initial = add_months(max(action.last_on, today()), 6)


class ReasonForm(ActForm):
    """Why a session does not take place, or why an action stops."""

    reason = forms.CharField(
        label="Pourquoi", max_length=200, help_text="Sans nom ni fait sur une personne : toute l’équipe le lit."
    )

    def __init__(self, *args: Any, submit: str, **kwargs: Any) -> None:
        self.submit = submit
        super().__init__(*args, **kwargs)


class SeanceForm(ActForm):
    """One more session."""

    held_on = DateField(label="Date")
    name = forms.CharField(label="Intitulé", required=False, max_length=100, help_text="Vide : celui de l’action.")
    hour = TimeField(label="Heure")
    minutes = forms.IntegerField(label="Durée (minutes)", min_value=5, max_value=1440)
    place = forms.CharField(label="Lieu", required=False, max_length=100)

    submit = "Ajouter la séance"

    def layout(self) -> list[Any]:
        return ["name", Div("held_on", "hour", "minutes", css_class="fields-beside"), "place"]


class EnrolForm(ActForm):
    """Who of a household comes, from when on, and towards which objective of theirs."""

    personne = forms.ModelChoiceField(Personne.objects.none(), label="Qui", empty_label=None, widget=forms.RadioSelect)
    objectif = forms.ModelChoiceField(
        Objectif.objects.none(),
        label="Pour avancer vers",
        required=False,
        empty_label="aucun objectif du projet personnalisé",
    )
    start_on = DateField(label="À partir du", initial=today)
    form_key = KeyField()

    submit = "Inscrire"

    def __init__(self, *args: Any, people: Any, objectives: Any, one_session: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["personne"].queryset = people
        self.fields["personne"].initial = people[0].pk if len(people) == 1 else None
        if objectives:
            self.fields["objectif"].queryset = objectives
            self.fields["objectif"].label_from_instance = lambda one: one.words
        else:
            self._drop("objectif")
        if one_session:
            self._drop("start_on")

    def _drop(self, name: str) -> None:
        del self.fields[name]
        self.helper.layout.fields.remove(name)


class GuestForm(ActForm):
    """A neighbour who asks for a seat."""

    guest_name = forms.CharField(
        label="Nom de la personne",
        max_length=100,
        help_text="Rien d’autre : pour une action ouverte, on peut aussi compter sans nom.",
    )
    start_on = DateField(label="À partir du", initial=today)
    form_key = KeyField()

    submit = "Inscrire"


class AttendanceForm(forms.Form):
    """Who came: the status of each person listed, and how many others."""

    anonymous_count = forms.IntegerField(
        label="Autres personnes venues, comptées sans nom", required=False, min_value=0, max_value=2000
    )
    cost = AmountField(label="Coût réel de la séance (€)", required=False)

    def __init__(self, *args: Any, people: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people

    def statuses(self, *, rest: str = "") -> dict[int, str]:
        """The status of each registration that was told of; `rest` is that of those never told of."""
        known = {"present", "excused", "absent"}
        asked = {pk: self.data.get(f"presence_{pk}", "") for pk in self.people}
        return {
            pk: value if value in known else rest
            for pk, value in asked.items()
            if value in known or (rest and not self.people[pk])
        }

    def show(self, error: ValidationError) -> None:
        """What the action refused."""
        self.add_error(None, error.messages)


class YearForm(forms.Form):
    """The year that is counted."""

    annee = forms.TypedChoiceField(label="Année", coerce=int, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now: datetime.date = today()
        self.fields["annee"].choices = [(str(year), str(year)) for year in range(now.year, now.year - 6, -1)]
