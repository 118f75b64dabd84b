"""Forms of a household and of the people in it."""

import datetime
import re
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.urls import reverse

from residence.forms.fields import DateField
from residence.forms.layout import StaleGuard, not_in_the_future, page_helper
from residence.models import MembreMenage, Menage, Personne
from residence.models.base import today

Precision = Personne.BirthPrecision


class BirthField(forms.CharField):
    """A birth date as it is known: 17/05/1990, 05/1990, 1990 or nothing. Gives (date or None, precision)."""

    _FORMS = (
        (re.compile(r"^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})$"), Precision.DAY),
        (re.compile(r"^(\d{1,2})[/.\- ](\d{4})$"), Precision.MONTH),
        (re.compile(r"^(\d{4})$"), Precision.YEAR),
    )

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Date de naissance")
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault(
            "help_text", "17/05/1990 ; si le jour ou le mois ne sont pas connus : 05/1990 ou 1990 ; vide : inconnue."
        )
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> tuple[datetime.date | None, str]:
        text = super().clean(value).strip()
        if not text:
            return None, Precision.UNKNOWN
        for pattern, precision in self._FORMS:
            if found := pattern.match(text):
                return self._day([int(part) for part in found.groups()], precision), precision
        raise forms.ValidationError("Écrivez la date comme 17/05/1990, 05/1990 ou 1990.")

    def _day(self, parts: list[int], precision: str) -> datetime.date:
        day, month, year = {1: [1, 1, *parts], 2: [1, *parts], 3: parts}[len(parts)]
        if year < 100:
            year += 1900 if year > today().year % 100 else 2000
        try:
            born_on = datetime.date(year, month, day)
        except ValueError:
            raise forms.ValidationError("Cette date n’existe pas.") from None
        if born_on > today():
            raise forms.ValidationError("Cette date est à venir.")
        return born_on

    @staticmethod
    def written(personne: Personne) -> str:
        """The birth date of `personne` as the field reads it."""
        if personne.born_on is None:
            return ""
        form = {Precision.MONTH: "%m/%Y", Precision.YEAR: "%Y"}.get(Precision(personne.birth_precision), "%d/%m/%Y")
        return personne.born_on.strftime(form)


class MenageForm(StaleGuard):
    """Where the household is and how to reach it."""

    email_agreed_on = DateField(
        label="Accepte le courriel depuis le",
        required=False,
        validators=[not_in_the_future],
        help_text="Sans cette date, les avis et les lettres partent sur papier.",
    )

    # Room for « 63 000 ».
    postal_code = forms.CharField(label="Code postal", max_length=6, required=False)

    class Meta:
        model = Menage
        fields = [
            "phone",
            "email",
            "email_agreed_on",
            "address",
            "postal_code",
            "city",
            "caf_number",
            "declared_persons",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["declared_persons"].help_text = "Seulement quand tout le monde n’est pas encore nommé."
        self.helper = page_helper(
            *self.Meta.fields,
            "seen",
            submit="Enregistrer les coordonnées",
            back=reverse("residence:menage_detail", args=[self.instance.pk]),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("email_agreed_on") and not cleaned.get("email"):
            self.add_error("email", "Donnez l’adresse à laquelle le ménage accepte de recevoir du courriel.")
        return cleaned

    def clean_postal_code(self) -> str:
        code: str = self.cleaned_data["postal_code"].replace(" ", "")
        if code and not re.fullmatch(r"\d{5}", code):
            raise forms.ValidationError("Un code postal a cinq chiffres.")
        return code


class PersonneForm(StaleGuard):
    """Who a person is."""

    birth = BirthField()

    class Meta:
        model = Personne
        fields = [
            "civility",
            "last_name",
            "birth_name",
            "first_names",
            "birth_place",
            "nationality",
            "spoken_language",
            "needs_interpreter",
            "phone",
            "email",
            "needs_evacuation_help",
        ]

    def __init__(self, *args: Any, back: str, sensitive: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["birth"] = BirthField.written(self.instance) if self.instance.pk else ""
        if not sensitive:
            del self.fields["nationality"]
        shown = [name for name in self.Meta.fields if name in self.fields]
        identity = shown[: shown.index("birth_place")]
        self.helper = page_helper(
            Fieldset("Identité", *self.before(), *identity, "birth", "birth_place", *self._papers()),
            Fieldset("Langue et contact", "spoken_language", "needs_interpreter", "phone", "email"),
            Fieldset("Sécurité", "needs_evacuation_help"),
            "seen",
            submit=self.submit,
            back=back,
        )

    submit = "Enregistrer l’identité"

    def before(self) -> list[str]:
        return []

    def _papers(self) -> list[str]:
        return ["nationality"] if "nationality" in self.fields else []

    def fields_of_personne(self) -> dict[str, Any]:
        """What the actions take."""
        given = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        given["born_on"], given["birth_precision"] = self.cleaned_data["birth"]
        return given


class MembreForm(PersonneForm):
    """A further person, and what ties them to the household."""

    TIES = [choice for choice in MembreMenage.Tie.choices if choice[0] != MembreMenage.Tie.REFERENCE]

    tie = forms.ChoiceField(label="Lien avec la personne de référence", choices=TIES)
    on = DateField(label="Dans le ménage depuis le", validators=[not_in_the_future])
    in_custody = forms.BooleanField(label="Garde alternée", required=False)

    submit = "Ajouter cette personne"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today()

    def before(self) -> list[str]:
        return ["tie", "on", "in_custody"]


class MembreEndForm(forms.Form):
    """A person leaves the household."""

    on = DateField(label="Jusqu’au", validators=[not_in_the_future])
    deceased = forms.BooleanField(label="La personne est décédée ce jour-là", required=False)
    successor = forms.ModelChoiceField(
        MembreMenage.objects.none(), label="Nouvelle personne de référence", empty_label="choisissez"
    )

    def __init__(self, *args: Any, membre: MembreMenage, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membre = membre
        self.fields["on"].initial = today()
        others = membre.menage.membres.filter(end_on=None).exclude(pk=membre.pk).select_related("personne")
        fields = ["on", "deceased"]
        if membre.tie == MembreMenage.Tie.REFERENCE and others:
            self.fields["successor"].queryset = others
            fields.append("successor")
        else:
            del self.fields["successor"]
        self.helper = page_helper(*fields, submit="Enregistrer le départ", back=back)

    def clean_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["on"]
        if day < self.membre.start_on:
            raise forms.ValidationError(f"Cette personne est dans le ménage depuis le {self.membre.start_on:%d/%m/%Y}.")
        return day
