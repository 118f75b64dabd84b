"""Forms of the direct debit: a mandate, its signature and its end; the month of a remise; what came back."""

from typing import Any

from django import forms

from logement.forms.campagnes import MonthField
from logement.rules.prelevement import REJECTS
from residence.forms.fields import DateField
from residence.forms.layout import not_in_the_future, page_helper
from residence.models.base import today


class MandatForm(forms.Form):
    """Whose account, and which."""

    holder = forms.CharField(label="Titulaire du compte", max_length=70)
    iban = forms.CharField(
        label="IBAN",
        max_length=42,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Celui du relevé d’identité bancaire. Sa clé est vérifiée.",
    )

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(*self.fields, submit="Préparer le mandat", back=back)


class SignatureForm(forms.Form):
    """The day a mandate was signed."""

    signed_on = DateField(label="Signé le", initial=today, validators=[not_in_the_future])

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(*self.fields, submit="Noter la signature", back=back)


class RevocationForm(forms.Form):
    """The end of a mandate."""

    on = DateField(label="Révoqué le", initial=today, validators=[not_in_the_future])
    reason = forms.CharField(label="Pourquoi", max_length=200)

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(*self.fields, submit="Révoquer le mandat", back=back)


class RemiseMonthForm(forms.Form):
    """The month of the avis to collect."""

    mois = MonthField(label="Mois des avis", back=6, required=False)


class RejectForm(forms.Form):
    """A debit that the bank sent back."""

    on = DateField(label="Rejeté le", initial=today, validators=[not_in_the_future])
    code = forms.ChoiceField(
        label="Motif de la banque",
        required=False,
        choices=[("", "non communiqué"), *((code, f"{label} ({code})") for code, label in REJECTS.items())],
    )
    reason = forms.CharField(label="Précision", max_length=150, required=False)

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(*self.fields, submit="Noter le rejet", back=back)


class RejectsFileForm(forms.Form):
    """The bank's report on a remise."""

    file = forms.FileField(
        label="Compte rendu de la banque (pain.002)",
        widget=forms.ClearableFileInput(attrs={"accept": ".xml"}),
        error_messages={"required": "Choisissez un fichier.", "empty": "Le fichier est vide."},
    )
    on = DateField(label="Rejets du", initial=today, validators=[not_in_the_future])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(*self.fields, submit="Lire les rejets", enctype="multipart/form-data")
