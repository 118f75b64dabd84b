"""Which résidence an act on a household belongs to."""

from residence.models import Menage, Rattachement, Residence, User
from residence.permissions import Permission


def residence_for(user: User, menage: Menage, permission: Permission) -> Residence:
    """The résidence in whose name `user` acts on `menage`: one where the permission is held and the household is tied.

    An open tie comes before an ended one, a stay before a candidature, a candidature before a support.
    """
    wanted = {scope.residence_id for scope in user.scopes_for(permission)}
    ties = Rattachement.objects.filter(menage=menage, residence__in=wanted).select_related("residence")
    order = {cause: rank for rank, cause in enumerate(("sejour", "candidature", "suivi"))}
    best = min(
        ties, key=lambda tie: (tie.end_on is not None, order[tie.cause], -tie.start_on.toordinal()), default=None
    )
    if best is None:
        raise Residence.DoesNotExist
    return best.residence
