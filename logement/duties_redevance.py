"""What is due about the redevance."""

from residence.duties import DutyKind

KINDS: list[DutyKind] = []
