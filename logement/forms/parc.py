"""Find a free place, put something on a place."""

from typing import Any

from crispy_forms.layout import Layout
from django import forms

from logement.actions.parc import BY_HAND
from logement.models import OccupationPlace, Place
from residence.forms.fields import DateField
from residence.forms.layout import page_helper
from residence.models import Dispositif, TypeLogement

WHEN = (
    ("libre", "aujourd’hui"),
    ("30", "dans 30 jours"),
    ("60", "dans 60 jours"),
    ("90", "dans 90 jours"),
    ("bientot", "occupées, bientôt libres"),
)


class PlaceFilterForm(forms.Form):
    """« Places libres aujourd’hui, au rez-de-chaussée, accessibles »: kept in the address."""

    quand = forms.ChoiceField(label="Libres", choices=[("", "toutes les places"), *WHEN], required=False)
    dispositif = forms.ModelChoiceField(
        label="Dispositif", queryset=Dispositif.objects.none(), required=False, empty_label="tous"
    )
    etage = forms.TypedChoiceField(label="Étage", required=False, coerce=int, empty_value=None)
    type = forms.ChoiceField(label="Type", choices=[("", "tous"), *TypeLogement.choices], required=False)
    accessible = forms.BooleanField(label="accessibles en fauteuil", required=False)

    def __init__(self, *args: Any, dispositifs: Any, floors: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dispositif"].queryset = dispositifs  # type: ignore[attr-defined]
        self.fields["etage"].choices = [("", "tous"), *floors]  # type: ignore[attr-defined]


class OccupationForm(forms.Form):
    """Works, a turn-around or a reservation on a place, from day to day."""

    kind = forms.ChoiceField(
        label="Pourquoi bloquer la place ?",
        choices=[(kind.value, str(kind.label)) for kind in BY_HAND],
        widget=forms.RadioSelect,
    )
    start_on = DateField(label="Premier jour")
    end_on = DateField(
        label="Dernier jour", required=False, help_text="Vide pour des travaux dont la fin n’est pas connue."
    )
    reason = forms.CharField(
        label="Raison", max_length=200, help_text="Ce qu’un collègue doit savoir, sans nommer personne."
    )

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            *Layout("kind", "start_on", "end_on", "reason"),
            submit="Bloquer la place",
            back=place.get_absolute_url(),
        )

    def clean_kind(self) -> OccupationPlace.Kind:
        return OccupationPlace.Kind(self.cleaned_data["kind"])


class TravauxForm(forms.Form):
    """Works that wait for the place to be empty: from when they are wanted, how long, what they are."""

    from_on = DateField(label="À partir du", help_text="Pas avant ce jour, même si la place se vide plus tôt.")
    days = forms.IntegerField(label="Durée en jours", min_value=1, max_value=730)
    reason = forms.CharField(label="Travaux", max_length=200)

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(*self.fields, submit="Prévoir les travaux", back=place.get_absolute_url())


class TravauxBeginForm(forms.Form):
    """From which day the works take the place."""

    start_on = DateField(label="Les travaux commencent le")

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("start_on", submit="Commencer les travaux", back=place.get_absolute_url())


class ReleaseForm(forms.Form):
    """From which day a place is given back."""

    on = DateField(label="La place est libre à partir du")
