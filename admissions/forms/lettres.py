"""Forms of the letters of decision: the day they bear, which leave and how."""

from typing import Any

from django import forms

from admissions.models import Decision, EnvoiLettre
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models.base import today


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


class SessionLettersForm(forms.Form):
    """The day that every letter of a sitting bears, and whether they answer the prescripteurs."""

    notified_on = DateField(label="Lettres datées du", validators=[not_in_the_future])
    answers = forms.BooleanField(
        label="Ces lettres répondent aux prescripteurs",
        required=False,
        initial=True,
        help_text="Décochez si la réponse se donne d’abord dans le logiciel du SIAO : elle reste due.",
    )

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["notified_on"].initial = today()
        self.helper = page_helper("notified_on", "answers", submit="Éditer toutes les lettres", back=back)


class SendForm(forms.Form):
    """Which letters leave, by which means; on paper, on which day they were posted or handed over."""

    lettres = forms.TypedMultipleChoiceField(coerce=int, error_messages={"required": "Cochez au moins une lettre."})
    means = forms.ChoiceField(choices=EnvoiLettre.Means.choices)
    sent_on = DateField(label="Parties le", required=False, validators=[not_in_the_future])

    def __init__(self, *args: Any, documents: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lettres"].choices = [(pk, pk) for pk in documents]
        self.fields["sent_on"].initial = today()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        on_paper = cleaned.get("means") in (EnvoiLettre.Means.POST, EnvoiLettre.Means.HAND)
        if on_paper and not cleaned.get("sent_on") and "sent_on" not in self.errors:
            self.add_error("sent_on", "Dites quel jour ces lettres sont parties.")
        return cleaned
