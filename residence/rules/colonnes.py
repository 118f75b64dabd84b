"""What the columns of an imported file may hold, and how their titles are recognised."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# « What this column holds is not taken. »
IGNORED = ""


def bare(text: str) -> str:
    """`text` as it is compared: lower case, without accents, marks or doubled spaces."""
    letters = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("’", "'"))
    kept = "".join(one for one in letters if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", " ", kept).strip()


@dataclass(frozen=True)
class Champ:
    """A field that a column may hold; `titles`: how senders call it, parted by commas."""

    code: str
    label: str
    titles: str = ""


@dataclass(frozen=True)
class Champs:
    """The fields that the files of one kind may hold."""

    champs: tuple[Champ, ...]
    labels: dict[str, str] = field(init=False)
    titles: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", {champ.code: champ.label for champ in self.champs})
        titles = {
            bare(title): champ.code
            for champ in reversed(self.champs)
            for title in (champ.label, champ.code, *champ.titles.split(", "))
            if title
        }
        object.__setattr__(self, "titles", titles)

    def known_titles(self, remembered: Mapping[str, str]) -> list[str]:
        """Titles by which the line of heads of a file is recognised."""
        return [*(champ.label for champ in self.champs), *self.titles, *remembered]

    def guess(self, heads: Sequence[str], remembered: Mapping[str, str]) -> dict[int, str]:
        """What each column probably holds, by its rank: as the sender's files were read before, else by its title.

        A field is given once: the first column that asks for it has it.
        """
        given: dict[int, str] = {}
        for source in (remembered, self.titles):
            for rank, head in enumerate(heads):
                code = source.get(bare(head))
                if rank not in given and (code == IGNORED or (code in self.labels and code not in given.values())):
                    given[rank] = str(code)
        return {rank: given.get(rank, IGNORED) for rank in range(len(heads))}

    def doubled(self, columns: Mapping[int, str]) -> list[str]:
        """Fields that several columns are said to hold, in sentences."""
        held = [code for code in columns.values() if code]
        return [
            f"« {label} » est choisi pour plusieurs colonnes."
            for code, label in self.labels.items()
            if held.count(code) > 1
        ]
