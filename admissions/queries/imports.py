"""The lines of a partner's file as the résidence understands them: values, faults at their cells, who they may be."""

import datetime
import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from admissions.models import Besoin, ImportOrientations, LigneImport, Orientation
from admissions.rules.colonnes import CHAMPS, LABELS
from admissions.rules.lecture import (
    bare,
    birth_from,
    birth_name_in,
    choice_from,
    civility_from,
    count_from,
    day_from,
    is_unknown,
    name_from,
    names_from,
    phone_from,
    postal_code_from,
)
from residence.models import MembreMenage, Personne, Route, TypeLogement, User
from residence.models.base import today
from residence.permissions import Permission
from residence.queries.connus import Known, known_by_identity
from residence.rules.identite import Identity, are_homonyms

L = LigneImport.Status
# The answer « this is somebody else » to « the same person as line 4 ».
DISTINCT = "distinct"
HEADS, MEMBERS = "head", "members"
_KEYS = uuid.UUID("6f0c7f0e-4f0b-4a53-9a7e-2f3f8a1d9c11")
_TIES = {
    **dict.fromkeys(
        (
            "demandeur",
            "demandeuse",
            "chef de famille",
            "titulaire",
            "monsieur",
            "madame",
            "parent",
            "referent",
            "moi",
            "referente",
        ),
        MembreMenage.Tie.REFERENCE,
    ),
    **dict.fromkeys(
        ("conjoint", "conjointe", "concubin", "concubine", "epoux", "epouse", "mari", "femme", "compagnon", "compagne"),
        MembreMenage.Tie.PARTNER,
    ),
    **dict.fromkeys(("fils", "fille", "enfants", "bebe", "enfant a charge"), MembreMenage.Tie.CHILD),
    **dict.fromkeys(
        (
            "autre",
            "frere",
            "soeur",
            "mere",
            "pere",
            "ami",
            "amie",
            "parent heberge",
            "neveu",
            "niece",
            "oncle",
            "tante",
        ),
        MembreMenage.Tie.OTHER,
    ),
}
_TYPES = {
    **dict.fromkeys(("chambre", "ch", "colocation", "appartement partage"), TypeLogement.CHAMBRE),
    **dict.fromkeys(("studio", "f1", "t1", "1 piece"), TypeLogement.T1),
    **dict.fromkeys(("t1 prime", "t1p"), TypeLogement.T1_PRIME),
    **dict.fromkeys(("t1 bis", "f1 bis", "f1bis"), TypeLogement.T1_BIS),
    **{f"f{rank}": f"T{rank}" for rank in (2, 3, 4, 5)},
}
_NATIONS = {
    **dict.fromkeys(("francais", "francaise", "france"), Personne.Nationality.FR),
    **dict.fromkeys(("ue", "union europeenne", "europeenne", "europeen", "eee"), Personne.Nationality.UE),
    **dict.fromkeys(("hors ue", "hors union europeenne", "etrangere", "etranger", "hue"), Personne.Nationality.HORS_UE),
}
# Texts that are taken as they come, and the most that their field holds.
_TEXTS = {
    "spoken_language": 60,
    "address": 250,
    "city": 100,
    "caf_number": 15,
    "siao_number": 30,
    "current_situation": 200,
    "reasons": 5000,
    "social_evaluation": 10000,
    "contact_name": 150,
    "contact_structure": 100,
    "contact_phone": 30,
    "contact_email": 254,
}


