"""Forms of the social file."""

import uuid
from typing import Any

from django import forms
from django.db.models import Q

from accompagnement.models import DossierSocial
from accompagnement.queries.dossiers import team
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.forms.menages import BirthField
from residence.models import ContactPartenaire, Personne, Referent, Residence, User
from residence.models.base import today
from residence.permissions import Permission

CLOSING_REASONS = (
    "Objectifs atteints",
    "Relogement",
    "Départ de la résidence",
    "Le ménage ne souhaite plus être accompagné",
    "Relais pris par un autre service",
    "Sans nouvelle du ménage",
    "Décès",
)


def _where(user: User) -> Any:
    """The résidences where the user may open a social file."""
    return Residence.objects.visible_to(user, Permission.DOSSIER_OPEN)


class FilterForm(forms.Form):
    """What the list of files is narrowed to."""

    STATES = [("", "ouverts"), ("clos", "clos"), ("tous", "tous")]

    q = forms.CharField(label="Nom", required=False, max_length=100)
    referent = forms.ChoiceField(label="Référent", required=False)
    etat = forms.ChoiceField(label="Dossiers", required=False, choices=STATES)

    def __init__(self, *args: Any, user: User, team: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(str(one.pk), str(one)) for one in team if one.pk != user.pk]
        self.fields["referent"].choices = [("", "moi"), ("tous", "toute l’équipe"), ("aucun", "personne"), *others]


class OpenForm(forms.Form):
    """Open a social file for a household that is known."""

    residence = forms.ModelChoiceField(Residence.objects.none(), label="Résidence qui accompagne", empty_label=None)
    on = DateField(label="Suivi depuis le", validators=[not_in_the_future])
    referent = forms.ModelChoiceField(User.objects.none(), label="Référent", required=False, empty_label="à désigner")

    def __init__(self, *args: Any, user: User, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        residences = _where(user)
        self.fields["residence"].queryset = residences
        self.fields["residence"].initial = residences.first()
        self.fields["on"].initial = today()
        self.fields["referent"].queryset = _team_of(residences)
        self.fields["referent"].initial = user.pk
        self.helper = page_helper("residence", "on", "referent", submit="Ouvrir le dossier social", back=back)


class CreateForm(OpenForm):
    """Open a social file for somebody who lives elsewhere and is not known yet."""

    civility = forms.ChoiceField(label="Civilité", choices=Personne.Civility)
    last_name = forms.CharField(label="Nom", max_length=100)
    first_names = forms.CharField(label="Prénoms", max_length=150)
    birth = BirthField()
    phone = forms.CharField(label="Téléphone", max_length=30, required=False)
    address = forms.CharField(label="Adresse", max_length=250, required=False)
    postal_code = forms.CharField(label="Code postal", max_length=5, required=False)
    city = forms.CharField(label="Commune", max_length=100, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, back: str, **kwargs: Any) -> None:
        super().__init__(*args, user=user, back=back, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4
        self.helper = page_helper(
            "civility",
            "last_name",
            "first_names",
            "birth",
            "phone",
            "address",
            "postal_code",
            "city",
            "residence",
            "on",
            "referent",
            "form_key",
            submit="Ouvrir le dossier social",
            back=back,
        )

    def identity(self) -> dict[str, Any]:
        """The person, as open_menage takes it."""
        given = self.cleaned_data
        born_on, precision = given["birth"]
        return {
            **{name: given[name] for name in ("civility", "last_name", "first_names", "phone")},
            "born_on": born_on,
            "birth_precision": precision,
        }


class CloseForm(forms.Form):
    """Close a file, or say that the support goes on."""

    reason = forms.CharField(
        label="Pourquoi le dossier est clos",
        max_length=200,
        widget=forms.TextInput(attrs={"list": "motifs"}),
        help_text="Choisissez un motif de la liste ou écrivez le vôtre.",
    )
    on = DateField(label="Clos le", validators=[not_in_the_future])

    def __init__(self, *args: Any, dossier: DossierSocial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today()
        self.dossier = dossier
        self.helper = page_helper("reason", "on", submit="Clore le dossier", back=dossier.get_absolute_url())

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day < self.dossier.opened_on:
            raise forms.ValidationError(f"Le dossier est ouvert depuis le {self.dossier.opened_on:%d/%m/%Y}.")
        return day


class ReopenForm(forms.Form):
    reason = forms.CharField(label="Pourquoi le suivi reprend", max_length=200)

    def __init__(self, *args: Any, dossier: DossierSocial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("reason", submit="Rouvrir le dossier", back=dossier.get_absolute_url())


class PinForm(forms.Form):
    text = forms.CharField(
        label="À savoir avant tout",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Une phrase que l’équipe sociale lit en premier. Vide : rien n’est épinglé.",
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, dossier: DossierSocial, **kwargs: Any) -> None:
        kwargs["initial"] = {"text": dossier.pinned_note, "seen": dossier.pinned_note}
        super().__init__(*args, **kwargs)
        self.dossier = dossier
        self.helper = page_helper("text", "seen", submit="Enregistrer", back=dossier.get_absolute_url())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("seen", "") != self.dossier.pinned_note:
            self.data = self.data.copy()
            self.data["seen"] = self.dossier.pinned_note
            raise forms.ValidationError(
                f"Quelqu’un a changé cette phrase entre-temps : « {self.dossier.pinned_note or 'rien'} »."
            )
        return cleaned


class ReferentsForm(forms.Form):
    """Who follows the household: referent, substitute, and the partner's own."""

    social = forms.ModelChoiceField(User.objects.none(), label="Référent", required=False, empty_label="personne")
    substitute = forms.ModelChoiceField(User.objects.none(), label="Suppléant", required=False, empty_label="personne")
    partner = forms.ModelChoiceField(
        ContactPartenaire.objects.none(), label="Référent du partenaire", required=False, empty_label="personne"
    )
    on = DateField(label="À partir du", validators=[not_in_the_future])

    def __init__(self, *args: Any, dossier: DossierSocial, present: dict[str, Referent], **kwargs: Any) -> None:
        kwargs["initial"] = {
            "social": present[Referent.Kind.SOCIAL].user_id if Referent.Kind.SOCIAL in present else None,
            "substitute": present[Referent.Kind.SUBSTITUTE].user_id if Referent.Kind.SUBSTITUTE in present else None,
            "partner": present[Referent.Kind.PARTNER].contact_id if Referent.Kind.PARTNER in present else None,
            "on": today(),
        }
        super().__init__(*args, **kwargs)
        members = User.objects.filter(
            Q(pk__in=team(dossier.residence_id)) | Q(pk__in=[one.user_id for one in present.values() if one.user_id])
        )
        self.fields["social"].queryset = self.fields["substitute"].queryset = members
        kept = [one.contact_id for one in present.values() if one.contact_id]
        contacts = ContactPartenaire.objects.filter(Q(left_on__isnull=True) | Q(pk__in=kept))
        self.fields["partner"].queryset = contacts.select_related("partenaire")
        self.helper = page_helper(
            "social", "substitute", "partner", "on", submit="Enregistrer les référents", back=dossier.get_absolute_url()
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("social") and cleaned.get("social") == cleaned.get("substitute"):
            self.add_error("substitute", "Le suppléant est une autre personne que le référent.")
        return cleaned


def _team_of(residences: Any) -> Any:
    ids: set[int] = set()
    for residence in residences:
        ids |= set(team(residence.pk).values_list("pk", flat=True))
    return User.objects.filter(pk__in=ids)
