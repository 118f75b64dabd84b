"""Fill an état des lieux on a tablet, and have it signed by finger."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from logement.actions.etats_des_lieux import HEADER_FIELDS, LINE_FIELDS, Change, GivenSignature, NewLine, drawn_png
from logement.models import Condition, EtatDesLieux, LigneEtatDesLieux, SignatureEtatDesLieux
from residence.forms.fields import DateField
from residence.forms.layout import page_helper
from residence.models.base import today

Signer = SignatureEtatDesLieux.Signer
LONG = {"rows": 3}


def _lines(text: Any) -> Any:
    """Text as it is stored: a browser sends a line's end as two signs."""
    return text.replace("\r\n", "\n").strip() if isinstance(text, str) else text


class WithBase(forms.Form):
    """A form that remembers what the device had read (`base_…`), so that two devices lose nothing of one another."""

    kept: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.kept:
            base = self.fields[name].prepare_value(self.initial.get(name))
            if base is True:
                base = "on"
            if hasattr(base, "strftime"):
                base = base.strftime("%d/%m/%Y")
            self.fields[f"base_{name}"] = forms.CharField(
                required=False, widget=forms.HiddenInput, strip=False, initial="" if base in (None, False) else base
            )

    @property
    def changes(self) -> dict[str, Change]:
        """What the device had read and what it holds now, field by field."""
        found = {}
        for name in self.kept:
            raw = self.cleaned_data.get(f"base_{name}", "")
            base = bool(raw) if name == "is_personal" else self.fields[name].to_python(raw)
            found[name] = Change(_lines(base), _lines(self.cleaned_data[name]))
        return found

    @property
    def bases(self) -> dict[str, Any]:
        """What was read, as the hidden fields of the page say it."""
        return {name: self[f"base_{name}"].value() for name in self.kept}

    @property
    def is_touched(self) -> bool:
        return any(change.base != change.mine for change in self.changes.values())


class EnTeteForm(WithBase):
    """The day, the meters, the keys, the words at the end."""

    kept = HEADER_FIELDS

    made_on = DateField(label="Dressé le")
    electricity_meter = forms.CharField(label="Compteur d’électricité", max_length=60, required=False)
    water_meter = forms.CharField(label="Compteur d’eau", max_length=60, required=False)
    heating_meter = forms.CharField(label="Compteur de chauffage", max_length=60, required=False)
    keys = forms.CharField(
        label="Clés et ce qu’elles ouvrent",
        required=False,
        widget=forms.Textarea(attrs=LONG),
        help_text="Une ligne par clé : 2 clés de la porte, 1 clé de la boîte aux lettres…",
    )
    comments = forms.CharField(label="Observations", required=False, widget=forms.Textarea(attrs=LONG))
    new_address = forms.CharField(label="Nouvelle adresse du résident", max_length=250, required=False)

    def __init__(self, *args: Any, edl: EtatDesLieux, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(edl, name) for name in HEADER_FIELDS})
        super().__init__(*args, prefix="h", **kwargs)
        if edl.kind == EtatDesLieux.Kind.ENTRY:
            self.fields["new_address"].widget = forms.HiddenInput()

    def clean_made_on(self) -> Any:
        day = self.cleaned_data["made_on"]
        if day > today():
            raise ValidationError("Un état des lieux se dresse le jour même.")
        return day


class LigneForm(WithBase):
    """One element: its state, how many, its number, a word, since when it is there, whose it is."""

    kept = LINE_FIELDS

    room = forms.CharField(max_length=60, widget=forms.HiddenInput)
    element = forms.CharField(max_length=100, widget=forms.HiddenInput)
    condition = forms.ChoiceField(label="État", choices=[("", "—"), *Condition.choices], required=False)
    quantity = forms.IntegerField(label="Quantité", min_value=0, max_value=999, required=False)
    number = forms.CharField(label="Numéro", max_length=60, required=False)
    comment = forms.CharField(label="Observation", max_length=300, required=False)
    installed_on = DateField(label="Posé ou refait le", required=False)
    is_personal = forms.BooleanField(label="meuble personnel", required=False)
    removed = forms.BooleanField(label="retirer cette ligne", required=False)

    def __init__(self, *args: Any, line: LigneEtatDesLieux, **kwargs: Any) -> None:
        initial = {name: getattr(line, name) for name in ("room", "element", *LINE_FIELDS)}
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, prefix=f"l{line.pk}", **kwargs)
        self.fields["installed_on"].widget.attrs["class"] = "form-control"
        self.line = line

    @property
    def as_new(self) -> NewLine:
        """The same line, to write again where another device took it out while this one was filling it."""
        data = self.cleaned_data
        return NewLine(
            data["room"], data["element"], is_key=self.line.is_key, **{name: data[name] for name in LINE_FIELDS}
        )

    def clean_installed_on(self) -> Any:
        day = self.cleaned_data["installed_on"]
        if day and day > today():
            raise ValidationError("Ce jour n’est pas encore venu.")
        return day


