"""What a partner's file says, read as people write it: names, births, days, codes.

Each reader takes the text of a cell and gives a value, or raises ValueError with a French sentence that says what to
write. `today` tells the century of a year of two figures.
"""

import datetime
import re
import unicodedata
from collections.abc import Mapping

from residence.rules.colonnes import bare

# Day zero of the spreadsheets; their 1 January 1900 is a cell that was left empty.
SERIAL_ZERO = datetime.date(1899, 12, 30)
EARLIEST_BIRTH = datetime.date(1900, 1, 2)
MOST_AGE = 120

_MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_UNKNOWN = frozenset(
    {
        *("", "inconnu", "inconnue", "inconnus", "nc", "n c", "nd", "na", "n a", "nr", "non connu", "non connue"),
        *("non communique", "non communiquee", "non renseigne", "non renseignee", "ne sait pas", "x", "xx", "xxxx"),
        *("sans", "aucun", "aucune", "neant", "null", "none"),
    }
)
_CIVILITIES = {
    **dict.fromkeys(("m", "mr", "monsieur", "h", "homme", "masculin"), "monsieur"),
    **dict.fromkeys(("mme", "madame", "mlle", "mademoiselle", "me", "f", "femme", "feminin"), "madame"),
}
# A title that stands before a name; one letter alone only with its full stop.
_TITLE = re.compile(r"^(m\.|mr\.?|monsieur|mme\.?|madame|mlle\.?|mademoiselle)\s+", re.IGNORECASE)
_BORN = re.compile(r"[,(\s]+n[ée]e?\s+([^,()]+?)\)?(?=$|,)", re.IGNORECASE)
_PARTICLES = frozenset(
    {*("de", "du", "des", "d", "la", "le", "el", "al", "ben", "bin", "bou", "abou", "van", "von", "da", "dos", "di")}
)


def is_unknown(text: str) -> bool:
    """Whether a cell says in words that nothing is known: « inconnu », « NC », « ? »."""
    return bare(text) in _UNKNOWN


def names_from(text: str) -> tuple[str, str, str]:
    """(name, first names, what must be checked) of one cell: « DIALLO Awa », « Awa DIALLO », « DIALLO, Awa ».

    What is written in capitals is the name; without that help the first word is, with its particles, and it is said.
    """
    words = _TITLE.sub("", " ".join(text.split()))
    if "," in words:
        last, _, first = (part.strip() for part in words.partition(","))
        if last and first:
            return _case(last), _case(first), ""
    parts = words.replace(",", " ").split()
    if len(parts) < 2:
        raise ValueError("Écrivez le nom et le prénom : DIALLO Awa.")
    capitals = [_is_capitals(part) for part in parts]
    if any(capitals) and not all(capitals):
        last = " ".join(part for part, is_name in zip(parts, _with_particles(parts, capitals), strict=True) if is_name)
        first = " ".join(
            part for part, is_name in zip(parts, _with_particles(parts, capitals), strict=True) if not is_name
        )
        if first:
            return _case(last), _case(first), ""
    cut = 1
    while cut < len(parts) - 1 and bare(parts[cut - 1]) in _PARTICLES:
        cut += 1
    parts = [part.title() if part.islower() else part for part in parts]
    last, first = _case(" ".join(parts[:cut])), _case(" ".join(parts[cut:]))
    return last, first, f"Lu : nom « {last} », prénoms « {first} »."


def _with_particles(parts: list[str], capitals: list[bool]) -> list[bool]:
    """A particle in small letters goes with the name in capitals that follows it: « de LIMA Ana »."""
    kept = list(capitals)
    for rank in range(len(parts) - 2, -1, -1):
        if not kept[rank] and kept[rank + 1] and bare(parts[rank]) in _PARTICLES:
            kept[rank] = True
    return kept


def _is_capitals(word: str) -> bool:
    letters = [one for one in word if one.isalpha()]
    return len(letters) > 1 and all(one.isupper() for one in letters)


def _case(text: str) -> str:
    """« DIALLO » is « Diallo », « N’DIAYE-SOW » is « N’Diaye-Sow »; what has small letters stays as it is."""
    return " ".join(word.title() if _is_capitals(word) else word for word in text.replace("'", "’").split())


def name_from(text: str) -> str:
    """A name, or first names, in a cell of their own."""
    words = " ".join(text.split())
    if any(one.isdigit() for one in words):
        raise ValueError("Un nom n’a pas de chiffre.")
    if not any(one.isalpha() for one in words):
        raise ValueError("Écrivez un nom.")
    return _case(words)


def birth_name_in(text: str) -> tuple[str, str]:
    """(name without it, birth name) where a cell says both: « DIALLO née KONE »."""
    found = _BORN.search(text)
    if found is None:
        return text, ""
    words, rest = found[1].split(), f"{text[: found.start()]} {text[found.end() :]}"
    # « DIALLO née KONE Awa »: what is not in capitals after the birth name is the first name.
    cut = 0
    while cut < len(words) and (_is_capitals(words[cut]) or bare(words[cut]) in _PARTICLES):
        cut += 1
    cut = cut or len(words)
    return " ".join(f"{rest} {' '.join(words[cut:])}".split()), _case(" ".join(words[:cut]))