@dataclass
class Reading:
    """What a line says: values by field, what must be put right, what must be checked."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> Identity | None:
        """Who the line is about, once its names are read."""
        if "last_name" not in self.values or "first_names" not in self.values:
            return None
        born_on, precision = self.values.get("birth", (None, "unknown"))
        return Identity(
            self.values["last_name"],
            self.values["first_names"],
            self.values.get("birth_name", ""),
            born_on,
            str(precision),
        )


def texts_of(columns: Mapping[str, str], ligne: Any) -> dict[str, str]:
    """The text of each field of a line: what was put right, else the cell."""
    found = {}
    for rank, code in columns.items():
        if code:
            found[code] = str(ligne.cells[int(rank)]) if int(rank) < len(ligne.cells) else ""
    return {**found, **{code: str(text) for code, text in ligne.corrections.items()}}


def read_line(texts: Mapping[str, str], *, day: datetime.date) -> Reading:
    """The values of a line; each fault stands at its field."""
    reading = Reading()
    texts = {code: text.strip() for code, text in texts.items()}
    _read_names(reading, texts)
    if "birth" in texts:
        _read(reading, "birth", texts["birth"], lambda text: _noted_birth(reading, text, day))
    reading.values.setdefault("birth", (None, Personne.BirthPrecision.UNKNOWN))
    readers: dict[str, Callable[[str], Any]] = {
        "civility": civility_from,
        "tie": lambda text: choice_from(text, dict(MembreMenage.Tie.choices), _TIES),
        "nationality": _nationality,
        "phone": phone_from,
        "email": _email,
        "postal_code": postal_code_from,
        "declared_persons": count_from,
        "received_on": lambda text: day_from(text, today=day),
        "clt_on": lambda text: day_from(text, today=day),
        "requested_type": lambda text: choice_from(text, dict(TypeLogement.choices), _TYPES),
        "needs": _needs,
    }
    for code, reader in readers.items():
        if texts.get(code) and not is_unknown(texts[code]):
            _read(reading, code, texts[code], reader)
    for code, most in _TEXTS.items():
        text = texts.get(code, "")
        if len(text) > most:
            reading.faults[code] = f"{most} signes au plus : raccourcissez ce texte."
        elif text:
            reading.values[code] = text
    received, clt = reading.values.get("received_on"), reading.values.get("clt_on")
    if received and clt and clt > received:
        reading.faults["clt_on"] = "La CLT précède l’orientation."
    return reading


def _read(reading: Reading, code: str, text: str, reader: Callable[[str], Any]) -> None:
    try:
        reading.values[code] = reader(text)
    except ValueError as error:
        reading.faults[code] = str(error)


def _read_names(reading: Reading, texts: Mapping[str, str]) -> None:
    """The names, in one cell or in two; what is put right in two wins over the one."""
    apart = {code: texts.get(code, "") for code in ("last_name", "first_names")}
    if texts.get("full_name") and not all(apart.values()):
        name, birth_name = birth_name_in(texts["full_name"])
        try:
            last, first, note = names_from(name)
        except ValueError as error:
            reading.faults["full_name"] = str(error)
            return
        if not all(any(one.isalpha() for one in part) for part in (last, first)) or any(map(str.isdigit, last + first)):
            reading.faults["full_name"] = "Écrivez le nom et le prénom : DIALLO Awa."
            return
        reading.values |= {"last_name": last, "first_names": first}
        if birth_name:
            reading.values["birth_name"] = birth_name
        if note:
            reading.notes["full_name"] = note
    elif "full_name" in texts and not any(apart.values()):
        reading.faults["full_name"] = "Écrivez le nom et le prénom : DIALLO Awa."
    else:
        for code, text in apart.items():
            if not text:
                reading.faults[code] = f"Il manque : {LABELS[code].lower()}."
            else:
                name, birth_name = birth_name_in(text) if code == "last_name" else (text, "")
                if birth_name:
                    reading.values["birth_name"] = birth_name
                _read(reading, code, name, name_from)
    if texts.get("birth_name") and not is_unknown(texts["birth_name"]):
        _read(reading, "birth_name", texts["birth_name"], name_from)
    for code, most in (("last_name", 100), ("birth_name", 100), ("first_names", 150)):
        if len(reading.values.get(code, "")) > most:
            reading.faults[code if code in texts else "full_name"] = "Ce nom est trop long."


def _noted_birth(reading: Reading, text: str, day: datetime.date) -> tuple[datetime.date | None, str]:
    born_on, precision, note = birth_from(text, today=day)
    if note:
        reading.notes["birth"] = note
    return born_on, precision


def _nationality(text: str) -> str:
    try:
        return choice_from(text, dict(Personne.Nationality.choices), _NATIONS)
    except ValueError:
        raise ValueError("Écrivez : française, Union européenne ou hors Union européenne.") from None


def _email(text: str) -> str:
    kept = text.replace(" ", "").lower()
    name, _, host = kept.partition("@")
    if not name or "." not in host or "@" in host or any(sign in kept for sign in ",;<>()"):
        raise ValueError("Écrivez une adresse électronique : nom@exemple.fr.")
    return kept


def _needs(text: str) -> list[str]:
    labels = dict(Besoin.choices)
    words = [word.strip() for word in text.replace(";", ",").replace("/", ",").split(",") if word.strip()]
    synonyms = {"rdc": Besoin.REZ_DE_CHAUSSEE, "rez de chaussee": Besoin.REZ_DE_CHAUSSEE, "pmr": Besoin.FAUTEUIL}
    synonyms |= {"fauteuil": Besoin.FAUTEUIL, "ascenseur": Besoin.REZ_DE_CHAUSSEE, "animal": Besoin.ANIMAL}
    return [choice_from(word, labels, synonyms) for word in words]


# The whole file


@dataclass
class LineRead:
    """A line, what it says, and its place: head of a household, or member of that of another line."""

    ligne: Any
    reading: Reading
    head: "LineRead | None" = None
    known: list[Known] = field(default_factory=list)

    @property
    def is_head(self) -> bool:
        return self.head is None


def read_file(importation: ImportOrientations, *, day: datetime.date | None = None) -> list[LineRead]:
    """Every line of a file but those left out, read; members under the line of their person of reference."""
    lignes = list(importation.lignes.exclude(status=L.LEFT_OUT).order_by("number"))
    lines = [LineRead(one, read_line(texts_of(importation.columns, one), day=day or today())) for one in lignes]
    by_number: dict[str, LineRead] = {}
    heads: list[LineRead] = []
    for line in lines:
        _place(line, by_number, heads, importation)
        if line.is_head:
            heads.append(line)
    return lines


def _place(line: LineRead, by_number: dict[str, LineRead], heads: list[LineRead], importation: Any) -> None:
    """Find the household of a line: that of its SIAO number, else of the line above."""
    values, faults = line.reading.values, line.reading.faults
    number = bare(values.get("siao_number", ""))
    tie = values.get("tie")
    above = by_number.get(number) if number else None
    if tie and tie != MembreMenage.Tie.REFERENCE:
        line.head = above or (heads[-1] if heads and not number else None)
        if line.head is None:
            faults["tie"] = "La personne de référence de ce ménage n’est pas dans le fichier, ou est écartée."
        return
    if above is not None and "tie" not in faults:
        if _same(line, above):
            faults["siao_number"] = f"Même personne que la ligne {above.ligne.number} : écartez l’une des deux."
        else:
            faults["tie"] = (
                f"Ce numéro SIAO est celui de la ligne {above.ligne.number} : dites le lien (conjoint, enfant, autre)."
            )
        return
    if importation.route == Route.SIAO and not number and "siao_number" not in faults:
        faults["siao_number"] = "Une orientation du SIAO porte son numéro."
    if not line.ligne.corrections.get(DISTINCT):
        twin = next((one for one in heads if _same(line, one)), None)
        if twin is not None:
            where = "full_name" if "full_name" in texts_of(importation.columns, line.ligne) else "last_name"
            faults[where] = f"Même personne que la ligne {twin.ligne.number} : écartez l’une des deux, ou corrigez."
    if number:
        by_number[number] = line


def _same(one: LineRead, other: LineRead) -> bool:
    mine, theirs = one.reading.identity, other.reading.identity
    return mine is not None and theirs is not None and are_homonyms(mine, theirs)


def find_known(user: User, lines: Sequence[LineRead]) -> None:
    """Give to each line without fault the persons known to `user` who resemble it and have not been ruled out."""
    asked = [line for line in lines if line.is_head and line.reading.identity and not line.reading.faults]
    found = known_by_identity(user, [line.reading.identity for line in asked]) if asked else []  # type: ignore[misc]
    for line, known in zip(asked, found, strict=True):
        line.known = [one for one in known if one.personne.pk not in line.ligne.others]


def already_entered(user: User, importation: ImportOrientations, lines: Sequence[LineRead]) -> dict[int, Orientation]:
    """By number of line, the orientation that `user` may see and that this line, or its SIAO number, has made."""
    numbers = {line.reading.values["siao_number"] for line in lines if line.reading.values.get("siao_number")}
    seen: QuerySet[Any] = Orientation.objects.visible_to(user, Permission.ORIENTATION_CREATE)
    by_number = {
        one.siao_number: one
        for one in seen.filter(residence=importation.residence_id, siao_number__in=numbers).exclude(status="closed")
    }
    by_key = {one.form_key: one for one in seen.filter(form_key__in=[key_of(importation, line) for line in lines])}
    found = {}
    for line in lines:
        one = by_number.get(line.reading.values.get("siao_number")) or by_key.get(key_of(importation, line))
        if one is not None:
            found[line.ligne.number] = one
    return found


def key_of(importation: ImportOrientations, line: LineRead) -> uuid.UUID:
    """The same for the same request, whatever file it comes in and however its cells are laid out."""
    values = line.reading.values
    born_on, precision = values.get("birth", (None, ""))
    said = [
        importation.dispositif_id,
        importation.partenaire_id,
        bare(values.get("siao_number", "")),
        bare(values.get("last_name", "")),
        bare(values.get("first_names", "")),
        born_on,
        precision,
        values.get("received_on", importation.received_on),
    ]
    return uuid.uuid5(_KEYS, hashlib.sha256(repr(said).encode()).hexdigest())


def shown_fields(importation: ImportOrientations) -> list[str]:
    """Codes of the fields that the file holds, in the order of the list of fields."""
    held = set(importation.columns.values())
    return [champ.code for champ in CHAMPS if champ.code in held]
