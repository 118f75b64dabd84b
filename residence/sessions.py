"""How long a session lasts, what it needs before it opens a page, and what the browser may keep of it."""

import datetime
import time
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.sessions.backends import db
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from residence.authentication import has_second_factor, has_shown_second_factor, needs_second_factor
from residence.statements import Statement, asked, written

OPENED = "session_opened_at"
SEEN = "session_seen_at"
# The instant of the last request is written once in a while: a row of the session is not rewritten by each.
WRITTEN_EVERY = 60

# What stays open to who must still show or activate a second factor.
BEFORE_SECOND_FACTOR = {
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_authenticate",
    "mfa_reauthenticate",
}

GetResponse = Callable[[HttpRequest], HttpResponse]

_ANY_KEY = "any"
_ANY_INSTANT = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@cache
def _kept_under_a_key() -> Statement:
    """The statement that reads a session that has not expired."""
    rows = SessionStore.get_model_class().objects.filter(session_key=_ANY_KEY, expire_date__gt=_ANY_INSTANT)
    return written(rows.values_list("session_data"))


class SessionStore(db.SessionStore):
    """Sessions in the database, read by a statement that is written once."""

    def load(self) -> dict[str, Any]:
        found = asked(_kept_under_a_key(), {_ANY_KEY: self.session_key, _ANY_INSTANT: timezone.now()})
        if not found:
            self._session_key = None
            return {}
        return self.decode(found[0][0])


class HeadersMiddleware:
    """Nothing of a page is kept by the browser or a proxy; no page uses the device's sensors."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store, private")
        response.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class SessionLimitsMiddleware:
    """Ends a session left idle, or too old; says so to who was in the middle of something.

    An act sent from a session that has ended is not done: its page says so, and how to come back.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reason = self._end(request) if request.user.is_authenticated else ""
        response = self.get_response(request)
        signed_out = request.resolver_match is not None and request.resolver_match.view_name == "account_logout"
        if request.user.is_authenticated or signed_out or not _leads_to_sign_in(response):
            return response
        if request.htmx:
            return _told_to_htmx(_sign_in(_page_of(request)))
        if request.method not in {"GET", "HEAD"}:
            context = {"reason": reason, "sign_in_url": _sign_in(_page_of(request))}
            return render(request, "residence/session_ended.html", context, status=403)
        if reason:
            messages.info(request, f"{reason} Reconnectez-vous pour continuer.")
        return response

    def _end(self, request: HttpRequest) -> str:
        """End the session if it must; the sentence that says why, empty when it goes on."""
        now = time.time()
        session = request.session
        opened, seen = session.get(OPENED), session.get(SEEN)
        if opened is None or seen is None:
            session[OPENED] = session[SEEN] = now
            return ""
        if now - seen >= settings.SESSION_IDLE_SECONDS:
            reason = f"Votre session a pris fin après {_minutes(settings.SESSION_IDLE_SECONDS)} sans activité."
        elif now - opened >= settings.SESSION_ABSOLUTE_SECONDS:
            reason = f"Votre session a pris fin : elle durait depuis {_minutes(settings.SESSION_ABSOLUTE_SECONDS)}."
        else:
            if now - seen >= WRITTEN_EVERY:
                session[SEEN] = now
            return ""
        logout(request)
        return reason


class SecondFactorMiddleware:
    """Leads who must have a second factor to activate it, or to show it, before any page opens."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if not request.user.is_authenticated or (match and match.view_name in BEFORE_SECOND_FACTOR):
            return None
        if not needs_second_factor(request.user) or has_shown_second_factor(request):
            return None
        if has_second_factor(request.user):
            query = urlencode({REDIRECT_FIELD_NAME: _page_of(request)})
            where = f"{reverse('mfa_reauthenticate')}?{query}"
        else:
            where = reverse("mfa_activate_totp")
            messages.info(request, "Votre rôle demande un second facteur : activez-le pour ouvrir les autres pages.")
        return _told_to_htmx(where) if request.htmx else redirect(where)


def _leads_to_sign_in(response: HttpResponse) -> bool:
    return isinstance(response, HttpResponseRedirect) and urlsplit(response.url).path == resolve_url(settings.LOGIN_URL)


def _page_of(request: HttpRequest) -> str:
    """The page on which the request was made: itself for a page, the one around it for a part or a form's address."""
    if request.htmx and request.htmx.current_url_abs_path:
        return str(request.htmx.current_url_abs_path)
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        where = urlsplit(referer)
        return f"{where.path}?{where.query}" if where.query else where.path
    return "/"


def _sign_in(back_to: str) -> str:
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: back_to})}"


def _told_to_htmx(where: str) -> HttpResponse:
    """Has htmx leave the page for `where`, instead of putting that page inside of this one."""
    response = HttpResponse(status=200)
    response["HX-Redirect"] = where
    return response


def _minutes(seconds: int) -> str:
    return f"{seconds // 3600} heures" if seconds >= 2 * 3600 else f"{seconds // 60} minutes"
