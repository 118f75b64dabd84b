"""Who signs in, and how: what is ours in django-allauth's sign-in and second factor."""

import base64
import functools
import hashlib
import ipaddress
import logging
import secrets
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.decorators import reauthentication_required
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from residence.actions.journal import record_technique
from residence.models import User
from residence.permissions import ROLES_SECOND_FACTOR
from residence.statements import ANYBODY, Statement, asked, written

logger = logging.getLogger(__name__)

# What the session keeps once its user has shown the second factor in it.
SECOND_FACTOR_SHOWN = "second_factor_shown"
# Shared by the accounts of the demonstration, and printed with them: 32 characters of base32.
DEMONSTRATION_SECRET = "RESIDENCEDEMONSTRATIONRESIDENCES"  # noqa: S105

# Decorator of the pages where the password, or a code, is asked again after a quarter of an hour:
# under @require_http_methods and @require_permission.
require_confirmation = reauthentication_required()


@functools.cache
def _an_account() -> Statement:
    return written(User.objects.filter(pk=ANYBODY).order_by())


class AccountBackend(AuthenticationBackend):
    """That of django-allauth, which reads the account of a session by a statement that is written once."""

    def get_user(self, user_id: int) -> User | None:
        found = asked(_an_account(), {ANYBODY: user_id})
        if not found:
            return None
        user = User.from_db("default", [field.attname for field in User._meta.concrete_fields], found[0])
        return user if self.user_can_authenticate(user) else None


# Where a request comes from


def client_address(request: HttpRequest) -> str:
    """The address of who sent `request`: the first one, from the server outwards, that is no trusted proxy's.

    X-Forwarded-For is read only as far as the proxies of TRUSTED_PROXIES wrote it. « unix » stands for a proxy that
    speaks through a Unix socket.
    """
    here = request.META.get("REMOTE_ADDR") or "unix"
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    while _is_trusted(here) and forwarded:
        told = _address(forwarded.pop())
        if told is None:
            break
        here = told
    return here


def _address(told: str) -> str | None:
    """The IP address in `told`, which may carry a port; None when there is none."""
    for candidate in (told, told.rpartition(":")[0].strip("[]"), told.strip("[]")):
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return None


def _is_trusted(address: str) -> bool:
    if address == "unix":
        return "unix" in settings.TRUSTED_PROXIES
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    networks = (ipaddress.ip_network(one, strict=False) for one in settings.TRUSTED_PROXIES if one != "unix")
    return any(ip.version == network.version and ip in network for network in networks)


# Signing in


class AccountAdapter(DefaultAccountAdapter):
    """`technique` opens the accounts; sign-ins and refusals are journalled; a visitor is not told that mail failed."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "Ce compte est fermé.",
        "enter_current_password": "Donnez votre mot de passe actuel.",
        "incorrect_code": "Ce code n’est pas le bon.",
        "incorrect_password": "Ce mot de passe n’est pas le bon.",
        "invalid_password_reset": "Ce lien ne vaut plus.",
        "rate_limited": "Trop d’essais : attendez quelques minutes.",
        "same_as_current": "Choisissez un mot de passe différent de l’actuel.",
        "too_many_login_attempts": "Trop d’essais sans succès : attendez quelques minutes avant de recommencer.",
        "username_password_mismatch": "Identifiant ou mot de passe incorrect.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not of who signed in, or confirmed, a moment ago."""
        request = context.request
        latest = max((one["at"] for one in get_authentication_records(request, request.user)), default=0)
        return time.time() - latest >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self._record_refusal(request, "limit", **credentials)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._record_refusal(request, "password", **credentials)

    def _record_refusal(self, request: HttpRequest, reason: str, **credentials: Any) -> None:
        known = User.objects.filter(username__iexact=credentials.get("username", "")).first()
        record_technique("connexion.refuse", by=None, user=known, reason=reason, address=client_address(request))

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        record_technique("connexion.open", by=user, user=user, address=client_address(request))

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        author = context.request.user if context.request.user.is_authenticated else None
        record_technique("mot_de_passe.change", by=author, user=user)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        super().send_notification_mail(template_prefix, user, context, email=email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:  # SMTPException is one
            logger.exception("Mail %s could not be sent", template_prefix)


def set_password_path(user: User) -> str:
    """The page where `user` chooses a password: good once, for as long as PASSWORD_RESET_TIMEOUT says."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


# The second factor


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are encrypted with SECRET_KEY; who must have a second factor cannot take it off."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "Votre rôle demande un second facteur : il ne se désactive pas.",
        "cannot_generate_recovery_codes": "Les codes de secours viennent avec l’application d’authentification.",
        "incorrect_code": "Ce code n’est pas le bon.",
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # The key has changed: no code is right any more, the second factor is made anew by `technique`.
            logger.exception("A second factor cannot be read: SECRET_KEY has changed")
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not needs_second_factor(authenticator.user)

    def get_totp_label(self, user: User) -> str:
        return user.username

    def get_totp_issuer(self) -> str:
        return settings.SITE_NAME


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"second factor" + key.encode()).digest())) for key in keys]
    )


class _CodeOnce:
    """A form where a code is shown: each is taken once in all the time that it is good; refusals are journalled."""

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"].replace(" ", "")
        self.cleaned_data["code"] = typed
        kept = f"second-factor:{self.user.pk}:{typed}"
        if cache.get(kept):
            raise ValidationError("Ce code a déjà servi : attendez le suivant, dans trente secondes au plus.")
        code = super().clean_code()
        if not cache.add(kept, "used", timeout=mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 1)):
            raise ValidationError("Ce code a déjà servi : attendez le suivant, dans trente secondes au plus.")
        return code

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        super()._emit_authentication_failed(authenticator)
        record_technique(
            "connexion.refuse", by=None, user=self.user, reason="code", address=client_address(context.request)
        )


class CodeForm(_CodeOnce, AuthenticateForm):
    pass


class ConfirmationCodeForm(_CodeOnce, ReauthenticateForm):
    pass


def needs_second_factor(user: User) -> bool:
    """Whether a role that `user` holds today, also by delegation, makes the second factor compulsory."""
    return bool(user.roles & ROLES_SECOND_FACTOR)


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def has_shown_second_factor(request: HttpRequest) -> bool:
    """Whether a code was shown in this session, at sign-in, at a confirmation or when the application was activated."""
    if request.session.get(SECOND_FACTOR_SHOWN):
        return True
    return any(one["method"] == "mfa" for one in get_authentication_records(request, request.user))


def enrol_totp(user: User, secret: str = DEMONSTRATION_SECRET) -> None:
    """Give `user` a second factor whose secret is known beforehand; refused in production. Can be run again."""
    if settings.PRODUCTION:
        raise ValidationError("En production, chacun active son second facteur soi-même.")
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if found is None:
        TOTP.activate(user, secret)
    else:
        found.data = {"secret": SecondFactorAdapter().encrypt(secret)}
        found.save(update_fields=["data"])
    RecoveryCodes.activate(user)


def totp_code(user: User, *, ahead: int = 0) -> str | None:
    """The code that the application of `user` shows now, or `ahead` half-minutes from now; None without one."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if found is None:
        return None
    secret = SecondFactorAdapter().decrypt(found.data["secret"])
    return format_hotp_value(hotp_value(secret, int(time.time()) // mfa_settings.TOTP_PERIOD + ahead))
