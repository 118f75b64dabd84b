"""The clock of a request for one's own file, and the names taken out of what is given."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from residence.rules.dates import add_months

ANOTHER = "[une autre personne]"
_WORD = re.compile(r"\w+(?:[’'\-]\w+)*")
# Shorter than that, a name is also a word of every day.
SHORTEST = 3


def access_due_on(received_on: date, *, extended: bool) -> date:
    """Last day to answer a person who asks for their data: one month, two more when that was told them in time.

    Source: règlement (UE) 2016/679 (RGPD), article 12, paragraph 3.
    """
    return add_months(received_on, 3 if extended else 1)


def without_names(text: str, names: Iterable[str]) -> str:
    """`text` with each word that is one of `names` replaced, whatever accents and capitals; neighbours become one.

    A name in capitals or with a capital is taken out; the same word in small letters is one of every day, and stays.
    """
    wanted = {_plain(part) for name in names for part in _WORD.findall(name) if len(part) >= SHORTEST}
    if not wanted:
        return text

    def replaced(found: re.Match[str]) -> str:
        word = found.group()
        plain = _plain(word)
        if plain in wanted:
            return ANOTHER if word[0].isupper() else word
        # « d’Awa », « l’ami-Moussa »: the name may be a part of what is written together.
        parts = re.split(r"([’'\-])", word)
        return "".join(ANOTHER if part[:1].isupper() and _plain(part) in wanted else part for part in parts)

    told = _WORD.sub(replaced, text)
    double = re.compile(rf"{re.escape(ANOTHER)}(?:[\s\-]+{re.escape(ANOTHER)})+")
    return double.sub(ANOTHER, told)


def _plain(text: str) -> str:
    split = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in split if not unicodedata.combining(sign)).casefold()
