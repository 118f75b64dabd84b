"""The way up, from a lower app to those above it."""

import pytest

from residence import hooks


def double(*, number: int) -> int:
    return 2 * number


def refuse(*, number: int) -> int:
    raise ValueError(number)


def test_results_come_in_the_order_of_the_setting(settings) -> None:
    settings.ON_TERM_MISSED = [f"{__name__}.double", f"{__name__}.double"]
    assert hooks.call("ON_TERM_MISSED", number=3) == [6, 6]
    settings.ON_TERM_MISSED = []
    assert hooks.call("ON_TERM_MISSED", number=3) == []


def test_errors_come_through(settings) -> None:
    settings.ON_TERM_MISSED = [f"{__name__}.double", f"{__name__}.refuse"]
    with pytest.raises(ValueError, match="3"):
        hooks.call("ON_TERM_MISSED", number=3)


@pytest.mark.parametrize(
    "setting",
    ["ON_STAY_OPENED", "ON_STAY_CLOSED", "ON_PERSON_MERGED", "ON_TERM_MISSED", "MENU", "SEARCH", "MENAGE_PARTS",
     "DUTIES", "DEMO"],
)  # fmt: skip
def test_what_the_settings_name_exists(setting: str) -> None:
    hooks.named(setting)
