"""The demonstration's order of the waiting list."""

from decimal import Decimal

from admissions.models import Besoin, CritereRang
from residence.demo import World
from residence.rules.dates import add_months

K = CritereRang.Kind
DELIBERATION = "Délibération du conseil d’administration sur l’ordre des attributions"


def set_criteria(world: World) -> None:
    """What waiting, a priority, an accessible home, children and a refused place weigh, for each public."""
    since = add_months(world.begins, -6)
    rows = {
        world.temporaire: [
            (K.WAITED, "", Decimal(2), Decimal(24)),
            (K.NEED, Besoin.PRIORITE, Decimal(20), None),
            (K.NEED, Besoin.FAUTEUIL, Decimal(10), None),
            (K.CHILDREN, "", Decimal(3), Decimal(9)),
            (K.REFUSED, "", Decimal(-4), Decimal(8)),
        ],
        world.permanent: [
            (K.REQUESTED, "", Decimal(1), None),
            (K.NEED, Besoin.PRIORITE, Decimal(15), None),
            (K.NEED, Besoin.REZ_DE_CHAUSSEE, Decimal(5), None),
        ],
    }
    CritereRang.objects.bulk_create(
        CritereRang(
            dispositif=dispositif,
            kind=kind,
            value=value,
            points=points,
            most=most,
            valid_from=since,
            source=DELIBERATION,
        )
        for dispositif, weights in rows.items()
        for kind, value, points, most in weights
    )
