"""Forms of the commission: the session, its members, its agenda, their opinions."""

import datetime
import uuid
from typing import Any

from crispy_forms.layout import Div, Field
from django import forms
from django.utils import timezone

from admissions.forms.fields import HourField, TextArea
from admissions.models import AvisMembre, Orientation, PassageCommission, SessionCommission
from admissions.queries.commission import possible_members
from residence.forms.fields import DateField
from residence.forms.layout import page_helper
from residence.models import Residence, User
from residence.models.base import today


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
        self.helper = page_helper(
            "opinion", "comment", submit="Changer mon avis" if given else "Donner mon avis", back=back
        )
        self.helper.form_action = action


class LienForm(forms.Form):
    """Which member is kept out of a file."""

    user = forms.ModelChoiceField(User.objects.none(), label="Membre concerné", empty_label=None)

    def __init__(self, *args: Any, passage: PassageCommission, only: User | None, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seated = User.objects.filter(sieges__session=passage.session_id).exclude(pk__in=passage.liens.values("user"))
        self.fields["user"].queryset = seated.filter(pk=only.pk) if only else seated
        self.helper = page_helper("user", submit="Déclarer le lien", back=back)


class ReplaceForm(forms.Form):
    """Who takes the seat of a member who cannot come."""

    coming = forms.ModelChoiceField(User.objects.none(), label="Qui siège à sa place", empty_label=None)

    def __init__(self, *args: Any, session: SessionCommission, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = possible_members(session.residence).exclude(pk__in=session.membres.values("user"))
        self.fields["coming"].queryset = free
        self.helper = page_helper("coming", submit="Remplacer ce membre", back=back)
