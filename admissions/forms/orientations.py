"""Forms of the orientation: enter it, correct it, take in a piece, answer, close, reopen."""

import uuid
from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from admissions.actions.orientations import NewContact, NewMember
from admissions.forms.fields import BirthField, TextArea
from admissions.models import Besoin, MotifCloture, Orientation, PieceCandidature
from admissions.models.orientations import OrientationStatus
from residence import uploads
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models import (
    ContactPartenaire,
    Dispositif,
    MembreMenage,
    Partenaire,
    Personne,
    Route,
    TypeLogement,
    User,
)
from residence.models.base import today
from residence.permissions import Permission
from residence.uploads import CleanFile

# The value of « aucune de ces personnes ».
NOBODY = "nobody"


class FilterForm(forms.Form):
    """What the list of candidates is narrowed to."""

    q = forms.CharField(label="Nom ou numéro SIAO", required=False, max_length=100)
    dispositif = forms.ModelChoiceField(
        Dispositif.objects.none(), label="Dispositif", required=False, empty_label="tous"
    )
    etape = forms.ChoiceField(
        label="Étape", required=False, choices=[("", "en cours"), *OrientationStatus.choices], widget=forms.HiddenInput
    )
    vue = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def __init__(self, *args: Any, dispositifs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dispositif"].queryset = dispositifs


class DispositifChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        routes = ", ".join(str(Route(route).label) for route in obj.routes)
        return f"{obj.name}, {obj.residence} ({routes})"


def contact_choices(contacts: Iterable[Any]) -> list[Any]:
    """Contacts of the directory under the name of their partner."""
    grouped: dict[str, list[tuple[int, str]]] = {}
    for contact in contacts:
        label = f"{contact.name}{f', {contact.function}' if contact.function else ''}"
        grouped.setdefault(str(contact.partenaire), []).append((contact.pk, label))
    return [("", "à choisir, ou à ajouter ci-dessous"), *grouped.items()]


class _PartnerMixin(forms.Form):
    """Who orients: a partner and a person of the directory, or new ones."""

    partenaire = forms.ModelChoiceField(
        Partenaire.objects.none(), label="Orienté par", required=False, empty_label="à choisir, ou à ajouter ci-dessous"
    )
    new_partenaire = forms.CharField(
        label="Nouveau partenaire", required=False, max_length=150, help_text="S’il n’est pas dans la liste."
    )
    prescripteur = forms.ChoiceField(label="Prescripteur", required=False)
    contact_name = forms.CharField(
        label="Nouveau prescripteur", required=False, max_length=150, help_text="S’il n’est pas dans la liste."
    )
    contact_function = forms.CharField(label="Sa fonction", required=False, max_length=150)
    contact_phone = forms.CharField(label="Son téléphone", required=False, max_length=30)
    contact_email = forms.EmailField(label="Son adresse électronique", required=False)

    def set_partners(self) -> None:
        self.fields["partenaire"].queryset = Partenaire.objects.filter(closed_on__isnull=True)
        contacts = ContactPartenaire.objects.filter(left_on__isnull=True, partenaire__closed_on__isnull=True)
        self._contacts = {
            contact.pk: contact
            for contact in contacts.select_related("partenaire").order_by("partenaire__sort_name", "name")
        }
        self.fields["prescripteur"].choices = contact_choices(self._contacts.values())

    def clean_prescripteur(self) -> ContactPartenaire | None:
        chosen = self.cleaned_data["prescripteur"]
        return self._contacts[int(chosen)] if chosen else None

    def check_partners(self, cleaned: dict[str, Any]) -> None:
        partenaire, contact = cleaned.get("partenaire"), cleaned.get("prescripteur")
        if cleaned.get("new_partenaire") and partenaire:
            self.add_error("new_partenaire", "Choisissez un partenaire de la liste, ou ajoutez-en un : pas les deux.")
        if contact and cleaned.get("contact_name"):
            self.add_error("contact_name", "Choisissez un prescripteur de la liste, ou ajoutez-en un : pas les deux.")
        if contact and cleaned.get("new_partenaire"):
            self.add_error("prescripteur", "Ce prescripteur travaille pour un autre partenaire.")
        elif contact and partenaire is None:
            cleaned["partenaire"] = contact.partenaire
        elif contact and contact.partenaire_id != partenaire.pk:
            self.add_error("prescripteur", f"{contact.name} ne travaille pas pour « {partenaire} ».")
        named = cleaned.get("partenaire") or cleaned.get("new_partenaire")
        if cleaned.get("contact_name") and not named:
            self.add_error("partenaire", "Dites pour quel partenaire cette personne travaille.")
        if cleaned.get("route") and cleaned["route"] != Route.DIRECT and not named:
            self.add_error("partenaire", "Dites qui oriente ce ménage.")

    def new_contact(self) -> NewContact | None:
        given = self.cleaned_data
        if not given["contact_name"]:
            return None
        return NewContact(
            given["contact_name"], given["contact_function"], given["contact_phone"], given["contact_email"]
        )


PARTNER_FIELDS = (
    Div(
        Field("partenaire", wrapper_class="col-md-6 no-optional"),
        Field("new_partenaire", wrapper_class="col-md-6 no-optional"),
        css_class="row",
    ),
    Div(
        Field("prescripteur", wrapper_class="col-md-6 no-optional"),
        Field("contact_name", wrapper_class="col-md-6 no-optional"),
        css_class="row",
    ),
    Div(
        Field("contact_function", wrapper_class="col-md-4 no-optional"),
        Field("contact_phone", wrapper_class="col-md-4 no-optional"),
        Field("contact_email", wrapper_class="col-md-4 no-optional"),
        css_class="row",
    ),
)


class _RequestMixin(forms.Form):
    """What the request says, whoever it is about."""

    route = forms.ChoiceField(label="Par quelle voie", choices=Route.choices)
    received_on = DateField(label="Reçue le", validators=[not_in_the_future])
    siao_number = forms.CharField(
        label="Numéro SIAO", required=False, max_length=30, help_text="Demandé pour une orientation du SIAO."
    )
    clt_on = DateField(label="Passage en CLT du SIAO", required=False, validators=[not_in_the_future])
    requested_type = forms.ChoiceField(
        label="Type demandé", required=False, choices=[("", "indifférent"), *TypeLogement.choices]
    )
    current_situation = forms.CharField(
        label="Situation actuelle de logement",
        required=False,
        max_length=200,
        help_text="Par exemple : hébergé par un tiers, sortie de CHRS.",
    )
    needs = forms.MultipleChoiceField(
        label="Ce qu’il faut au ménage",
        required=False,
        choices=Besoin.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Le besoin, jamais sa cause : la gestionnaire le lit.",
    )
    reasons = forms.CharField(
        label="Motifs de la demande", required=False, widget=TextArea(3), help_text="Lus par la coordinatrice seule."
    )
    social_evaluation = forms.CharField(
        label="Évaluation sociale du prescripteur",
        required=False,
        widget=TextArea(4),
        help_text="Demandée avant la commission pour une orientation du CCAS ; lue par la coordinatrice seule.",
    )

    def check_request(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("route") == Route.SIAO and not cleaned.get("siao_number") and "siao_number" not in self.errors:
            self.add_error("siao_number", "Une orientation du SIAO porte son numéro.")
        received, clt = cleaned.get("received_on"), cleaned.get("clt_on")
        if received and clt and clt > received:
            self.add_error("clt_on", "La CLT précède l’orientation.")


ROUTE_FIELD = Field("route", wrapper_class="col-md-6")
REQUEST_FIELDS = (
    Div(ROUTE_FIELD, Field("received_on", wrapper_class="col-md-6"), css_class="row"),
    Div(
        Field("siao_number", wrapper_class="col-md-6 no-optional"),
        Field("clt_on", wrapper_class="col-md-6"),
        css_class="row",
    ),
)
NEED_FIELDS = ("current_situation", "requested_type", "needs", "reasons", "social_evaluation")
FACTS = (
    "siao_number",
    "clt_on",
    "requested_type",
    "current_situation",
    "needs",
    "reasons",
    "social_evaluation",
)


class OrientationForm(_PartnerMixin, _RequestMixin):
    """Enter an orientation; the further members have their own lines (`MemberFormSet`)."""

    dispositif = DispositifChoiceField(Dispositif.objects.none(), label="Dispositif", empty_label="à choisir")
    civility = forms.ChoiceField(label="Civilité", choices=Personne.Civility.choices)
    last_name = forms.CharField(label="Nom", max_length=100)
    birth_name = forms.CharField(label="Nom de naissance", max_length=100, required=False)
    first_names = forms.CharField(label="Prénoms", max_length=150)
    birth = BirthField()
    nationality = forms.ChoiceField(label="Nationalité", choices=Personne.Nationality.choices)
    spoken_language = forms.CharField(label="Langue parlée", max_length=60, required=False)
    needs_interpreter = forms.BooleanField(label="Interprète nécessaire", required=False)
    phone = forms.CharField(label="Téléphone", max_length=30, required=False)
    email = forms.EmailField(label="Adresse électronique", required=False)
    address = forms.CharField(label="Adresse", max_length=250, required=False)
    postal_code = forms.RegexField(
        r"^\d{5}$",
        label="Code postal",
        required=False,
        error_messages={"invalid": "Un code postal a cinq chiffres."},
    )
    city = forms.CharField(label="Commune", max_length=100, required=False)
    declared_persons = forms.IntegerField(
        label="Nombre de personnes annoncé",
        min_value=1,
        max_value=20,
        required=False,
        help_text="Quand le prescripteur n’a pas nommé tout le monde, personne de référence comprise.",
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dispositif"].queryset = (
            Dispositif.objects.visible_to(user, Permission.ORIENTATION_CREATE)
            .filter(is_open=True)
            .select_related("residence")
        )
        self._follow_dispositif()
        self.fields["form_key"].initial = uuid.uuid4
        self.fields["received_on"].initial = today()
        self.fields["civility"].initial = Personne.Civility.UNKNOWN
        self.fields["nationality"].initial = Personne.Nationality.UNKNOWN
        self.set_partners()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Fieldset(
                "La demande",
                Field(
                    "dispositif",
                    hx_post=reverse("admissions:orientation_create"),
                    hx_trigger="change",
                    hx_target="#div_id_route",
                    hx_swap="outerHTML",
                    hx_sync="this:replace",
                ),
                *REQUEST_FIELDS,
                *PARTNER_FIELDS,
                css_id="demande",
            ),
            Fieldset(
                "La personne de référence",
                "civility",
                Div(
                    Div(
                        Field("last_name", wrapper_class="col-md-6"),
                        Field("first_names", wrapper_class="col-md-6"),
                        css_class="row",
                    ),
                    Div(
                        Field("birth_name", wrapper_class="col-md-6"),
                        Field("birth", wrapper_class="col-md-6"),
                        css_class="row",
                    ),
                    css_id="identite",
                ),
                HTML('{% include "admissions/_known.html" %}'),
                Div(
                    Field("nationality", wrapper_class="col-md-6"),
                    Field("spoken_language", wrapper_class="col-md-6"),
                    css_class="row",
                ),
                "needs_interpreter",
                Div(
                    Field("phone", wrapper_class="col-md-6"), Field("email", wrapper_class="col-md-6"), css_class="row"
                ),
                "address",
                Div(
                    Field("postal_code", wrapper_class="col-md-4"),
                    Field("city", wrapper_class="col-md-8"),
                    css_class="row",
                ),
                "declared_persons",
                "form_key",
                css_id="personne",
            ),
        )
        self.route_helper = FormHelper()
        self.route_helper.form_tag = False
        self.route_helper.disable_csrf = True
        self.route_helper.layout = Layout(ROUTE_FIELD)
        self.needs_helper = FormHelper()
        self.needs_helper.form_tag = False
        self.needs_helper.disable_csrf = True
        self.needs_helper.layout = Layout(Fieldset("Sa situation et ses besoins", *NEED_FIELDS, css_id="besoins"))

    def _follow_dispositif(self) -> None:
        """Offer the routes of the dispositif chosen; of all those that may be chosen before one is."""
        offered = list(self.fields["dispositif"].queryset)
        if len(offered) == 1:
            self.fields["dispositif"].initial = offered[0].pk
        asked = self["dispositif"].value()
        chosen = [one for one in offered if str(one.pk) == str(asked)]
        routes = {route for one in chosen or offered for route in one.routes}
        field = self.fields["route"]
        field.choices = [choice for choice in Route.choices if choice[0] in routes]
        if chosen:
            allowed = ", ".join(str(label) for _, label in field.choices) or "aucune voie"
            field.error_messages["invalid_choice"] = f"« {chosen[0]} » reçoit par : {allowed}."

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.check_request(cleaned)
        self.check_partners(cleaned)
        return cleaned

    def reference(self) -> dict[str, Any]:
        """The person of reference, as open_menage takes it."""
        given = self.cleaned_data
        born_on, precision = given["birth"]
        names = (
            "civility",
            "last_name",
            "birth_name",
            "first_names",
            "nationality",
            "spoken_language",
            "needs_interpreter",
            "phone",
            "email",
        )
        return {**{name: given[name] for name in names}, "born_on": born_on, "birth_precision": precision}

    def household(self) -> dict[str, Any]:
        """The household, as open_menage takes it."""
        names = ("address", "postal_code", "city", "phone", "email", "declared_persons")
        return {name: self.cleaned_data[name] for name in names}

    def facts(self) -> dict[str, Any]:
        """The request, as create_orientation takes it."""
        return {name: self.cleaned_data[name] for name in FACTS}


# A line left blank says nothing: its first choice is no choice.
MEMBER_CIVILITIES = [
    ("", "non précisée"),
    *(one for one in Personne.Civility.choices if one[0] != Personne.Civility.UNKNOWN),
]


class MemberForm(forms.Form):
    """A further person of the household: a line."""

    tie = forms.ChoiceField(
        label="Lien",
        choices=[("", "à choisir"), *(one for one in MembreMenage.Tie.choices if one[0] != MembreMenage.Tie.REFERENCE)],
    )
    civility = forms.ChoiceField(label="Civilité", choices=MEMBER_CIVILITIES, required=False)
    last_name = forms.CharField(label="Nom", max_length=100)
    first_names = forms.CharField(label="Prénoms", max_length=150)
    birth = BirthField(help_text="")
    in_custody = forms.BooleanField(label="Garde alternée", required=False)

    def new_member(self) -> NewMember:
        return NewMember(self.cleaned_data["tie"], self.person_fields(), self.cleaned_data["in_custody"])

    def person_fields(self) -> dict[str, Any]:
        given = self.cleaned_data
        born_on, precision = given["birth"]
        return {
            "civility": given["civility"] or Personne.Civility.UNKNOWN,
            "last_name": given["last_name"],
            "first_names": given["first_names"],
            "born_on": born_on,
            "birth_precision": precision,
        }


NewMemberFormSet = forms.formset_factory(MemberForm, extra=0, can_delete=True, max_num=15)


class OrientationEditForm(_PartnerMixin, _RequestMixin):
    """Correct what was typed of a request."""

    def __init__(self, *args: Any, orientation: Orientation, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                **{name: getattr(orientation, name) for name in (*FACTS, "route", "received_on")},
                "partenaire": orientation.partenaire_id,
                "prescripteur": orientation.prescripteur_id,
            },
        )
        super().__init__(*args, **kwargs)
        self.orientation = orientation
        self.fields["route"].choices = [
            choice for choice in Route.choices if choice[0] in (*orientation.dispositif.routes, orientation.route)
        ]
        self.set_partners()
        for name in ("new_partenaire", "contact_name", "contact_function", "contact_phone", "contact_email"):
            del self.fields[name]
        self.helper = page_helper(
            *REQUEST_FIELDS,
            Div(
                Field("partenaire", wrapper_class="col-md-6 no-optional"),
                Field("prescripteur", wrapper_class="col-md-6 no-optional"),
                css_class="row",
            ),
            *NEED_FIELDS,
            submit="Enregistrer la demande",
            back=orientation.get_absolute_url(),
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.check_request(cleaned)
        self.check_partners(cleaned)
        return cleaned


class PieceForm(forms.Form):
    """A piece of the file: a line."""

    received_on = DateField(label="Reçue le", required=False, validators=[not_in_the_future])
    expires_on = DateField(label="Valable jusqu’au", required=False)
    not_needed_reason = forms.CharField(label="Sans objet parce que", required=False, max_length=150)
    upload = forms.FileField(
        label="Fichier",
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )

    def __init__(self, *args: Any, held: PieceCandidature | None = None, **kwargs: Any) -> None:
        if held is not None:
            kwargs.setdefault(
                "initial",
                {
                    "received_on": held.received_on,
                    "expires_on": held.expires_on,
                    "not_needed_reason": held.not_needed_reason,
                },
            )
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("upload") and not cleaned.get("received_on") and "received_on" not in self.errors:
            cleaned["received_on"] = today()
        received, expires = cleaned.get("received_on"), cleaned.get("expires_on")
        if received and cleaned.get("not_needed_reason"):
            self.add_error("not_needed_reason", "La pièce est reçue, ou sans objet : pas les deux.")
        if expires and not received and "received_on" not in self.errors:
            self.add_error("received_on", "Dites quand cette pièce a été reçue.")
        return cleaned

    def clean_upload(self) -> CleanFile | None:
        """The file as it may be kept; what is wrong with it is said at its field."""
        upload = self.cleaned_data["upload"]
        return uploads.clean_upload(upload) if upload else None

    def piece(self) -> dict[str, Any]:
        """What record_piece takes."""
        given = self.cleaned_data
        file = self.files.get(self.add_prefix("upload"))
        names = ("received_on", "expires_on", "not_needed_reason", "upload")
        return {**{name: given[name] for name in names}, "upload_name": file.name if file else ""}


class PiecePageForm(PieceForm):
    """A piece, on its own page."""

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.initial.get("received_on"):
            self.initial["received_on"] = today()
        self.helper = page_helper(
            "upload", "received_on", "expires_on", "not_needed_reason", submit="Enregistrer la pièce", back=back
        )
        most = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
        self.fields["upload"].help_text = f"PDF, JPEG ou PNG, {most}\u00a0Mo au plus."


class CloseForm(forms.Form):
    """Close a request."""

    reason = forms.ChoiceField(label="Motif", choices=[("", "à choisir"), *MotifCloture.choices])
    detail = forms.CharField(label="Précision", required=False, max_length=250)
    answered_on = DateField(
        label="Réponse donnée au prescripteur le",
        required=False,
        validators=[not_in_the_future],
        help_text="Vide : la réponse reste due, et l’échéance reste ouverte.",
    )

    def __init__(self, *args: Any, orientation: Orientation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ["reason", "detail", "answered_on"]
        if orientation.answered_on or not orientation.partenaire_id:
            del self.fields["answered_on"]
            names.pop()
        self.helper = page_helper(*names, submit="Clore la candidature", back=orientation.get_absolute_url())


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(max_length=200)

    def __init__(self, *args: Any, label: str, submit: str, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.helper = page_helper("reason", submit=submit, back=back)


class AnswerForm(forms.Form):
    """The prescripteur has been answered."""

    answered_on = DateField(label="Réponse donnée le", validators=[not_in_the_future])

    def __init__(self, *args: Any, orientation: Orientation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answered_on"].initial = orientation.answered_on or today()
        self.helper = page_helper("answered_on", submit="Noter la réponse", back=orientation.get_absolute_url())


class ConfirmForm(forms.Form):
    """An act that asks nothing but to be confirmed."""

    def __init__(self, *args: Any, submit: str, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(submit=submit, back=back)


def refuse(form: forms.Form, error: ValidationError) -> None:
    """Put on a form what an action refused, at its fields where it has them."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error.messages)
        return
    for name, messages in error.message_dict.items():
        form.add_error(name if name in form.fields else None, messages)
