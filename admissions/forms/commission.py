"""Forms of the commission: the session, its agenda, opinions, decisions, letters."""

import datetime
import uuid
from typing import Any

from crispy_forms.layout import Div, Field
from django import forms
from django.utils import timezone

from admissions.forms.fields import HourField, TextArea
from admissions.models import AvisMembre, Decision, MotifCloture, Orientation, PassageCommission, SessionCommission
from admissions.queries.commission import possible_members
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models import Residence, User
from residence.models.base import today
from residence.permissions import Permission

K = Decision.Kind

# The résidence's motives: those that the commission may give.
COMMISSION_MOTIVES = (
    MotifCloture.HORS_PROJET,
    MotifCloture.RESSOURCES,
    MotifCloture.TITRE_SEJOUR,
    MotifCloture.COMPOSITION,
    MotifCloture.ACCOMPAGNEMENT,
    MotifCloture.INCOMPLET,
    MotifCloture.DETTE,
    MotifCloture.PAS_DE_PLACE,
    MotifCloture.AUTRE_SOLUTION,
)


class ResidenceForm(forms.Form):
    """In which résidence the commission will sit."""

    residence = forms.ModelChoiceField(Residence.objects.none(), label="Résidence", empty_label=None)


class SessionForm(forms.Form):
    """When, where, with whom, and how many must be there."""

    day = DateField(label="Jour")
    hour = HourField(label="Heure")
    place = forms.CharField(label="Lieu", required=False, max_length=150)
    quorum = forms.IntegerField(
        label="Quorum",
        min_value=1,
        max_value=30,
        initial=2,
        help_text="Membres présents au moins pour tenir la séance.",
    )
    members = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label="Membres",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Ceux qui ont le rôle de membre de la commission dans cette résidence.",
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, residence: Residence, session: SessionCommission | None = None, back: str, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"form_key": uuid.uuid4()}
        members = possible_members(residence)
        if session is not None:
            start = timezone.localtime(session.starts_at)
            initial = {
                "day": start.date(),
                "hour": start.time(),
                "place": session.place,
                "quorum": session.quorum,
                "members": list(session.membres.values_list("user", flat=True)),
            }
        else:
            initial["members"] = [user.pk for user in members]
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["members"].queryset = members
        self.helper = page_helper(
            Div(Field("day", wrapper_class="col-sm-6"), Field("hour", wrapper_class="col-sm-6"), css_class="row"),
            "place",
            "quorum",
            "members",
            "form_key",
            submit="Enregistrer la séance" if session else "Préparer la séance",
            back=back,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("day") and cleaned.get("hour"):
            cleaned["starts_at"] = timezone.make_aware(datetime.datetime.combine(cleaned["day"], cleaned["hour"]))
            if cleaned["day"] < today():
                self.add_error("day", "Cette date est passée.")
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What prepare_session and edit_session take."""
        return {name: self.cleaned_data[name] for name in ("starts_at", "place", "quorum", "members")}


class AgendaForm(forms.Form):
    """Put ready files on the agenda."""

    orientations = forms.ModelMultipleChoiceField(
        Orientation.objects.none(), label="Dossiers prêts", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, ready: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["orientations"].queryset = ready


class SessionChoiceForm(forms.Form):
    """To which session a ready file goes."""

    session = forms.ModelChoiceField(
        SessionCommission.objects.none(), label="Séance", empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, sessions: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = sessions
        self.fields["session"].initial = sessions.first()
        self.fields["session"].label_from_instance = _session_label  # type: ignore[attr-defined]
        self.helper = page_helper("session", submit="Inscrire à l’ordre du jour", back=back)


def _session_label(session: Any) -> str:
    start = timezone.localtime(session.starts_at)
    return f"{start:%d/%m/%Y} à {start.hour} h {start.minute:02d} ({session.get_status_display()})"


class PresenceForm(forms.Form):
    """Who came to the sitting."""

    present = forms.ModelMultipleChoiceField(
        User.objects.none(), label="Présents", widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, session: SessionCommission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = list(session.membres.all())
        self.fields["present"].queryset = User.objects.filter(pk__in=[member.user_id for member in members])
        self.fields["present"].initial = [member.user_id for member in members if member.is_present is not False]
        opened = session.status == SessionCommission.Status.SITTING
        self.helper = page_helper(
            "present",
            submit="Enregistrer les présents" if opened else "Ouvrir la séance",
            back=session.get_absolute_url(),
        )


class OpinionForm(forms.Form):
    """A member's opinion on a file."""

    opinion = forms.ChoiceField(label="Votre avis", choices=AvisMembre.Opinion.choices, widget=forms.RadioSelect)
    comment = forms.CharField(label="Observation", required=False, max_length=300, widget=TextArea(2))

    def __init__(self, *args: Any, given: AvisMembre | None, action: str, back: str, **kwargs: Any) -> None:
        if given is not None:
            kwargs.setdefault("initial", {"opinion": given.opinion, "comment": given.comment})
        super().__init__(*args, **kwargs)
        self.helper = page_helper("opinion", "comment", submit="Donner mon avis", back=back)
        self.helper.form_action = action


class LienForm(forms.Form):
    """Which member is kept out of a file."""

    user = forms.ModelChoiceField(User.objects.none(), label="Membre concerné", empty_label=None)

    def __init__(self, *args: Any, passage: PassageCommission, only: User | None, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seated = User.objects.filter(sieges__session=passage.session_id).exclude(pk__in=passage.liens.values("user"))
        self.fields["user"].queryset = seated.filter(pk=only.pk) if only else seated
        self.helper = page_helper("user", submit="Déclarer le lien", back=back)


class DecisionForm(forms.Form):
    """What the commission decides, with its reasons."""

    kind = forms.ChoiceField(label="Décision", choices=Decision.Kind.choices, widget=forms.RadioSelect)
    motives = forms.MultipleChoiceField(
        label="Motifs",
        required=False,
        choices=[(motive.value, motive.label) for motive in COMMISSION_MOTIVES],
        widget=forms.CheckboxSelectMultiple,
        help_text="Un au moins pour une décision défavorable.",
    )
    reasons = forms.CharField(
        label="Motivation",
        widget=TextArea(4),
        max_length=3000,
        help_text="Reprise telle quelle dans la lettre au candidat : en mots simples, adressée à la personne.",
    )
    reasons_prescripteur = forms.CharField(
        label="Précisions au prescripteur", required=False, widget=TextArea(3), max_length=3000
    )
    conditions = forms.CharField(
        label="Sous réserve de",
        required=False,
        widget=TextArea(2),
        max_length=1000,
        help_text="Pour une décision favorable sous réserve : ce qui est attendu.",
    )
    conditions_by_on = DateField(label="Réserve à lever avant le", required=False)
    deferred_to_on = DateField(label="Ajournée au", required=False, help_text="Pour une décision ajournée.")

    def __init__(self, *args: Any, decision: Decision | None, back: str, **kwargs: Any) -> None:
        if decision is not None:
            kwargs.setdefault("initial", {name: getattr(decision, name) for name in self.base_fields})
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            "kind",
            "motives",
            "reasons",
            "reasons_prescripteur",
            "conditions",
            Div(
                Field("conditions_by_on", wrapper_class="col-md-6"),
                Field("deferred_to_on", wrapper_class="col-md-6"),
                css_class="row",
            ),
            submit="Consigner la décision",
            back=back,
        )
        self.helper.form_class += " no-optional"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("kind")
        if kind == K.UNFAVORABLE and not cleaned.get("motives"):
            self.add_error("motives", "Une décision défavorable choisit au moins un motif de la liste.")
        if kind == K.FAVORABLE_SUBJECT_TO:
            if not cleaned.get("conditions"):
                self.add_error("conditions", "Une réserve dit ce qui est attendu.")
            if not cleaned.get("conditions_by_on") and "conditions_by_on" not in self.errors:
                self.add_error("conditions_by_on", "Une réserve dit pour quand.")
        if kind == K.DEFERRED and not cleaned.get("deferred_to_on") and "deferred_to_on" not in self.errors:
            self.add_error("deferred_to_on", "Un ajournement a sa date.")
        return cleaned


class LettersForm(forms.Form):
    """When the letters leave, and whether the prescripteur has been answered."""

    notified_on = DateField(label="Lettres datées du", validators=[not_in_the_future])
    answered_on = DateField(
        label="Réponse donnée au prescripteur le",
        required=False,
        validators=[not_in_the_future],
        help_text="Par la lettre, ou dans le logiciel du SIAO. Vide : elle reste due.",
    )

    def __init__(self, *args: Any, decision: Decision, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        orientation = decision.passage.orientation
        self.fields["notified_on"].initial = today()
        self.fields["answered_on"].initial = today()
        names = ["notified_on", "answered_on"]
        if orientation.partenaire_id is None or orientation.answered_on is not None:
            del self.fields["answered_on"]
            names.pop()
        self.helper = page_helper(*names, submit="Éditer les lettres", back=back)


class ReserveForm(forms.Form):
    """What the commission asked for is there."""

    lifted_on = DateField(label="Réserve levée le", validators=[not_in_the_future])

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lifted_on"].initial = today()
        self.helper = page_helper("lifted_on", submit="Lever la réserve", back=back)


class DerogationForm(forms.Form):
    """Why a candidate is let past a criterion."""

    critere = forms.ChoiceField(label="Critère", widget=forms.RadioSelect)
    reasons = forms.CharField(label="Motifs", widget=TextArea(4), max_length=2000)

    def __init__(self, *args: Any, points: list[Any], back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["critere"].choices = [(str(point.row.pk), point.label) for point in points]
        if len(points) == 1:
            self.fields["critere"].initial = str(points[0].row.pk)
        self.helper = page_helper("critere", "reasons", submit="Accorder la dérogation", back=back)


def residences_where(user: User, permission: Permission) -> Any:
    """The résidences where the user holds the permission."""
    return Residence.objects.visible_to(user, permission)
