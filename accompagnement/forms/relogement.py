"""Forms of rehousing."""

import re
from typing import Any

from crispy_forms.layout import HTML, Div
from django import forms

from accompagnement.forms.pages import ActForm, KeyField
from accompagnement.models import DemandeLogement, OffreLogement, PieceRelogement, Priorite
from residence.forms.fields import AmountField, DateField
from residence.forms.layout import not_in_the_future
from residence.models.base import today


class DemandeForm(ActForm):
    """A housing request."""

    nur = forms.CharField(
        label="Numéro unique", max_length=24, help_text="Les 18 caractères de l’attestation d’enregistrement."
    )
    registered_on = DateField(label="Enregistrée le", validators=[not_in_the_future])
    renewed_on = DateField(label="Dernier renouvellement le", required=False, validators=[not_in_the_future])
    communes = forms.CharField(label="Communes souhaitées", required=False, max_length=200)
    types = forms.CharField(label="Types de logement", required=False, max_length=60, help_text="T2, T3…")

    submit = "Enregistrer la demande"

    def clean_nur(self) -> str:
        nur = re.sub(r"[\s.\-]", "", self.cleaned_data["nur"]).upper()
        if not re.fullmatch(r"[0-9A-Z]{18}", nur):
            raise forms.ValidationError(f"Le numéro unique a 18 caractères ; vous en avez saisi {len(nur)}.")
        return nur

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("registered_on"), cleaned.get("renewed_on")
        if first and last and last < first:
            self.add_error("renewed_on", "Le renouvellement vient après l’enregistrement.")
        return cleaned


class RenewForm(ActForm):
    """A renewal."""

    renewed_on = DateField(label="Renouvelée le", validators=[not_in_the_future], initial=today)

    submit = "Noter le renouvellement"


class DemandeEndForm(ActForm):
    """Why a request no longer runs."""

    reason = forms.ChoiceField(label="Motif", choices=DemandeLogement.End, widget=forms.RadioSelect)
    on = DateField(label="Le", validators=[not_in_the_future], initial=today)

    submit = "Terminer la demande"


class PrioriteForm(ActForm):
    """A priority asked for."""

    kind = forms.ChoiceField(label="Priorité", choices=Priorite.Kind, widget=forms.RadioSelect)
    filed_on = DateField(
        label="Déposée le",
        validators=[not_in_the_future],
        help_text="Pour le DALO : le jour de l’accusé de réception, qui fait courir les délais.",
    )
    reference = forms.CharField(label="Référence", required=False, max_length=40)
    form_key = KeyField()

    submit = "Enregistrer la demande de priorité"


