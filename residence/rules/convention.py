"""The convention-type of the résidences sociales (CCH, annexe 2 au III de l'article R.353-159)."""

from datetime import date

# Source: CCH, R.353-159 and its annexe 2, end of force on 1 August 2026; no later text has been found (à vérifier).
LAST_DAY_IN_FORCE = date(2026, 7, 31)


def to_verify(on: date) -> bool:
    """Whether, on day `on`, what rests on the convention-type is shown « à vérifier ».

    From 1 August 2026. The convention that was signed goes on ruling its résidence until its own term, so nothing that
    is computed from it stops: only the mention appears.
    """
    return on > LAST_DAY_IN_FORCE
