"""When a message that did not leave is tried again."""

from datetime import date

from residence.rules.dates import add_days

# After each message that did not leave, how many days until it is tried again; then it is left to a person.
RETRY_AFTER_DAYS = (1, 2, 4)


def retry_on(failures: int, *, last: date) -> date | None:
    """The day from which it is tried again after `failures`, the last of them on `last`; None once it is given up."""
    if not 0 < failures <= len(RETRY_AFTER_DAYS):
        return None
    return add_days(last, RETRY_AFTER_DAYS[failures - 1])