class NouvelleLigneForm(forms.Form):
    """An element that the model does not have: personal furniture, a piece of equipment."""

    room = forms.CharField(label="Pièce", max_length=60, required=False)
    element = forms.CharField(label="Élément à ajouter", max_length=100, required=False)
    quantity = forms.IntegerField(label="Quantité", min_value=0, max_value=999, required=False)
    condition = forms.ChoiceField(label="État", choices=[("", "—"), *Condition.choices], required=False)
    is_personal = forms.BooleanField(label="meuble personnel", required=False)
    is_key = forms.BooleanField(label="clé", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("element") and not cleaned.get("room"):
            self.add_error("room", "Dites dans quelle pièce.")
        return cleaned

    @property
    def line(self) -> NewLine | None:
        data = self.cleaned_data
        if not data.get("element"):
            return None
        return NewLine(
            data["room"],
            data["element"],
            data["quantity"],
            data["condition"],
            is_personal=data["is_personal"],
            is_key=data["is_key"],
        )


class SignaturesForm(forms.Form):
    """Both signatures: drawn on the screen, or given on paper on a day that is then written."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    resident_name = forms.CharField(label="Nom de qui signe", max_length=150)
    resident_image = forms.CharField(required=False, widget=forms.HiddenInput)
    resident_on_paper = forms.BooleanField(label="signé sur papier", required=False)
    resident_paper_on = DateField(label="Signé sur papier le", required=False)
    resident_absence = forms.ChoiceField(
        label="Le résident ne signe pas",
        choices=[("", "il signe"), *SignatureEtatDesLieux.Absence.choices],
        required=False,
    )
    resident_absence_reason = forms.CharField(
        label="Circonstances",
        max_length=300,
        required=False,
        help_text="Ce qui s’est passé, et comment il avait été prévenu. Le document le dira.",
    )
    manager_name = forms.CharField(label="Nom de qui signe", max_length=150)
    manager_image = forms.CharField(required=False, widget=forms.HiddenInput)
    manager_on_paper = forms.BooleanField(label="signé sur papier", required=False)
    manager_paper_on = DateField(label="Signé sur papier le", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.given: list[GivenSignature] = []
        for signer, who in ((Signer.RESIDENT, "resident"), (Signer.MANAGER, "manager")):
            name = cleaned.get(f"{who}_name", "")
            if who == "resident" and cleaned.get("resident_absence"):
                reason = cleaned.get("resident_absence_reason", "").strip()
                if not reason:
                    self.add_error("resident_absence_reason", "Dites dans quelles circonstances il n’a pas signé.")
                absence = cleaned["resident_absence"]
                self.given.append(GivenSignature(signer, name, absence=absence, absence_reason=reason))
                continue
            if cleaned.get(f"{who}_on_paper"):
                day = cleaned.get(f"{who}_paper_on")
                if day is None:
                    self.add_error(f"{who}_paper_on", "Donnez le jour de la signature sur papier.")
                else:
                    self.given.append(GivenSignature(signer, name, paper_signed_on=day))
                continue
            try:
                self.given.append(GivenSignature(signer, name, image=drawn_png(cleaned.get(f"{who}_image", ""))))
            except ValidationError as error:
                self.add_error(f"{who}_name", error)
        return cleaned


class PhotoForm(forms.Form):
    """A photo sent by a device: of which line, under which key, so that twice sent it is kept once."""

    line = forms.IntegerField(min_value=1)
    key = forms.UUIDField(required=False)
    room = forms.CharField(max_length=60, required=False)
    element = forms.CharField(max_length=100, required=False)
    photo = forms.FileField(error_messages={"empty": "Cette photo est vide : reprenez-la."})


class DebutForm(forms.Form):
    """The day an état des lieux is drawn up."""

    made_on = DateField(label="Dressé le")

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"made_on": today()})
        super().__init__(*args, **kwargs)
        self.helper = page_helper("made_on", submit="Commencer l’état des lieux", back=back)
