"""Forms of the RSA."""

from typing import Any

from django import forms

from accompagnement.forms.pages import ActForm, KeyField
from accompagnement.models import ContratEngagement, DossierSocial, EntretienRsa, ParcoursRsa
from accompagnement.rules.rsa import hours_asked
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future
from residence.models import Personne
from residence.models.base import today


class RsaOpenForm(ActForm):
    """The support of one person; each partner of a couple has their own."""

    personne = forms.ModelChoiceField(Personne.objects.none(), label="Qui", empty_label=None)
    delegated_on = DateField(label="Délégation depuis le", validators=[not_in_the_future])
    delegated_from_body = forms.CharField(label="Délégation de", max_length=100, initial="Conseil départemental")
    notified_on = DateField(
        label="Orientation notifiée le",
        validators=[not_in_the_future],
        help_text="Le contrat d’engagement se signe dans le mois qui suit.",
    )
    old_contract_on = DateField(
        label="Ancien contrat (CER) signé le",
        required=False,
        validators=[not_in_the_future],
        help_text="S’il y en a un : il est à convertir en contrat d’engagement.",
    )
    seeks_work = forms.BooleanField(label="La recherche d’emploi est possible", required=False)

    submit = "Ouvrir le suivi RSA"

    def __init__(self, *args: Any, dossier: DossierSocial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = dossier.menage.members_on(today())
        self.fields["personne"].queryset = Personne.objects.filter(pk__in=members.values("personne"))


class RsaEditForm(ActForm):
    """What decides of the joint diagnosis."""

    seeks_work = forms.BooleanField(label="La recherche d’emploi est possible", required=False)
    has_longer_delay = forms.BooleanField(
        label="Diagnostic conjoint à 12 mois au lieu de 6, par exception", required=False
    )
    diagnosed_on = DateField(
        label="Diagnostic conjoint avec France Travail fait le", required=False, validators=[not_in_the_future]
    )

    def __init__(self, *args: Any, parcours: ParcoursRsa, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(parcours, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)


class RsaEndForm(ActForm):
    """Why the support of the RSA stops."""

    reason = forms.CharField(
        label="Pourquoi le suivi RSA s’arrête",
        max_length=200,
        help_text="Fin de droits, emploi, autre organisme référent, départ…",
    )

    submit = "Terminer le suivi RSA"


class EngagementForm(ActForm):
    """A contrat d'engagement, or its renewal."""

    signed_on = DateField(label="Signé par la personne le", validators=[not_in_the_future], initial=today)
    start_on = DateField(label="Du")
    end_on = DateField(label="Au")
    weekly_hours = forms.IntegerField(label="Heures d’activité par semaine", min_value=0, max_value=40)
    fewer_hours_reason = forms.CharField(
        label="Dispense ou aménagement",
        required=False,
        max_length=200,
        help_text="À dire quand il y a moins d’heures : garde d’enfant, proche aidant… sans détail de santé.",
    )
    actions = forms.CharField(
        label="Ce à quoi la personne s’engage, et l’équipe avec elle",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    form_key = KeyField()

    submit = "Enregistrer le contrat d’engagement"

    def __init__(self, *args: Any, before: ContratEngagement | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weekly_hours"].initial = before.weekly_hours if before else hours_asked(today())
        if before is not None:
            self.fields["actions"].initial = before.actions
            self.fields["fewer_hours_reason"].initial = before.fewer_hours_reason

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("start_on"), cleaned.get("end_on")
        if start and end and end < start:
            self.add_error("end_on", "La fin vient après le début.")
        return cleaned


class EntretienRsaForm(ActForm):
    """A meeting and its record."""

    held_on = DateField(label="Le", validators=[not_in_the_future], initial=today)
    presence = forms.ChoiceField(
        label="La personne est", choices=EntretienRsa.Presence, widget=forms.RadioSelect, initial="came"
    )
    done = forms.CharField(
        label="Ce qui a été fait depuis la dernière fois",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    to_do = forms.CharField(
        label="Ce qui est convenu pour la suite",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="La personne et le Département lisent ce compte rendu : des faits, rien sur la santé.",
    )
    next_on = DateField(label="Prochain entretien le", required=False)
    form_key = KeyField()

    submit = "Enregistrer et éditer le compte rendu"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("presence") == EntretienRsa.Presence.CAME and not cleaned.get("to_do"):
            self.add_error("to_do", "Dites ce qui est convenu.")
        held, following = cleaned.get("held_on"), cleaned.get("next_on")
        if held and following and following < held:
            self.add_error("next_on", "Cette date vient après l’entretien.")
        return cleaned
