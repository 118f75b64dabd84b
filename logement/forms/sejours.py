"""Decide of the rest of a stay, follow its APL, record a notice and the return of the keys."""

from typing import Any

from crispy_forms.layout import Fieldset
from django import forms

from logement.models import ContratOccupation, Destination, DroitApl, Preavis, RenouvellementSejour, Sejour
from logement.rules.preavis import ShortNotice
from residence.forms.fields import AmountField, DateField
from residence.forms.layout import page_helper
from residence.models import Dispositif
from residence.models.base import today

Kind = RenouvellementSejour.Kind


class SejourFilterForm(forms.Form):
    """« Séjours en cours du public temporaire qui arrivent à terme dans 90 jours »."""

    etat = forms.ChoiceField(
        label="Séjours",
        choices=[("", "en cours"), ("a_venir", "à venir"), ("termines", "terminés"), ("tous", "tous")],
        required=False,
    )
    dispositif = forms.ModelChoiceField(
        label="Dispositif", queryset=Dispositif.objects.none(), required=False, empty_label="tous"
    )
    terme = forms.ChoiceField(
        label="Fin prévue",
        choices=[
            ("", "toutes"),
            ("passee", "passée"),
            ("30", "sous 30 jours"),
            ("60", "sous 60 jours"),
            ("90", "sous 90 jours"),
        ],
        required=False,
    )

    def __init__(self, *args: Any, dispositifs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dispositif"].queryset = dispositifs  # type: ignore[attr-defined]


class ContratFilterForm(forms.Form):
    """« Contrats à signer »."""

    etat = forms.ChoiceField(
        label="Contrats",
        choices=[("", "à éditer ou à signer"), *ContratOccupation.Status.choices, ("tous", "tous")],
        required=False,
    )
    dispositif = forms.ModelChoiceField(
        label="Dispositif", queryset=Dispositif.objects.none(), required=False, empty_label="tous"
    )

    def __init__(self, *args: Any, dispositifs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dispositif"].queryset = dispositifs  # type: ignore[attr-defined]


class RenouvellementForm(forms.Form):
    """Whether a stay goes on beyond its planned end, and why."""

    kind = forms.ChoiceField(label="Décision", widget=forms.RadioSelect)
    until_on = DateField(label="Jusqu’au", required=False, help_text="Pour un dépassement : son dernier jour.")
    reasons = forms.CharField(label="Motifs", widget=forms.Textarea(attrs={"rows": 4}))
    decided_on = DateField(label="Décidé le")

    def __init__(self, *args: Any, sejour: Sejour, renewal: str, **kwargs: Any) -> None:
        """`renewal`: what a renewal gives, in words; empty when none is possible."""
        kwargs.setdefault("initial", {"decided_on": today(), "kind": Kind.RENEWAL if renewal else Kind.OVERSTAY})
        super().__init__(*args, **kwargs)
        choices = [(Kind.RENEWAL.value, renewal)] if renewal else []
        choices += [
            (Kind.OVERSTAY.value, "Dépassement : le séjour continue au-delà de ce que prévoit le dispositif"),
            (Kind.REFUSAL.value, "Non-renouvellement : préparer le relogement ; le contrat continue"),
        ]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]
        self.helper = page_helper(
            "kind",
            "until_on",
            "reasons",
            "decided_on",
            submit="Enregistrer la décision",
            back=sejour.get_absolute_url(),
        )

    def clean_kind(self) -> Kind:
        return Kind(self.cleaned_data["kind"])


class AplForm(forms.Form):
    """Where the APL of a stay stands."""

    status = forms.ChoiceField(
        label="Où en est la demande ?", choices=DroitApl.Status.choices, widget=forms.RadioSelect
    )
    requested_on = DateField(label="Demandée le", required=False)
    start_on = DateField(
        label="À partir du mois de",
        required=False,
        help_text="Un jour du mois suffit. L’APL est due du mois suivant l’entrée, pas avant celui de la demande.",
    )
    monthly_amount = AmountField(
        label="Montant mensuel (€)", required=False, help_text="Celui de la notification de la CAF ou de la MSA."
    )
    source = forms.CharField(
        label="D’après", max_length=200, required=False, help_text="Notification du…, compte CAF du résident…"
    )

    def __init__(self, *args: Any, sejour: Sejour, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            "status",
            "requested_on",
            "start_on",
            "monthly_amount",
            "source",
            submit="Enregistrer",
            back=sejour.get_absolute_url(),
        )


class PreavisForm(forms.Form):
    """A notice: by whom, in which form, received when, on which ground."""

    given_by_whom = forms.ChoiceField(label="Qui donne congé ?", choices=Preavis.By.choices, widget=forms.RadioSelect)
    form = forms.ChoiceField(label="Forme", choices=Preavis.Form.choices)
    sent_on = DateField(label="Envoyé le", required=False)
    delivery = forms.ChoiceField(
        label="Remise",
        choices=Preavis.Delivery.choices,
        initial=Preavis.Delivery.DELIVERED,
        help_text="Une lettre recommandée non réclamée n’est pas remise : le délai ne court pas.",
    )
    notified_on = DateField(
        label="Reçu le", required=False, help_text="Le jour de la remise. Le délai court du lendemain."
    )
    is_shortened = forms.BooleanField(label="délai réduit à huit jours", required=False)
    shortened_reason = forms.ChoiceField(
        label="Raison du délai réduit",
        choices=[("", "choisir"), *((one.value, one.label) for one in ShortNotice)],
        required=False,
    )
    shortened_proof = forms.CharField(
        label="Justificatif", max_length=150, required=False, help_text="Promesse d’embauche du…, bail proposé le…"
    )
    ground = forms.ChoiceField(
        label="Cas prévu par la loi", choices=[("", "choisir"), *Preavis.Ground.choices], required=False
    )
    offer_notified_on = DateField(
        label="Offre de relogement notifiée le",
        required=False,
        help_text="Pour la fin des conditions d’admission : offre adaptée, un mois au moins avant l’effet.",
    )
    is_for_absence = forms.BooleanField(
        label="le motif est que le logement n’est pas occupé",
        required=False,
        help_text="Refusé tant qu’une absence justifiée (travail, soins, force majeure) est en cours.",
    )
    reasons = forms.CharField(label="Motifs du gestionnaire", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, contrat: ContratOccupation, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"given_by_whom": Preavis.By.RESIDENT, "notified_on": today()})
        super().__init__(*args, **kwargs)
        self.back = contrat.get_absolute_url()
        self._lay_out("Calculer le dernier jour")

    def _lay_out(self, submit: str) -> None:
        self.helper = page_helper(
            "given_by_whom",
            Fieldset("Comment, quand", "form", "sent_on", "delivery", "notified_on"),
            Fieldset("Si le résident demande huit jours", "is_shortened", "shortened_reason", "shortened_proof"),
            Fieldset("Si le gestionnaire résilie", "ground", "offer_notified_on", "is_for_absence", "reasons"),
            "seen",
            submit=submit,
            back=self.back,
        )

    def has_computed(self, seen: str) -> None:
        """The last day is on the page: sending again keeps it."""
        self.data = self.data.copy()
        self.data["seen"] = seen
        self._lay_out("Enregistrer le préavis")

    def clean_given_by_whom(self) -> Preavis.By:
        return Preavis.By(self.cleaned_data["given_by_whom"])


