"""What a hand-over between teams must not tell: words that speak of a person's life, not of the house."""

import re
import unicodedata

# Days during which an unread hand-over still waits for its reader.
UNREAD_DAYS = 14
# Beginnings of words, without accents. A warning, which the writer may set aside.
_PERSONAL = (
    "alcool",
    "cancer",
    "depress",
    "dette",
    "drogue",
    "enceinte",
    "expuls",
    "grossesse",
    "handicap",
    "hospital",
    "impaye",
    "malad",
    "medicament",
    "psychiatr",
    "psycholog",
    "religio",
    "rsa",
    "sejour irregulier",
    "suicid",
    "titre de sejour",
    "traitement",
    "violen",
)


def personal_words(text: str) -> list[str]:
    """The words of `text` that may tell of somebody's health, money, papers or family, as they are written."""
    found = []
    for word in _PERSONAL:
        match = re.search(rf"\b{word}\w*", _plain(text))
        if match:
            found.append(text[match.start() : match.end()])
    return found


def _plain(text: str) -> str:
    """In lower case, without accents, letter for letter."""
    return "".join(unicodedata.normalize("NFD", letter)[0].lower() for letter in text)