class PrioriteDecideForm(ActForm):
    """What came of a priority."""

    status = forms.ChoiceField(label="Elle est", widget=forms.RadioSelect)
    on = DateField(label="Le", validators=[not_in_the_future], initial=today)
    valid_until_on = DateField(
        label="Valable jusqu’au", required=False, help_text="Si elle est accordée pour un temps."
    )

    submit = "Enregistrer"

    def __init__(self, *args: Any, priorite: Priorite, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = Priorite.TRANSITIONS[priorite.status]
        self.fields["status"].choices = [one for one in Priorite.Status.choices if one[0] in allowed]
        self.filed_on = priorite.filed_on

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        on, until = cleaned.get("on"), cleaned.get("valid_until_on")
        if on and on < self.filed_on:
            self.add_error("on", f"Elle a été déposée le {self.filed_on:%d/%m/%Y}.")
        if on and until and until < on:
            self.add_error("valid_until_on", "Cette date vient après la décision.")
        return cleaned


class PiecesForm(ActForm):
    """The pieces, on one page."""

    submit = "Enregistrer les pièces"

    def __init__(self, *args: Any, stored: dict[str, PieceRelogement], **kwargs: Any) -> None:
        self.base_fields = dict(type(self).base_fields)
        for kind in PieceRelogement.Kind:
            one = stored.get(kind)
            self.base_fields[f"received_on_{kind}"] = DateField(
                label="Reçue le", required=False, validators=[not_in_the_future], initial=one and one.received_on
            )
            self.base_fields[f"expires_on_{kind}"] = DateField(
                label="Valable jusqu’au", required=False, initial=one and one.expires_on
            )
            self.base_fields[f"is_needless_{kind}"] = forms.BooleanField(
                label="Sans objet", required=False, initial=bool(one and one.is_needless)
            )
        super().__init__(*args, **kwargs)

    def layout(self) -> list[Any]:
        rows: list[Any] = []
        for kind in PieceRelogement.Kind:
            label = str(kind.label)
            rows.append(HTML(f"<h2>{label[0].upper()}{label[1:]}</h2>"))
            names = (f"{name}_{kind}" for name in ("received_on", "expires_on", "is_needless"))
            rows.append(Div(*names, css_class="fields-beside"))
        return rows

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for kind in PieceRelogement.Kind:
            received, expires = cleaned.get(f"received_on_{kind}"), cleaned.get(f"expires_on_{kind}")
            if received and expires and expires < received:
                self.add_error(f"expires_on_{kind}", "Cette date vient après celle de la réception.")
            if expires and not received:
                self.add_error(f"received_on_{kind}", "Dites quand la pièce a été reçue.")
        return cleaned

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        names = ("received_on", "expires_on", "is_needless")
        return {
            "pieces": {
                str(kind): {name: self.cleaned_data[f"{name}_{kind}"] for name in names}
                for kind in PieceRelogement.Kind
            }
        }


class OffreForm(ActForm):
    """A home offered."""

    bailleur = forms.CharField(label="Bailleur", max_length=100)
    commune = forms.CharField(label="Commune", max_length=100)
    home = forms.CharField(label="Logement", required=False, max_length=100, help_text="T2, 2e étage, ascenseur…")
    monthly_rent = AmountField(label="Loyer, charges comprises (€)", required=False)
    received_on = DateField(label="Reçue le", validators=[not_in_the_future], initial=today)
    visit_on = DateField(label="Visite le", required=False)
    answer_by_on = DateField(label="Réponse avant le", required=False)
    form_key = KeyField()

    submit = "Enregistrer l’offre"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("visit_on", "answer_by_on"):
            if cleaned.get(name) and cleaned.get("received_on") and cleaned[name] < cleaned["received_on"]:
                self.add_error(name, "Cette date vient après la réception de l’offre.")
        return cleaned


class OffreAnswerForm(ActForm):
    """What the person answers."""

    answer = forms.ChoiceField(label="Réponse", choices=OffreLogement.Answer, widget=forms.RadioSelect)
    answer_reason = forms.CharField(label="Raison", required=False, max_length=200, help_text="Demandée pour un refus.")
    on = DateField(label="Le", validators=[not_in_the_future], initial=today)

    submit = "Enregistrer la réponse"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("answer") == OffreLogement.Answer.REFUSED and not cleaned.get("answer_reason"):
            self.add_error("answer_reason", "Un refus dit sa raison : elle servira aux prochaines offres.")
        return cleaned


class OffreSettleForm(ActForm):
    """What came of an offer."""

    outcome = forms.ChoiceField(label="Issue", choices=OffreLogement.Outcome, widget=forms.RadioSelect)
    on = DateField(label="Le", validators=[not_in_the_future], initial=today)

    submit = "Enregistrer l’issue"


class RelogementFilterForm(forms.Form):
    """Which files the list of rehousing shows."""

    qui = forms.ChoiceField(label="Suivis", required=False, choices=[("", "les miens"), ("equipe", "toute l’équipe")])
    demande = forms.ChoiceField(
        label="Demande",
        required=False,
        choices=[("", "toutes"), ("aucune", "sans demande"), ("renouveler", "à renouveler dans les 60 jours")],
    )
