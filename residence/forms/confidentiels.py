"""Forms by which a household becomes confidential, and by which its readers are named."""

from typing import Any

from django import forms
from django.urls import reverse

from residence.actions.confidentiels import NEEDED
from residence.forms.layout import page_helper
from residence.models import AccesConfidentiel, Menage, Residence, RoleAttribution, User
from residence.permissions import TABLE, Permission

Capacity = AccesConfidentiel.Capacity


def holders(permission: Permission, residence: Residence) -> Any:
    """Members of the team who hold `permission` in this résidence today, by a role of their own."""
    roles = RoleAttribution.objects.in_force().filter(role__in=TABLE[permission].roles, residence=residence)
    return User.objects.filter(is_active=True, pk__in=roles.values("user"))


class MaskForm(forms.Form):
    """Whom to name: at least one referent, one gestionnaire, one substitute."""

    referents = forms.ModelMultipleChoiceField(
        User.objects.none(), label="Qui accompagne le ménage", widget=forms.CheckboxSelectMultiple
    )
    gestionnaires = forms.ModelMultipleChoiceField(
        User.objects.none(), label="Qui gère son logement et son compte", widget=forms.CheckboxSelectMultiple
    )
    substitutes = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label="Qui les remplace",
        widget=forms.CheckboxSelectMultiple,
        help_text="Quelqu’un qui n’est pas déjà coché plus haut : sans suppléant, une absence bloquerait le ménage.",
    )
    understood = forms.BooleanField(label="J’ai lu ce que cela change, et prévenu les personnes que je nomme")

    def __init__(self, *args: Any, by: User, menage: Menage, residence: Residence, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["referents"].queryset = holders(NEEDED[Capacity.REFERENT], residence)
        self.fields["referents"].initial = [by.pk]
        self.fields["gestionnaires"].queryset = holders(NEEDED[Capacity.GESTIONNAIRE], residence)
        self.fields["substitutes"].queryset = holders(NEEDED[Capacity.SUBSTITUTE], residence)
        back = reverse("residence:menage_detail", args=[menage.pk])
        self.helper = page_helper(
            "referents",
            "gestionnaires",
            "substitutes",
            "understood",
            submit="Rendre le dossier confidentiel",
            back=back,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        seen: set[int] = set()
        for name in ("referents", "gestionnaires", "substitutes"):
            for user in cleaned.get(name) or []:
                if user.pk in seen:
                    self.add_error(name, f"{user} est déjà cochée plus haut : chaque personne est nommée une fois.")
                seen.add(user.pk)
        return cleaned

    def named(self) -> list[tuple[User, AccesConfidentiel.Capacity]]:
        """What mask_menage takes."""
        given = self.cleaned_data
        return [
            *((user, Capacity.REFERENT) for user in given["referents"]),
            *((user, Capacity.GESTIONNAIRE) for user in given["gestionnaires"]),
            *((user, Capacity.SUBSTITUTE) for user in given["substitutes"]),
        ]


class ReaderForm(forms.Form):
    """One more reader."""

    user = forms.ModelChoiceField(User.objects.none(), label="Personne", empty_label="choisissez")
    capacity = forms.ChoiceField(label="En qualité de", choices=Capacity)

    def __init__(self, *args: Any, menage: Menage, residence: Residence, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = AccesConfidentiel.objects.in_force().filter(menage=menage).values("user")
        everybody = holders(Permission.MENAGE_VIEW, residence) | holders(Permission.ENCAISSEMENT_RECORD, residence)
        self.fields["user"].queryset = everybody.exclude(pk__in=present).distinct()
        back = reverse("residence:confidentiel_list")
        self.helper = page_helper("user", "capacity", submit="Nommer cette personne", back=back)

    def clean_capacity(self) -> AccesConfidentiel.Capacity:
        return Capacity(self.cleaned_data["capacity"])
