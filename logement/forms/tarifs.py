"""Fix a tariff, an optional service and its price; say what a resident takes."""

from typing import Any

from crispy_forms.layout import Fieldset
from django import forms

from logement.models import CategoriePlace, ContratOccupation, Prestation
from residence.forms.fields import AmountField, DateField
from residence.forms.layout import page_helper
from residence.models import Residence


class TarifForm(forms.Form):
    """What a category costs from a day on, in the parts that the law tells apart."""

    categorie = forms.ModelChoiceField(label="Catégorie de place", queryset=CategoriePlace.objects.none())
    valid_from = DateField(label="À partir du", help_text="Le tarif précédent s’arrête la veille.")
    rent = AmountField(label="Équivalent de loyer (€ par mois)")
    charges = AmountField(label="Équivalent de charges (€ par mois)")
    services = AmountField(
        label="Prestations obligatoires (€ par mois)", required=False, help_text="Hors APL. Vide : aucune."
    )
    reason = forms.CharField(
        label="Raison", max_length=200, required=False, help_text="Révision annuelle, travaux, gel…"
    )
    accept_called = forms.BooleanField(label="Je rectifierai un par un les avis déjà confirmés", required=False)

    def __init__(self, *args: Any, categories: Any, back: str, asks_called: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categorie"].queryset = categories  # type: ignore[attr-defined]
        if not asks_called:
            self.fields["accept_called"].widget = forms.HiddenInput()
        self.helper = page_helper(
            Fieldset("Pour quelle place, depuis quand", "categorie", "valid_from", "accept_called"),
            Fieldset("Redevance", "rent", "charges", "services"),
            "reason",
            submit="Fixer le tarif",
            back=back,
        )

    def clean_services(self) -> Any:
        return self.cleaned_data["services"] or 0


class PrestationForm(forms.Form):
    """A new optional service and its first price."""

    residence = forms.ModelChoiceField(label="Résidence", queryset=Residence.objects.none(), empty_label=None)
    name = forms.CharField(label="Prestation", max_length=100, help_text="Laverie, place de stationnement…")
    monthly_amount = AmountField(label="Prix (€ par mois)")
    valid_from = DateField(label="À partir du")
    is_third_party_fee = forms.BooleanField(label="C’est le forfait pour un tiers hébergé", required=False)
    stops_when_away = forms.BooleanField(
        label="Suspendue pendant une absence notée",
        required=False,
        help_text="Les nuits où tout le ménage est absent ne sont pas facturées ; la redevance, elle, reste due.",
    )

    def __init__(self, *args: Any, residences: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["residence"].queryset = residences  # type: ignore[attr-defined]
        if len(residences) == 1:
            self.fields["residence"].widget = forms.HiddenInput()
            self.fields["residence"].initial = residences[0]
        self.helper = page_helper(
            "residence",
            "name",
            "monthly_amount",
            "valid_from",
            "is_third_party_fee",
            "stops_when_away",
            submit="Proposer la prestation",
            back=back,
        )


class PriceForm(forms.Form):
    """A new price for an optional service."""

    valid_from = DateField(label="À partir du", help_text="Le prix précédent s’arrête la veille.")
    monthly_amount = AmountField(label="Prix (€ par mois)")

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("valid_from", "monthly_amount", submit="Fixer le prix", back=back)


class SouscriptionForm(forms.Form):
    """An optional service that a resident takes."""

    prestation = forms.ModelChoiceField(label="Prestation", queryset=Prestation.objects.none())
    start_on = DateField(label="Depuis le")
    end_on = DateField(label="Jusqu’au", required=False, help_text="Vide : jusqu’à nouvel ordre.")

    def __init__(self, *args: Any, contrat: ContratOccupation, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Prestation.objects.filter(residence=contrat.sejour.residence_id)
        self.fields["prestation"].queryset = offered  # type: ignore[attr-defined]
        self.helper = page_helper("prestation", "start_on", "end_on", submit="Ajouter la prestation", back=back)


class CloseSouscriptionForm(forms.Form):
    """The last day of an optional service."""

    end_on = DateField(label="Dernier jour")

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("end_on", submit="Arrêter la prestation", back=back)
