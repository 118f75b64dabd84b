"""Forms of privacy at work: information given, consents, one's own file."""

from typing import Any

from django import forms

from accompagnement.forms.pages import ActForm, KeyField
from accompagnement.models import Accord, Consentement, NoteCommuniquee
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future
from residence.models import Personne
from residence.models.base import today


class InformForm(ActForm):
    """To whom the information sheet is given."""

    personnes = forms.ModelMultipleChoiceField(
        Personne.objects.none(), label="À qui", widget=forms.CheckboxSelectMultiple
    )
    given_on = DateField(label="Remise le", validators=[not_in_the_future], initial=today)

    submit = "Noter la remise"

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["personnes"].queryset = people


class ConsentForm(ActForm):
    """What a person agrees to."""

    personne = forms.ModelChoiceField(Personne.objects.none(), label="Qui", empty_label=None)
    purpose = forms.ChoiceField(label="Est d’accord pour", choices=Consentement.Purpose, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label="Accord donné", choices=Accord, widget=forms.RadioSelect)
    given_on = DateField(label="Le", validators=[not_in_the_future], initial=today)

    submit = "Enregistrer cet accord"

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["personne"].queryset = people


class AccessForm(ActForm):
    """Who asks for their file, since when, and how we know that it is them."""

    personne = forms.ModelChoiceField(Personne.objects.none(), label="Qui demande son dossier", empty_label=None)
    received_on = DateField(label="Demande reçue le", validators=[not_in_the_future], initial=today)
    identity = forms.CharField(
        label="Identité vérifiée par",
        max_length=100,
        help_text="« Connue de l’équipe », « pièce d’identité vue » : jamais de copie gardée.",
    )
    form_key = KeyField()

    submit = "Enregistrer la demande"

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["personne"].queryset = people


class NoteForm(ActForm):
    """What is given of a note."""

    choice = forms.ChoiceField(label="Cette note est", choices=NoteCommuniquee.Choice, widget=forms.RadioSelect)
    text = forms.CharField(
        label="Ce qui est donné, si d’autres passages sont masqués",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Masquez ce qui concerne une autre personne ; le reste est à celle qui demande.",
    )
    reason = forms.CharField(
        label="Pourquoi elle n’est pas donnée, si c’est le cas",
        required=False,
        max_length=200,
        help_text="La personne lira cette raison : « concerne une autre personne », « travail qui n’est pas fini ».",
    )

    submit = "Enregistrer la relecture"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("choice") == NoteCommuniquee.Choice.MASKED and not cleaned.get("text"):
            self.add_error("text", "Écrivez ce qui est donné.")
        if cleaned.get("choice") == NoteCommuniquee.Choice.KEPT and not cleaned.get("reason"):
            self.add_error("reason", "Dites pourquoi elle n’est pas donnée.")
        return cleaned


class DeliverForm(ActForm):
    """The day on which the file is given."""

    answered_on = DateField(label="Remis le", validators=[not_in_the_future], initial=today)

    submit = "Noter la remise"
