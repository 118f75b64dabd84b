"""What is due on a social file."""

from residence.duties import DutyKind

KINDS: list[DutyKind] = []
