"""Notices that end an occupancy contract. Every date given is the last day of the notice, that day included."""

from datetime import date, timedelta
from enum import Enum

from residence.rules.dates import add_days, add_months, clear_months

SHORT_NOTICE_DAYS = 8


class ShortNotice(Enum):
    """What shortens a resident's notice to eight days in a résidence under convention, on proof.

    Source: CCH, annexe 2 au III de l'article R.353-159, article 5.
    """

    JOB_FOUND = "job_found"
    TRANSFER = "transfer"
    JOB_LOST = "job_lost"
    HOUSING_OFFER = "housing_offer"

    @property
    def label(self) -> str:
        """Its name in French."""
        return _SHORT_NOTICE_LABELS[self]


_SHORT_NOTICE_LABELS = {
    ShortNotice.JOB_FOUND: "emploi obtenu",
    ShortNotice.TRANSFER: "mutation",
    ShortNotice.JOB_LOST: "perte d’emploi",
    ShortNotice.HOUSING_OFFER: "offre de logement",
}


class Ground(Enum):
    """The only three grounds on which the manager may end a contract (CCH, L.633-2)."""

    BREACH = "breach"
    CONDITIONS_ENDED = "conditions_ended"
    CLOSURE = "closure"

    @property
    def label(self) -> str:
        """Its name in French."""
        return _GROUND_LABELS[self]


_GROUND_LABELS = {
    Ground.BREACH: "inexécution du contrat ou manquement grave ou répété au règlement intérieur",
    Ground.CONDITIONS_ENDED: "conditions d’admission qui ne sont plus remplies",
    Ground.CLOSURE: "cessation totale d’activité de l’établissement",
}


def resident_notice_end(received_on: date, *, shortened: bool) -> date:
    """The last day of the notice that a resident gives, counted from the day the manager received it.

    One month; eight days when `shortened`: in a résidence under convention for a reason of `ShortNotice`, elsewhere
    always. The day of receipt does not count: received on the 1st, eight days end on the 9th.
    Source: CCH, R.633-3 I (eight days); annexe 2 au III de l'article R.353-159, article 5 (one month).
    """
    return add_days(received_on, SHORT_NOTICE_DAYS) if shortened else add_months(received_on, 1)


def manager_notice_end(notified_on: date, *, ground: Ground, offer_notified_on: date | None = None) -> date:
    """The last day of the notice that the manager gives, counted from the day it was truly notified.

    BREACH one month, CLOSURE three months (CCH, R.633-3 II). CONDITIONS_ENDED three clear months (15 January gives
    16 April), and not before one month after the offer of a suitable home was notified (annexe 2 au III de l'article
    R.353-159, article 6): the later of the two, the reading that protects the home. The offer changes nothing on the
    other grounds. ValueError for CONDITIONS_ENDED without an offer.
    """
    if ground is Ground.BREACH:
        return add_months(notified_on, 1)
    if ground is Ground.CLOSURE:
        return add_months(notified_on, 3)
    if offer_notified_on is None:
        raise ValueError("a contract ended because its conditions ended needs an offer of rehousing")
    return max(clear_months(notified_on, 3), add_months(offer_notified_on, 1))


def latest_notice_on(end: date) -> date:
    """The last day on which a notice for CONDITIONS_ENDED may be delivered for its last day to be `end` at the latest.

    The rehousing offer is to be notified one month before the end at the latest as well; both are delivered together in
    practice. Source: annexe 2 au III de l'article R.353-159, article 6.
    """
    day = add_months(end, -3)
    while clear_months(day, 3) > end:
        day -= timedelta(days=1)
    return day


def last_day_due(*, notice_end: date, keys_returned_on: date | None, by_manager: bool) -> date:
    """The last day for which the redevance of the contract is due, included.

    A resident's notice is due to its end, even when they leave before; a manager's only for the days truly lived in, so
    until the keys are back. After the end of the notice nothing more falls due under the contract: whoever is still
    there owes an indemnité d'occupation. `keys_returned_on` is None while the keys are out.
    Source: CCH, R.633-3 IV.
    """
    if by_manager and keys_returned_on is not None:
        return min(notice_end, keys_returned_on)
    return notice_end
