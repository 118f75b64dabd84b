"""Where something is: a place typed or picked in a list, by its code or by who lives there."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accompagnement.forms.pages import ActForm
from logement.models import ContratOccupation, Logement, Place
from residence.models import Residence, User
from residence.permissions import Permission

SEPARATOR = " · "
SPOTS = ("hall", "escalier", "couloir", "ascenseur", "parking", "cour, jardin", "local poubelles", "buanderie")


def _key(text: str) -> str:
    return "".join(text.split()).casefold()


class PlaceField(forms.CharField):
    """A place by its code, as « B 204 » or as the list proposes it, « B 204 · DIALLO Awa »; gives the Place."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.widget.attrs |= {"list": "places", "autocomplete": "off", "spellcheck": "false"}
        self.places: dict[str, list[Place]] = {}

    def offer(self, places: list[Place]) -> None:
        self.places = {}
        for place in places:
            self.places.setdefault(_key(place.code), []).append(place)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = self.places.get(_key(text.partition(SEPARATOR)[0]), [])
        if not found:
            raise ValidationError("Cette place n’existe pas : choisissez-la dans la liste, ou laissez vide.")
        return found


class InResidenceForm(ActForm):
    """An act in one of the résidences of the user; where there is one, it is not asked for."""

    permission: Permission
    # Whether the list of places says who lives there.
    tells_names = False

    residence = forms.ModelChoiceField(Residence.objects.none(), label="Résidence", empty_label=None)

    def __init__(self, *args: Any, user: User, chosen: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(Residence.objects.visible_to(user, self.permission))
        field: Any = self.fields["residence"]
        field.queryset = Residence.objects.filter(pk__in=[one.pk for one in rows])
        field.initial = next((one.pk for one in rows if one.pk == chosen), rows[0].pk if rows else None)
        if len(rows) < 2:
            field.widget = forms.HiddenInput()
        self.proposed: list[str] = []
        self.spots: list[str] = []
        if "place" in self.fields:
            self._offer(rows)

    def _offer(self, residences: list[Residence]) -> None:
        places = list(Place.objects.filter(residence__in=residences).in_service().lettable().order_by("code"))
        self.fields["place"].offer(places)  # type: ignore[attr-defined]
        living: dict[int, str] = {}
        if self.tells_names:
            contrats = ContratOccupation.objects.in_progress().filter(place__in=places)
            living = {one.place_id: str(one.sejour.menage) for one in contrats.select_related("sejour__menage")}
        self.proposed = [place.code + (SEPARATOR + living[place.pk] if place.pk in living else "") for place in places]
        commons = Logement.objects.filter(residence__in=residences, usage=Logement.Usage.COMMUN)
        self.spots = [*commons.values_list("number", flat=True), *SPOTS]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        found, residence = cleaned.get("place"), cleaned.get("residence")
        if isinstance(found, list):
            here = [one for one in found if residence is not None and one.residence_id == residence.pk]
            cleaned["place"] = here[0] if here else None
            if not here:
                self.add_error("place", "Cette place n’est pas dans cette résidence.")
        return cleaned
