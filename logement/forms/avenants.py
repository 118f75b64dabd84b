"""Change places within a stay, give back the keys of the place left, change a running contract."""

import datetime
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from logement.forms.contrats import place_label
from logement.models import Avenant, ContratOccupation, PartieContrat, Place, Prestation
from logement.queries.contrats import members_on
from residence.forms.fields import AmountField, DateField
from residence.forms.layout import page_helper
from residence.models import Personne
from residence.models.base import today

Subject = Avenant.Subject
Capacity = PartieContrat.Capacity


class MutationForm(forms.Form):
    """Which other place, from when, why, and by which paper."""

    place = forms.ModelChoiceField(
        label="Nouvelle place", queryset=Place.objects.none(), empty_label="choisir la place"
    )
    joined_places = forms.ModelMultipleChoiceField(
        label="Chambres jointes",
        queryset=Place.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Chambres communicantes données avec la place. Pour garder sa chambre et en ajouter une, choisissez "
        "la sienne ci-dessus et cochez l’autre ici.",
    )
    start_on = DateField(
        label="À partir du",
        help_text="Premier jour dans la nouvelle place ; l’ancienne finit la veille, à moins d’être gardée.",
    )
    reason = forms.CharField(label="Pourquoi ce changement ?", max_length=200)
    is_avenant = forms.ChoiceField(
        label="Que signent-ils ?",
        choices=[
            ("contrat", "Un nouveau contrat, avec toutes ses mentions et le règlement intérieur"),
            ("avenant", "Un avenant, quand seuls le logement et la redevance changent"),
        ],
        widget=forms.RadioSelect,
    )
    deposit_amount = AmountField(
        label="Dépôt de garantie (€)",
        required=False,
        help_text="Vide : celui d’aujourd’hui, dans la limite d’un mois de la nouvelle redevance.",
    )
    surface_confirmed = forms.BooleanField(label="Changer de place malgré la surface", required=False)

    def __init__(self, *args: Any, contrat: ContratOccupation, places: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"is_avenant": "avenant"})
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        own = {contrat.place_id, *contrat.joined_places.values_list("pk", flat=True)}

        def label(place: Place) -> str:
            return f"{place_label(place)}, celle d’aujourd’hui" if place.pk in own else place_label(place)

        self.fields["place"].label_from_instance = label  # type: ignore[attr-defined]
        joinable = places.filter(Q(joined_with__isnull=False) | Q(joinable__isnull=False)).distinct()
        self.fields["joined_places"].queryset = joinable  # type: ignore[attr-defined]
        self.fields["joined_places"].label_from_instance = label  # type: ignore[attr-defined]
        if not joinable.exists():
            del self.fields["joined_places"]
        self.fields["surface_confirmed"].widget = forms.HiddenInput()
        self.helper = page_helper(
            "place",
            *(["joined_places"] if "joined_places" in self.fields else []),
            "start_on",
            "reason",
            "surface_confirmed",
            Fieldset("Le papier", "is_avenant", "deposit_amount"),
            submit="Préparer le changement de place",
            back=contrat.get_absolute_url(),
        )

    def day(self) -> datetime.date:
        """The day typed or proposed, today where there is none."""
        typed = self.data.get("start_on") if self.is_bound else self.initial.get("start_on")
        try:
            found: datetime.date | None = self.fields["start_on"].clean(typed)
        except ValidationError:
            found = None
        return found or today()

    def clean_is_avenant(self) -> bool:
        return bool(self.cleaned_data["is_avenant"] == "avenant")

    def ask_about_surface(self) -> None:
        self.fields["surface_confirmed"].widget = forms.CheckboxInput()


class MutationClesForm(forms.Form):
    """The keys of the place that was left."""

    keys_on = DateField(label="Clés rendues le")

    def __init__(self, *args: Any, contrat: ContratOccupation, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"keys_on": today()})
        super().__init__(*args, **kwargs)
        self.helper = page_helper("keys_on", submit="Enregistrer les clés", back=contrat.get_absolute_url())


class AvenantForm(forms.Form):
    """What changes in the contract, from which day."""

    subject = forms.ChoiceField(label="Qu’est-ce qui change ?", choices=Subject.choices, widget=forms.RadioSelect)
    effect_on = DateField(label="À partir du")
    personne = forms.ModelChoiceField(
        label="Personne", queryset=Personne.objects.none(), required=False, empty_label="choisir"
    )
    capacity = forms.ChoiceField(
        label="En qualité de",
        choices=[("", "choisir"), (Capacity.CO_TITULAIRE, "co-titulaire"), (Capacity.OCCUPANT, "occupant")],
        required=False,
    )
    successor = forms.ModelChoiceField(
        label="Qui devient titulaire",
        queryset=Personne.objects.none(),
        required=False,
        empty_label="personne : le titulaire reste",
        help_text="Seulement quand c’est le titulaire qui part.",
    )
    prestation = forms.ModelChoiceField(
        label="Prestation facultative", queryset=Prestation.objects.none(), required=False, empty_label="choisir"
    )
    reason = forms.CharField(label="Précision", max_length=250, required=False, help_text="Écrite dans l’avenant.")

    def __init__(self, *args: Any, contrat: ContratOccupation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = set(contrat.parties.filter(end_on=None).values_list("personne", flat=True))
        members = {membre.personne_id for membre in members_on(contrat.menage, today())}
        persons = Personne.objects.filter(pk__in=named | members).order_by("sort_name")
        self.fields["personne"].queryset = persons  # type: ignore[attr-defined]
        self.fields["successor"].queryset = persons.filter(pk__in=named)  # type: ignore[attr-defined]
        self.fields["prestation"].queryset = contrat.residence.prestations.order_by("name")  # type: ignore[attr-defined]
        self.helper = page_helper(
            "subject",
            "effect_on",
            Fieldset("Pour une personne", "personne", "capacity", "successor"),
            Fieldset("Pour une prestation facultative", "prestation"),
            "reason",
            submit="Éditer l’avenant",
            back=contrat.get_absolute_url(),
        )


class AvenantSignForm(forms.Form):
    """The day both signed the avenant."""

    signed_on = DateField(label="Signé le")

    def __init__(self, *args: Any, avenant: Avenant, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"signed_on": today()})
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            "signed_on", submit="Enregistrer la signature", back=avenant.contrat.get_absolute_url()
        )
