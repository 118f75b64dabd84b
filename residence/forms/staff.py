"""Forms of accounts, roles and delegations."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from residence.actions.delegations import lendable
from residence.forms.fields import DateField
from residence.forms.layout import StaleGuard, page_helper
from residence.models import Residence, RoleAttribution, User
from residence.models.base import today
from residence.permissions import ROLES_READING_FILES, Role


class UtilisateurFilterForm(forms.Form):
    """What the list of accounts is narrowed to."""

    STATES = [("", "ouverts"), ("fermes", "fermés"), ("tous", "tous")]

    q = forms.CharField(label="Nom ou identifiant", required=False, max_length=100)
    role = forms.ChoiceField(label="Rôle", required=False, choices=[("", "tous"), *Role.choices])
    etat = forms.ChoiceField(label="Comptes", required=False, choices=STATES)


class UtilisateurForm(StaleGuard):
    """Who an account is; `back` is the way back, `submit` the act."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "username", "email", "phone", "function"]
        help_texts = {
            "username": "Ce que la personne tape pour se connecter : lettres, chiffres, points, tirets.",
            "email": "C’est là que part le lien qui permet de choisir un mot de passe.",
        }

    def __init__(self, *args: Any, submit: str, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {"autocomplete": "off", "autocapitalize": "none"}
        self.helper = page_helper(*self.Meta.fields, "seen", submit=submit, back=back)

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()


class RoleForm(forms.Form):
    """A role given to an account, for a résidence, from day to day."""

    role = forms.ChoiceField(label="Rôle", choices=[])
    residence = forms.ModelChoiceField(
        Residence.objects.none(),
        label="Résidence",
        required=False,
        empty_label="tout l’organisme (administrateur technique)",
        help_text="Un rôle ne vaut que dans sa résidence. Pour plusieurs résidences, donnez-le plusieurs fois.",
    )
    start_on = DateField(label="À partir du")
    end_on = DateField(
        label="Jusqu’au",
        required=False,
        help_text="Dernier jour compris. Vide : jusqu’à ce qu’il soit retiré.",
    )

    def __init__(self, *args: Any, by: User, user: User, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [
            (role.value, role.label) for role in Role if not (user == by and role in ROLES_READING_FILES)
        ]
        residences = Residence.objects.order_by("name")
        self.fields["residence"].queryset = residences
        self.fields["start_on"].initial = today()
        self.helper = page_helper("role", "residence", "start_on", "end_on", submit="Donner le rôle", back=back)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        role, residence = cleaned.get("role"), cleaned.get("residence")
        if role == Role.TECHNIQUE and residence is not None:
            self.add_error("residence", "L’administrateur technique l’est pour tout l’organisme : ne choisissez rien.")
        if role and role != Role.TECHNIQUE and residence is None and "residence" not in self.errors:
            self.add_error("residence", "Choisissez la résidence où ce rôle est tenu.")
        start, end = cleaned.get("start_on"), cleaned.get("end_on")
        if start and end and end < start:
            self.add_error("end_on", "La fin ne peut pas précéder le début.")
        return cleaned


class RoleEndForm(forms.Form):
    """When a role ends: at once, or after a last day."""

    last_day = DateField(
        label="Dernier jour",
        required=False,
        help_text="Vide : le rôle s’arrête tout de suite.",
    )


class CloseForm(forms.Form):
    """Who takes over the files of somebody whose account is closed."""

    successor = forms.ModelChoiceField(
        User.objects.none(),
        label="À qui confier ses suivis, ses échéances et ses rendez-vous ?",
        required=False,
        empty_label="à personne pour l’instant",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = User.objects.filter(is_active=True).exclude(pk=user.pk)


class _AttributionChoice(forms.ModelChoiceField):
    def label_from_instance(self, attribution: RoleAttribution) -> str:
        return f"{attribution.get_role_display()}, {attribution.residence}"


class DelegationForm(forms.Form):
    """A role of one's own lent to a colleague, from date to date."""

    attribution = _AttributionChoice(RoleAttribution.objects.none(), label="Rôle à déléguer", empty_label=None)
    to_user = forms.ModelChoiceField(User.objects.none(), label="À qui", empty_label="choisissez un collègue")
    start_on = DateField(label="Du")
    end_on = DateField(label="Au", help_text="Dernier jour compris.")
    reason = forms.CharField(
        label="Raison", required=False, max_length=200, help_text="Congés, formation… sans détail médical."
    )

    def __init__(self, *args: Any, by: User, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attribution"].queryset = lendable(by)
        self.fields["attribution"].initial = lendable(by).first()
        self.fields["to_user"].queryset = User.objects.filter(is_active=True).exclude(pk=by.pk)
        self.fields["start_on"].initial = today()
        self.helper = page_helper(
            "attribution", "to_user", "start_on", "end_on", "reason", submit="Déléguer le rôle", back=back
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("start_on"), cleaned.get("end_on")
        if start and end and end < start:
            raise ValidationError({"end_on": "La fin ne peut pas précéder le début."})
        return cleaned
