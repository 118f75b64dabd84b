"""The demonstration's money: two years of avis, payments, receipts and arrears."""

from residence.demo import World


def load_money(world: World) -> None:
    """Avis of every month, with who pays them, late, in part, or not at all."""
