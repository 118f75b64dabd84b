"""Who may do what: the table of permissions as people read it."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from residence.context_processors import Frame
from residence.models import User
from residence.permissions import ALL_CAUSES, TABLE, Permission, Role, require_permission

# The first permission of each part of the table.
PARTS = (
    (Permission.ACCUEIL_VIEW, "Ce que tous partagent"),
    (Permission.ORIENTATION_VIEW, "Admissions"),
    (Permission.PARC_VIEW, "Logement et redevance"),
    (Permission.DOSSIER_VIEW, "Accompagnement"),
)


@dataclass(frozen=True)
class Line:
    """One permission: what each role may do, in the order of the roles, and whether the reader holds it."""

    label: str
    held: bool
    cells: tuple[tuple[Role, str], ...]
    on_number: bool


@require_http_methods(["GET"])
@require_permission(Permission.DROITS_VIEW)
def droits(request: HttpRequest) -> HttpResponse:
    """What the user may do in each résidence, then the whole table, role by role."""
    asked = request.GET.get("role", "")
    roles = [role for role in Role if role == asked] or list(Role)
    context = {
        "roles": roles,
        "every_role": list(Role),
        "asked": asked if len(roles) == 1 else "",
        "parts": parts(request.user, roles),
        "mine": _mine(request),
    }
    return render(request, "residence/droits.html", context)


def parts(user: User, roles: list[Role]) -> list[tuple[str, list[Line]]]:
    """The table cut into its parts; a single role shows only what it may do."""
    made: list[tuple[str, list[Line]]] = []
    titles = dict(PARTS)
    for permission in Permission:
        if permission in titles:
            made.append((titles[permission], []))
        grant = TABLE[permission]
        if len(roles) == 1 and roles[0] not in grant.roles:
            continue
        cells = tuple((role, _extent(permission, role)) for role in roles)
        made[-1][1].append(Line(str(permission.label), user.holds(permission), cells, grant.on_number))
    return made


def _extent(permission: Permission, role: Role) -> str:
    """« oui », or for which households only; nothing when the role does not have it."""
    causes = TABLE[permission].roles.get(role)
    if causes is None:
        return ""
    if causes == ALL_CAUSES:
        return "oui"
    return ", ".join(sorted(str(cause.label) for cause in causes)) + " seulement"


def _mine(request: HttpRequest) -> list[tuple[str, list[str]]]:
    """The résidences of the user, with the roles held in each."""
    names = {one.pk: one.name for one in Frame(request).residences}
    held: dict[str, list[str]] = {}
    for role, residence_id in request.user.held_roles:
        where = names.get(residence_id, "Tout l’organisme") if residence_id else "Tout l’organisme"
        held.setdefault(where, []).append(str(role.label))
    return [(where, sorted(roles)) for where, roles in sorted(held.items())]
