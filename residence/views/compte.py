"""One's own account: the pages of django-allauth that change the second factor, with the line that each act leaves."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from residence.actions.journal import record_technique
from residence.authentication import SECOND_FACTOR_SHOWN, has_second_factor


def _journalled(view: Callable[..., HttpResponse], action: str) -> Callable[..., HttpResponse]:
    """The page `view`, with a technical line when it has changed the second factor of the user."""

    @login_required
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        before = _state(request)
        response = view(request, *args, **kwargs)
        if _state(request) != before:
            record_technique(action, by=request.user, user=request.user)
            if has_second_factor(request.user):
                # A code was just shown.
                request.session[SECOND_FACTOR_SHOWN] = True
            else:
                request.session.pop(SECOND_FACTOR_SHOWN, None)
        return response

    return page


def _state(request: HttpRequest) -> set[tuple[int, str]]:
    return set(Authenticator.objects.filter(user=request.user).values_list("pk", "type"))


second_facteur_activate = _journalled(totp.activate_totp, "second_facteur.activate")
second_facteur_deactivate = _journalled(totp.deactivate_totp, "second_facteur.deactivate")
codes_secours_generate = _journalled(recovery_codes.generate_recovery_codes, "codes_secours.generate")


def shut(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """A page of django-allauth that is not offered, and whose name it needs."""
    raise Http404
