"""Filter the avis d'échéance and the receipts."""

from django import forms

from logement.forms.campagnes import MonthField
from logement.models import AvisEcheance, Quittance

_LISTED = [choice for choice in AvisEcheance.Status.choices if choice[0] != AvisEcheance.Status.CANCELLED]


class AvisFilterForm(forms.Form):
    """« Avis de mars pas encore payés »."""

    q = forms.CharField(label="Résident ou place", max_length=100, required=False)
    mois = MonthField(label="Mois", required=False, back=36, ahead=1)
    etat = forms.ChoiceField(label="Avis", required=False, choices=[("", "tous"), *_LISTED, ("cancelled", "annulés")])
    reste = forms.ChoiceField(
        label="Reste à payer",
        required=False,
        choices=[("", "peu importe"), ("oui", "oui"), ("retard", "en retard"), ("non", "non")],
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        months = self.fields["mois"]
        months.choices = [("", "tous"), *months.choices]  # type: ignore[attr-defined]


class QuittanceFilterForm(forms.Form):
    """« Quittances de mars »."""

    q = forms.CharField(label="Résident ou place", max_length=100, required=False)
    mois = MonthField(label="Mois", required=False, back=36)
    nature = forms.ChoiceField(
        label="Nature", required=False, choices=[("", "toutes"), *Quittance.Kind.choices, ("annulees", "annulées")]
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        months = self.fields["mois"]
        months.choices = [("", "tous"), *months.choices]  # type: ignore[attr-defined]


class CompteFilterForm(forms.Form):
    """« Comptes des résidents présents qui ont quelque chose à payer »."""

    q = forms.CharField(label="Résident ou place", max_length=100, required=False)
    etat = forms.ChoiceField(
        label="Séjours", required=False, choices=[("", "en cours"), ("termines", "terminés"), ("tous", "tous")]
    )
    reste = forms.ChoiceField(
        label="Compte",
        required=False,
        choices=[("", "tous"), ("retard", "en retard"), ("ouvert", "quelque chose à payer")],
    )
