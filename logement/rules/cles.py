"""The keys of a place, as they are written on its page: how many, what each opens, its number."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"(?:,\s*)?\b(?:n°|numéro|no)\s*([\w\-./]+)", re.IGNORECASE)
_COUNT_FIRST = re.compile(r"^(\d{1,2})\s*(?:[x×]\s*)?(?=\D)")
_COUNT_LAST = re.compile(r"\((\d{1,2})\)\s*$")


@dataclass(frozen=True)
class Cle:
    """`count` keys alike: « porte palière », number « A-0123 » (empty when none is engraved)."""

    label: str
    number: str = ""
    count: int = 1


def read_keys(text: str) -> list[Cle]:
    """The keys that a text says, one a line or between semicolons, or commas where no line is broken.

    « 2 clés de la porte n° A12 », « 2 × badge », « badge d’entrée (1) » are read; the rest is one key of that label.
    """
    parts = re.split(r"[\n;]+", text)
    if len(parts) == 1 and not _NUMBER.search(text):
        parts = text.split(",")
    found = []
    for part in parts:
        label = part.strip(" \t\r.,-•")
        if not label:
            continue
        number, count = "", 1
        if match := _NUMBER.search(label):
            number = match[1].strip(".,")
            label = (label[: match.start()] + label[match.end() :]).strip(" ,")
        if match := _COUNT_LAST.search(label) or _COUNT_FIRST.search(label):
            count = int(match[1])
            label = (label[: match.start()] + label[match.end() :]).strip(" ,")
        found.append(Cle(label[:100] or "clé", number[:60], count))
    return found
