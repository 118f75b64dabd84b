"""Who may do what: the table of permissions as people read it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from residence.permissions import TABLE, Permission, Role, require_permission


@require_http_methods(["GET"])
@require_permission(Permission.DROITS_VIEW)
def droits(request: HttpRequest) -> HttpResponse:
    """The whole table, role by role, and what the user holds."""
    rows = [
        {
            "label": permission.label,
            "held": request.user.holds(permission),
            "cells": [role in grant.roles for role in Role],
        }
        for permission, grant in TABLE.items()
    ]
    return render(request, "residence/droits.html", {"roles": list(Role), "rows": rows})