def birth_from(text: str, *, today: datetime.date) -> tuple[datetime.date | None, str, str]:
    """(first day that it can be, precision, what must be checked) of a date of birth.

    « 12/03/1990 », « 12-3-90 », « 1990-03-12 », « 12 mars 1990 », « 12031990 », 32944 (a spreadsheet's own number);
    « 03/1990 » and « 00/03/1990 » know the month, « 1990 » and « xx/xx/1990 » the year. 01/01/1900 is nobody's.
    """
    words = text.strip()
    if is_unknown(words) or not any(one.isalnum() for one in words) or words in ("0", "1"):
        return None, "unknown", ""
    words = re.sub(r"^(n[ée]e?\s+)?(le\s+|en\s+)?", "", words, flags=re.IGNORECASE)
    words = re.sub(r"\s+\d{1,2}:\d{2}(:\d{2})?$", "", words)
    year, month, day = _parts(words, today, past=True)
    if (year == 1900 and (month, day) in ((1, 1), (1, 0), (0, 0))) or year == 1899:
        return None, "unknown", "01/01/1900 : lu comme une date inconnue."
    precision = "year" if not month else "month" if not day else "day"
    try:
        born = datetime.date(year, month or 1, day or 1)
    except ValueError:
        raise ValueError("Cette date n’existe pas.") from None
    if born > today:
        raise ValueError("Cette date de naissance est à venir.")
    if born < EARLIEST_BIRTH or today.year - born.year > MOST_AGE:
        raise ValueError("Cette date de naissance n’est pas plausible.")
    return born, precision, ""


def day_from(text: str, *, today: datetime.date) -> datetime.date:
    """A day of a fact, past or today."""
    words = re.sub(r"\s+\d{1,2}:\d{2}(:\d{2})?$", "", text.strip())
    year, month, day = _parts(words, today, past=False)
    try:
        found = datetime.date(year, month, day)
    except ValueError:
        raise ValueError("Cette date n’existe pas." if month and day else "Écrivez une date : 12/03/2026.") from None
    if found > today:
        raise ValueError("Cette date est à venir.")
    return found


def _parts(text: str, today: datetime.date, *, past: bool) -> tuple[int, int, int]:
    """(year, month, day) as written; 0 for what is not known."""
    plain = "".join(
        one for one in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(one)
    ).strip()
    if re.fullmatch(r"\d{5}(\.0)?", plain):
        found = SERIAL_ZERO + datetime.timedelta(days=int(plain[:5]))
        return found.year, found.month, found.day
    if re.fullmatch(r"\d{8}", plain):
        return int(plain[4:]), int(plain[2:4]), int(plain[:2])
    pieces = [piece for piece in re.split(r"[\s/.\-,]+", plain) if piece]
    if len(pieces) == 3 and len(pieces[0]) == 4:
        pieces.reverse()
    if len(pieces) in (1, 2) and len(pieces[-1]) != 4:
        raise ValueError("Écrivez une date : 12/03/1990.")
    pieces = ["0"] * (3 - len(pieces)) + pieces
    if len(pieces) != 3:
        raise ValueError("Écrivez une date : 12/03/1990.")
    return _year(pieces[2], today, past), _month(pieces[1]), _day(pieces[0])


def _day(piece: str) -> int:
    piece = piece.removesuffix("er")
    if set(piece) <= {"x", "?"}:
        return 0
    if not piece.isdecimal() or len(piece) > 2:
        raise ValueError("Écrivez une date : 12/03/1990.")
    return int(piece)


def _month(piece: str) -> int:
    if set(piece) <= {"x", "?"}:
        return 0
    if piece.isdecimal() and len(piece) <= 2:
        return int(piece)
    named = [rank for rank, month in enumerate(_MONTHS, 1) if month.startswith(piece) and len(piece) > 2]
    if len(named) != 1:
        raise ValueError("Écrivez une date : 12/03/1990.")
    return named[0]


def _year(piece: str, today: datetime.date, past: bool) -> int:
    if not piece.isdecimal() or len(piece) not in (2, 4):
        raise ValueError("Écrivez une date : 12/03/1990.")
    if len(piece) == 4:
        return int(piece)
    year = today.year // 100 * 100 + int(piece)
    return year - 100 if past and year > today.year else year


def civility_from(text: str) -> str:
    """« M. », « Mme », « F », as Personne keeps it."""
    found = _CIVILITIES.get(bare(text))
    if found is None:
        raise ValueError("Écrivez Madame ou Monsieur.")
    return found


def choice_from(text: str, labels: Mapping[str, str], synonyms: Mapping[str, str]) -> str:
    """The code of a list whose label, code or synonym (bare) is written."""
    word = bare(text)
    for code, label in labels.items():
        if word in (bare(code), bare(label)):
            return code
    if word in synonyms:
        return synonyms[word]
    raise ValueError(f"Choisissez : {', '.join(labels.values())}.")


def phone_from(text: str) -> str:
    """A telephone number; a spreadsheet drops its first zero."""
    if not any(one.isdigit() for one in text):
        raise ValueError("Écrivez un numéro de téléphone.")
    kept = re.sub(r"[^\d+]", "", text.split("/")[0].split(" ou ")[0])
    if re.fullmatch(r"[1-9]\d{8}", kept):
        kept = f"0{kept}"
    if not re.fullmatch(r"\+?\d{6,15}", kept):
        raise ValueError("Écrivez un numéro de téléphone.")
    return kept


def postal_code_from(text: str) -> str:
    """Five figures; a spreadsheet drops the first zero of Ain, of Aisne…"""
    kept = re.sub(r"\D", "", text)
    if len(kept) == 4:
        kept = f"0{kept}"
    if len(kept) != 5:
        raise ValueError("Un code postal a cinq chiffres.")
    return kept


def count_from(text: str) -> int:
    """A number of persons."""
    found = re.match(r"\d+", text.strip())
    if found is None or not 1 <= int(found[0]) <= 20:
        raise ValueError("Écrivez un nombre de personnes, de 1 à 20.")
    return int(found[0])
