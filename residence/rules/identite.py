"""Whether two records are of one person: names as people write them, births as well as they are known."""

import datetime
import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum

# A word this short says too little for a typing error in it to be told from another name.
SHORT_WORD = 4


class Likeness(IntEnum):
    """How much two records resemble each other. Only a person says that they are one."""

    NONE = 0
    POSSIBLE = 1
    PROBABLE = 2
    SAME = 3


@dataclass(frozen=True)
class Identity:
    """What is known of a person. `precision` of the birth: day, month, year or unknown, as Personne keeps it."""

    last_name: str
    first_names: str
    birth_name: str = ""
    born_on: datetime.date | None = None
    precision: str = "day"


def bare_words(text: str) -> tuple[str, ...]:
    """The words of a name, without accents, case, hyphens or marks: « N’Diaye-Sow » is « ndiaye », « sow »."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    letters = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return tuple(re.sub(r"[^a-z0-9]+", " ", re.sub(r"['’`]", "", letters)).split())


def likeness(one: Identity, other: Identity) -> Likeness:
    """How much two records resemble each other: names in any order, a letter or two apart; births as far as known."""
    names = _names(one, other)
    if names == 0:
        return Likeness.NONE
    births = _births(one, other)
    if names == 2:
        return {
            "same": Likeness.SAME,
            "near": Likeness.PROBABLE,
            "unknown": Likeness.PROBABLE,
            "other": Likeness.POSSIBLE,
        }[births]
    return {
        "same": Likeness.PROBABLE,
        "near": Likeness.POSSIBLE,
        "unknown": Likeness.POSSIBLE,
        "other": Likeness.NONE,
    }[births]


def are_homonyms(one: Identity, other: Identity) -> bool:
    """Whether nothing in names and birth tells two records apart: one person typed twice, or twins of one name."""
    # Births are told apart at once; names, of which many are compared, are not.
    return one.born_on == other.born_on and likeness(one, other) == Likeness.SAME


def _names(one: Identity, other: Identity) -> int:
    """2: the same words; 1: near; 0: others. The birth name stands in for the name of use."""
    best = 0
    for mine in _spellings(one):
        for theirs in _spellings(other):
            best = max(best, _words(mine, theirs))
    return best


def _spellings(who: Identity) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(words of the name, words of the first names), by the name of use and by the birth name."""
    first = bare_words(who.first_names)
    names = {bare_words(name) for name in (who.last_name, who.birth_name) if name.strip()}
    return [(name, first) for name in sorted(names)]


def _words(mine: tuple[tuple[str, ...], tuple[str, ...]], theirs: tuple[tuple[str, ...], tuple[str, ...]]) -> int:
    (my_name, my_first), (their_name, their_first) = mine, theirs
    if not (my_name or my_first) or not (their_name or their_first):
        return 0
    all_mine, all_theirs = sorted(my_name + my_first), sorted(their_name + their_first)
    if all_mine == all_theirs or "".join(my_name + my_first) == "".join(their_name + their_first):
        return 2
    # The file of a partner often keeps one first name of several.
    if my_name == their_name and my_first[:1] == their_first[:1] and my_first:
        return 2
    # Names and first names the other way round.
    swapped = _close("".join(my_name), "".join(their_first)) and _close("".join(my_first), "".join(their_name))
    straight = _close("".join(my_name), "".join(their_name)) and (
        _close("".join(my_first), "".join(their_first)) or _close(my_first[0] if my_first else "", _first(their_first))
    )
    return 1 if swapped or straight else 0


def _first(words: tuple[str, ...]) -> str:
    return words[0] if words else ""


def _close(one: str, other: str) -> bool:
    """The same word but for a typing error: one in a word of four letters, two from eight on."""
    if one == other:
        return bool(one)
    longest = max(len(one), len(other))
    if longest < SHORT_WORD or not one or not other:
        return False
    return edits(one, other) <= (2 if longest >= 2 * SHORT_WORD else 1)


def edits(one: str, other: str) -> int:
    """Letters to add, take off, change or swap with their neighbour to go from one word to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for rank, letter in enumerate(one, 1):
        last, before_last, row = row, before, [rank]
        before = last
        for place, wanted in enumerate(other, 1):
            cost = min(last[place] + 1, row[place - 1] + 1, last[place - 1] + (letter != wanted))
            if before_last and place > 1 and letter == other[place - 2] and one[rank - 2] == wanted:
                cost = min(cost, before_last[place - 2] + 1)
            row.append(cost)
    return row[-1]


def _births(one: Identity, other: Identity) -> str:
    """« same », « near » (a slip of the hand, or known less well), « unknown » or « other »."""
    if one.born_on is None or other.born_on is None:
        return "unknown"
    mine, theirs = one.born_on, other.born_on
    if "year" in (one.precision, other.precision):
        return "near" if mine.year == theirs.year else "other"
    if "month" in (one.precision, other.precision):
        return "near" if (mine.year, mine.month) == (theirs.year, theirs.month) else "other"
    if mine == theirs:
        return "same"
    if (mine.year, mine.month, mine.day) == (theirs.year, theirs.day, theirs.month):
        return "near"
    return "near" if edits(f"{mine:%d%m%Y}", f"{theirs:%d%m%Y}") == 1 else "other"
