"""The demonstration's part of this app."""

from residence.demo import World


def load(world: World) -> None:
    """Nothing yet."""
