"""Long absences, guests, entries of the staff, steps of a procedure."""

import datetime
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.urls import reverse
from django.utils import timezone

from logement.models import Absence, ContratOccupation, EntreeLogement, Procedure, Sejour, TiersHeberge
from logement.queries.contrats import members_on
from logement.rules.procedures import Step
from residence.forms.fields import DateField
from residence.forms.layout import page_helper
from residence.models import Personne
from residence.models.base import today


def _back(sejour: Sejour) -> str:
    return reverse("logement:presence_detail", args=[sejour.pk])


def _members(sejour: Sejour) -> Any:
    members = [membre.personne_id for membre in members_on(sejour.menage, today())]
    return Personne.objects.filter(pk__in=members).order_by("sort_name")


class AbsenceForm(forms.Form):
    """Who is away, since when, until when."""

    personne = forms.ModelChoiceField(
        label="Qui est absent ?", queryset=Personne.objects.none(), required=False, empty_label="tout le ménage"
    )
    start_on = DateField(label="Absent depuis le", help_text="Première nuit passée ailleurs.")
    expected_back_on = DateField(label="Retour prévu le", required=False)
    reason = forms.ChoiceField(
        label="Raison",
        choices=Absence.Reason.choices,
        widget=forms.RadioSelect,
        help_text="Jamais de détail de santé : seul compte le justificatif vu.",
    )

    def __init__(self, *args: Any, sejour: Sejour, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"start_on": today(), "reason": Absence.Reason.UNKNOWN})
        super().__init__(*args, **kwargs)
        self.fields["personne"].queryset = _members(sejour)  # type: ignore[attr-defined]
        self.helper = page_helper(
            "personne",
            "start_on",
            "expected_back_on",
            "reason",
            submit="Noter l’absence",
            back=_back(sejour),
        )


class RetourForm(forms.Form):
    """Somebody is back, or comes back later than said."""

    back_on = DateField(label="Revenu le", required=False, help_text="Vide : toujours absent.")
    expected_back_on = DateField(label="Sinon, retour prévu le", required=False)
    reason = forms.ChoiceField(label="Raison", choices=Absence.Reason.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, absence: Absence, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"reason": absence.reason, "expected_back_on": absence.expected_back_on})
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            "back_on", "expected_back_on", "reason", submit="Enregistrer", back=_back(absence.sejour)
        )


class TiersForm(forms.Form):
    """Who is hosted, from when to when."""

    last_name = forms.CharField(label="Nom", max_length=100)
    first_names = forms.CharField(label="Prénoms", max_length=150)
    born_on = DateField(label="Né(e) le", required=False)
    start_on = DateField(label="À partir du")
    end_on = DateField(label="Jusqu’au", help_text="Dernière nuit, comprise.")

    def __init__(self, *args: Any, sejour: Sejour, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"start_on": today()})
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            Fieldset("La personne hébergée", "last_name", "first_names", "born_on"),
            Fieldset("Les nuits", "start_on", "end_on"),
            submit="Déclarer la personne hébergée",
            back=_back(sejour),
        )


class TiersDepartForm(forms.Form):
    """The last night of a guest."""

    left_on = DateField(label="Dernière nuit le")

    def __init__(self, *args: Any, tiers: TiersHeberge, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"left_on": min(today(), tiers.end_on)})
        super().__init__(*args, **kwargs)
        self.helper = page_helper("left_on", submit="Enregistrer le départ", back=_back(tiers.sejour))


class EntreeForm(forms.Form):
    """An entry in a private room: how, when, why, who."""

    kind = forms.ChoiceField(label="Comment ?", choices=EntreeLogement.Kind.choices, widget=forms.RadioSelect)
    asked_on = DateField(label="Demandée au résident le", required=False, help_text="Hors urgence.")
    entered_on = DateField(label="Entrée le")
    entered_time = forms.TimeField(
        label="À quelle heure ?", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    purpose = forms.CharField(
        label="Motif", max_length=200, help_text="Fuite d’eau, alarme, visite annoncée… Aucun détail de santé."
    )
    staff_names = forms.CharField(label="Qui est entré ?", max_length=200)
    resident_was_there = forms.BooleanField(label="le résident était là", required=False)

    def __init__(self, *args: Any, sejour: Sejour, **kwargs: Any) -> None:
        now = timezone.localtime()
        kwargs.setdefault("initial", {"entered_on": today(), "entered_time": now.strftime("%H:%M")})
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            Fieldset("Avant d’entrer", "kind", "asked_on"),
            Fieldset("L’entrée", "entered_on", "entered_time", "purpose", "staff_names", "resident_was_there"),
            submit="Noter l’entrée",
            back=_back(sejour),
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        day, time = data.pop("entered_on", None), data.pop("entered_time", None)
        if day and time:
            data["entered_at"] = timezone.make_aware(datetime.datetime.combine(day, time))
        return data


class InformationForm(forms.Form):
    """The day the letter about an entry was given."""

    informed_on = DateField(label="Lettre remise le")

    def __init__(self, *args: Any, entree: EntreeLogement, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"informed_on": today()})
        super().__init__(*args, **kwargs)
        self.helper = page_helper("informed_on", submit="Enregistrer la remise", back=_back(entree.sejour))


# Procedures


class ProcedureForm(forms.Form):
    """What happened, and when."""

    kind = forms.ChoiceField(
        label="Que se passe-t-il ?",
        choices=[
            (Procedure.Kind.UNSEEN, "On ne voit plus cette personne"),
            (Procedure.Kind.DEATH, "Une personne est décédée"),
        ],
        widget=forms.RadioSelect,
    )
    event_on = DateField(label="Depuis le", help_text="Dernier jour où elle a été vue, ou jour du décès.")
    personne = forms.ModelChoiceField(
        label="Qui est décédé ?", queryset=Personne.objects.none(), required=False, empty_label="choisir"
    )
    is_isolated = forms.BooleanField(label="sans famille ni proche connu", required=False)

    def __init__(self, *args: Any, contrat: ContratOccupation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["personne"].queryset = _members(contrat.sejour)  # type: ignore[attr-defined]
        self.helper = page_helper(
            "kind",
            "event_on",
            Fieldset("En cas de décès", "personne", "is_isolated"),
            submit="Ouvrir les étapes",
            back=contrat.sejour.get_absolute_url(),
        )


class EtapeForm(forms.Form):
    """A step as it was done."""

    done_on = DateField(label="Fait le")
    note = forms.CharField(
        label="Précisions",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Qui, où, comment, ce qui a été répondu. Aucun détail de santé.",
    )
    is_rehoused = forms.BooleanField(label="le relogement de la personne est assuré", required=False)

    def __init__(self, *args: Any, procedure: Procedure, step: Step, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"done_on": today()})
        super().__init__(*args, **kwargs)
        if not step.executes:
            del self.fields["is_rehoused"]
        self.helper = page_helper(
            "done_on",
            "note",
            *(["is_rehoused"] if step.executes else []),
            submit="Noter l’étape" if not step.letter else "Noter l’étape et éditer la lettre",
            back=procedure.get_absolute_url(),
        )


class ClotureProcedureForm(forms.Form):
    """How a procedure ended."""

    outcome = forms.ChoiceField(label="Comment cela se termine-t-il ?", choices=Procedure.Outcome.choices)

    def __init__(self, *args: Any, procedure: Procedure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("outcome", submit="Clore la procédure")
