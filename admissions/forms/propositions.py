"""Forms of the waiting list and of the proposals."""

import datetime
from typing import Any

from crispy_forms.layout import Div, Field
from django import forms

from admissions.forms.fields import TextArea
from admissions.models import MotifCloture, Orientation, Proposition
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models import Dispositif
from residence.models.base import today
from residence.rules.dates import add_days

# The household's motives: those that somebody gives to refuse a place.
REFUSALS = (
    MotifCloture.SECTEUR,
    MotifCloture.LOGEMENT,
    MotifCloture.COUT,
    MotifCloture.COHABITATION,
    MotifCloture.AUTRE_SOLUTION,
    MotifCloture.SANS_NOUVELLE,
)


class WaitingFilterForm(forms.Form):
    """What the waiting list is narrowed to."""

    STATES = [("", "tous"), ("attente", "en attente d’une place"), ("proposition", "une place est proposée")]

    q = forms.CharField(label="Nom", required=False, max_length=100)
    dispositif = forms.ModelChoiceField(
        Dispositif.objects.none(), label="Dispositif", required=False, empty_label="tous"
    )
    etat = forms.ChoiceField(label="Candidats", required=False, choices=STATES)

    def __init__(self, *args: Any, dispositifs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dispositif"].queryset = dispositifs


class EntryDayForm(forms.Form):
    """From which day a place is looked for."""

    entree = DateField(label="Entrée le", required=False)


class PropositionForm(forms.Form):
    """Which place is proposed, from when, and until when the candidate may answer."""

    place = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "Choisissez une place."})
    entry_on = DateField(label="Entrée prévue le", widget=forms.HiddenInput())
    answer_by_on = DateField(label="Réponse attendue le")
    comment = forms.CharField(label="Observation", required=False, max_length=250)

    def __init__(self, *args: Any, orientation: Orientation, entry_on: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entry_on"].initial = entry_on
        self.fields["answer_by_on"].initial = add_days(today(), orientation.dispositif.proposal_answer_days)


class AnswerForm(forms.Form):
    """What became of a proposal."""

    ACCEPT, REFUSE, EXPIRE, WITHDRAW = "accept", "refuse", "expire", "withdraw"
    LABELS = {
        ACCEPT: "Le candidat accepte",
        REFUSE: "Le candidat refuse",
        EXPIRE: "Personne n’a répondu dans le délai",
        WITHDRAW: "La proposition est retirée",
    }

    answer = forms.ChoiceField(label="Que devient la proposition ?", widget=forms.RadioSelect)
    answered_on = DateField(label="Réponse reçue le", required=False, validators=[not_in_the_future])
    refusal_reason = forms.ChoiceField(
        label="Motif du refus",
        required=False,
        choices=[("", "à choisir"), *((motive.value, motive.label) for motive in REFUSALS)],
    )
    comment = forms.CharField(
        label="Observation", required=False, max_length=250, widget=TextArea(2), help_text="Demandée pour un retrait."
    )

    def __init__(self, *args: Any, proposition: Proposition, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = proposition.status == Proposition.Status.MADE
        answers = [self.ACCEPT, self.REFUSE] if made else []
        if made and proposition.answer_by_on < today():
            answers.append(self.EXPIRE)
        answers.append(self.WITHDRAW)
        self.fields["answer"].choices = [(answer, self.LABELS[answer]) for answer in answers]
        self.fields["answered_on"].initial = today()
        self.helper = page_helper(
            "answer",
            Div(
                Field("answered_on", wrapper_class="col-md-6"),
                Field("refusal_reason", wrapper_class="col-md-6"),
                css_class="row",
            )
            if made
            else Field("comment"),
            *(["comment"] if made else []),
            submit="Enregistrer la réponse",
            back=back,
        )
        self.helper.form_class += " no-optional"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        answer = cleaned.get("answer")
        if answer in (self.ACCEPT, self.REFUSE) and not cleaned.get("answered_on"):
            self.add_error("answered_on", "Dites quand le candidat a répondu.")
        if answer == self.REFUSE and not cleaned.get("refusal_reason"):
            self.add_error("refusal_reason", "Un refus a son motif.")
        if answer == self.WITHDRAW and not (cleaned.get("comment") or "").strip():
            self.add_error("comment", "Dites pourquoi la proposition est retirée.")
        return cleaned
