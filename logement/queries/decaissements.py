"""What an account holds that may be paid back, and from which payments."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Exists, OuterRef

from logement.models import AvisEcheance, Decaissement, Encaissement
from residence.rules.money import ZERO

Kind = Decaissement.Kind


def credit_sources(sejour_id: int, kind: str) -> list[Encaissement | AvisEcheance]:
    """The payments and credits that may be paid back, the oldest first.

    An APL is in excess once the avis of its month is there, and it is the allocataire's (CCH, L.832-2); what the
    household paid ahead, and corrections in its favour, are its credit.
    """
    payments = Encaissement.objects.with_surplus().filter(sejour=sejour_id).order_by("received_on", "pk")
    called = AvisEcheance.objects.called().filter(contrat__sejour=sejour_id, month=OuterRef("for_month"))
    if kind == Kind.APL_EXCESS:
        return list(payments.filter(Exists(called), method=Encaissement.Method.APL))
    in_favour = AvisEcheance.objects.unsettled().filter(contrat__sejour=sejour_id, total__lt=0).order_by("month", "pk")
    return [*in_favour, *payments.exclude(method=Encaissement.Method.APL)]


def refundable(sejour_id: int) -> dict[Kind, Decimal]:
    """What may be paid back of each kind, in euros."""
    return {kind: _sum(credit_sources(sejour_id, kind)) for kind in (Kind.CREDIT, Kind.APL_EXCESS)}


def _sum(sources: Iterable[Encaissement | AvisEcheance]) -> Decimal:
    return sum((-one.left if isinstance(one, AvisEcheance) else one.surplus for one in sources), ZERO)
