"""The form of the hand-over log."""

from typing import Any

from django import forms

from accompagnement.forms.lieux import InResidenceForm, PlaceField
from accompagnement.forms.pages import KeyField
from accompagnement.rules.transmissions import personal_words
from residence.permissions import Permission


class TransmissionForm(InResidenceForm):
    """A word to the next of the team. Words that may tell of somebody's life are asked about, once."""

    permission = Permission.TRANSMISSION_USE
    submit = "Transmettre"

    text = forms.CharField(
        label="Que faut‑il savoir ?",
        max_length=280,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 280}),
        help_text="La maison, pas les personnes : toute l’équipe lit. Ni santé, ni argent, ni histoire de quelqu’un.",
    )
    place = PlaceField(label="Place", help_text="Son numéro, si c’est utile.")
    is_urgent = forms.BooleanField(label="C’est urgent", required=False)
    is_about_the_house = forms.BooleanField(label="Ce mot ne parle que de la maison", required=False)
    form_key = KeyField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (self.is_bound and personal_words(self.data.get("text", ""))):
            # Asked only of a text that may tell of a person.
            self.fields["is_about_the_house"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        words = personal_words(cleaned.get("text", ""))
        if words and not cleaned.get("is_about_the_house"):
            said = ", ".join(f"« {word} »" for word in words)
            self.add_error(
                "text",
                f"{said} : cela parle peut-être d’une personne. Écrivez-le dans son dossier, ou cochez que ce mot ne "
                "parle que de la maison.",
            )
        return cleaned

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "is_about_the_house"}