class RemiseForm(forms.Form):
    """What became of a letter that was sent."""

    delivery = forms.ChoiceField(label="La lettre est", choices=Preavis.Delivery.choices, widget=forms.RadioSelect)
    notified_on = DateField(label="Remise le", required=False)

    def __init__(self, *args: Any, preavis: Preavis, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"delivery": preavis.delivery})
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            "delivery",
            "notified_on",
            submit="Enregistrer la remise",
            back=preavis.contrat.get_absolute_url(),
        )


class ClesForm(forms.Form):
    """The keys are back: when, and where the household goes."""

    keys_on = DateField(label="Clés rendues le")
    destination = forms.ChoiceField(label="Où va le ménage ?", choices=[("", "choisir"), *Destination.choices])
    destination_detail = forms.CharField(
        label="Précision", max_length=200, required=False, help_text="Bailleur, commune, établissement."
    )
    new_address = forms.CharField(
        label="Nouvelle adresse",
        max_length=250,
        required=False,
        help_text="Pour le dernier compte et le dépôt de garantie.",
    )

    def __init__(self, *args: Any, contrat: ContratOccupation, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"keys_on": today()})
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            "keys_on",
            "destination",
            "destination_detail",
            "new_address",
            submit="Enregistrer la remise des clés",
            back=contrat.get_absolute_url(),
        )
