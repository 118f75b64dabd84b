"""What each column of an imported file holds, said once on screen."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Field
from django import forms

from residence.forms.layout import page_helper
from residence.rules.colonnes import Champ

SAMPLES = 3
SAMPLE_LENGTH = 60


class ColumnsForm(forms.Form):
    """One choice a column, with its first values beside it."""

    def __init__(
        self,
        *args: Any,
        champs: Sequence[Champ],
        heads: list[str],
        columns: dict[str, str],
        samples: list[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.heads = heads
        choices = [("", "ne pas reprendre"), *((champ.code, champ.label) for champ in champs)]
        for rank, head in enumerate(heads):
            self.fields[f"column_{rank}"] = forms.ChoiceField(
                label=head or f"Colonne {rank + 1}, sans titre",
                required=False,
                choices=choices,
                initial=columns.get(str(rank), ""),
                help_text=samples[rank],
            )
        self.helper = page_helper(
            *(Field(name, wrapper_class="no-optional") for name in self.fields), submit="Lire les lignes"
        )

    def columns(self) -> dict[int, str]:
        """Rank of the column: what it holds."""
        return {rank: self.cleaned_data[f"column_{rank}"] for rank in range(len(self.heads))}


def samples_of(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The first values of each column, as the person's spreadsheet shows them."""
    found: list[list[str]] = [[] for _ in heads]
    for cells in rows:
        for rank, text in enumerate(cells[: len(found)]):
            if text and len(found[rank]) < SAMPLES and text not in found[rank]:
                found[rank].append(text)
    return [
        " · ".join(one if len(one) <= SAMPLE_LENGTH else f"{one[:SAMPLE_LENGTH]}…" for one in texts) or "vide"
        for texts in found
    ]
