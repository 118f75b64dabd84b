"""Prepare, sign and cancel a contract; record an insurance."""

import datetime
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError

from logement.models import AssuranceOccupant, ContratOccupation, PartieContrat, Place
from logement.queries.contrats import is_minor, members_on, persons_on
from residence.forms.fields import AmountField, DateField
from residence.forms.layout import page_helper
from residence.models import MembreMenage, Menage
from residence.models.base import today
from residence.rules.dates import add_months, eve

Capacity = PartieContrat.Capacity


class ContratForm(forms.Form):
    """The terms of a contract: which place, from when, who signs, what deposit. The price is the tariff's."""

    place = forms.ModelChoiceField(label="Place", queryset=Place.objects.none(), empty_label="choisir la place")
    joined_places = forms.ModelMultipleChoiceField(
        label="Chambres jointes",
        queryset=Place.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Chambres communicantes données ensemble par ce contrat.",
    )
    start_on = DateField(label="Prise d’effet", help_text="Premier jour où le ménage habite le logement.")
    deposit_amount = AmountField(
        label="Dépôt de garantie (€)", required=False, help_text="Vide : le montant que prévoit le dispositif."
    )
    organisation = forms.CharField(
        label="Organisme titulaire",
        max_length=150,
        required=False,
        help_text="Quand une association est titulaire pour l’occupant.",
    )
    special_terms = forms.CharField(
        label="Clauses particulières", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    surface_confirmed = forms.BooleanField(label="Faire ce contrat malgré la surface", required=False)

    def __init__(
        self,
        *args: Any,
        menage: Menage,
        places: Any,
        contrat: ContratOccupation | None = None,
        back: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.menage, self.contrat = menage, contrat
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        self.fields["place"].label_from_instance = place_label  # type: ignore[attr-defined]
        joinable = places.filter(joined_with__isnull=False) | places.filter(joinable__isnull=False)
        self.fields["joined_places"].queryset = joinable.distinct()  # type: ignore[attr-defined]
        self.fields["joined_places"].label_from_instance = place_label  # type: ignore[attr-defined]
        has_joinable = joinable.exists()
        if not has_joinable:
            del self.fields["joined_places"]
        day = self.entry_day()
        members = members_on(menage, day)
        names = {row.personne_id: row.capacity for row in contrat.parties.all()} if contrat else {}
        self.persons = []
        for membre in members:
            name = f"party_{membre.personne_id}"
            self.persons.append(name)
            minor = is_minor(membre.personne, day)
            self.fields[name] = forms.ChoiceField(
                label=str(membre.personne),
                choices=[(Capacity.OCCUPANT.value, str(Capacity.OCCUPANT.label))] if minor else Capacity.choices,
                initial=names.get(membre.personne_id, proposed_capacity(membre, day)),
                help_text="mineur à la prise d’effet" if minor else "",
            )
        self.asks_about_surface = self.is_bound and "surface_asked" in self.data
        self.fields["surface_asked"] = forms.CharField(required=False, widget=forms.HiddenInput, initial="1")
        if not self.asks_about_surface:
            self.fields["surface_confirmed"].widget = forms.HiddenInput()
        where = ["place", *(["joined_places"] if has_joinable else []), "start_on", "surface_confirmed"]
        self.helper = page_helper(
            Fieldset("Le logement", *where),
            Fieldset("Qui signe, qui habite", *self.persons, "organisation"),
            Fieldset("Conditions", "deposit_amount", "special_terms"),
            submit="Enregistrer le contrat" if contrat else "Préparer le contrat",
            back=back,
        )

    def entry_day(self) -> datetime.date:
        """The planned day of entry, as typed or as proposed: ages are taken on that day."""
        field = self.fields["start_on"]
        typed = self.data.get("start_on") if self.is_bound else self.initial.get("start_on")
        try:
            day: datetime.date | None = field.clean(typed)
        except ValidationError:
            day = None
        return day or today()

    def ask_about_surface(self) -> None:
        """Show the box that confirms an entry in a place too small for the APL."""
        self.fields["surface_confirmed"].widget = forms.CheckboxInput()

    @property
    def terms(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        deposit: Decimal | None = data["deposit_amount"]
        return {
            "place": data["place"],
            "joined_places": list(data.get("joined_places") or []),
            "start_on": data["start_on"],
            "deposit_amount": deposit,
            "organisation": data["organisation"],
            "special_terms": data["special_terms"],
            "surface_confirmed": data["surface_confirmed"],
            "parties": {int(name.removeprefix("party_")): data[name] for name in self.persons},
        }

    @property
    def household_size(self) -> int:
        return persons_on(self.menage, self.entry_day())


def proposed_capacity(membre: MembreMenage, day: datetime.date) -> str:
    """As what a person is proposed in a contract, by their tie to the household."""
    if is_minor(membre.personne, day):
        return Capacity.OCCUPANT
    return {
        MembreMenage.Tie.REFERENCE: Capacity.TITULAIRE,
        MembreMenage.Tie.PARTNER: Capacity.CO_TITULAIRE,
    }.get(MembreMenage.Tie(membre.tie), Capacity.OCCUPANT)


def place_label(place: Place) -> str:
    """« A101 · T1, 1er étage, 22 m², 1 personne »."""
    logement = place.logement
    surface = f"{place.surface:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    persons = f"{place.capacity} personne{'s' if place.capacity > 1 else ''}"
    kind = "chambre" if logement.is_shared else logement.get_type_logement_display()
    return f"{place.code} · {kind}, {logement.floor_name}, {surface} m², {persons}"


class SignatureForm(forms.Form):
    """The day both signed."""

    signed_on = DateField(label="Signé le")
    is_initialled = forms.BooleanField(
        label="Le règlement intérieur annexé a été lu et paraphé",
        help_text="Il doit l’être en même temps que le contrat est signé (CCH, art. L.633-2).",
    )

    def __init__(self, *args: Any, contrat: ContratOccupation, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"signed_on": today()})
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            "signed_on", "is_initialled", submit="Enregistrer la signature", back=contrat.get_absolute_url()
        )


class AnnulationForm(forms.Form):
    """Why a contract is given up."""

    reason = forms.CharField(label="Pourquoi annuler ce contrat ?", max_length=200)


class AssuranceForm(forms.ModelForm):
    """An attestation of insurance."""

    start_on = DateField(label="Depuis le")
    end_on = DateField(label="Jusqu’au", help_text="L’échéance de l’attestation : elle vous sera rappelée.")

    class Meta:
        model = AssuranceOccupant
        fields = ["insurer", "policy_number", "start_on", "end_on"]

    def __init__(self, *args: Any, contrat: ContratOccupation, **kwargs: Any) -> None:
        start = max(contrat.start_on, today())
        kwargs.setdefault("initial", {"start_on": start, "end_on": eve(add_months(start, 12))})
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            "insurer",
            "policy_number",
            "start_on",
            "end_on",
            submit="Enregistrer l’assurance",
            back=contrat.sejour.get_absolute_url(),
        )
