"""Settings of the project, fed by the environment; what production needs and lacks stops start-up with one sentence."""

import contextlib
import os
import secrets
import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from residence import database, embedded

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = embedded.LOCAL

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

SITE_NAME = env.str("SITE_NAME", "Résidences")

# Mode ---------------------------------------------------------------------------------------------------------------

TESTING = "pytest" in sys.modules
MODE = "test" if TESTING else env.str("RESIDENCE_MODE", "demonstration")
if MODE not in {"demonstration", "production", "test"}:
    raise ImproperlyConfigured(f"RESIDENCE_MODE vaut « {MODE} » : choisissez « demonstration » ou « production ».")
PRODUCTION = MODE == "production"
DEBUG = False if TESTING else env.bool("DEBUG", False)

if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("En production, DEBUG doit rester éteint : retirez DEBUG de l’environnement.")
    for name, example in (
        ("SECRET_KEY", "une longue suite aléatoire, gardée secrète"),
        ("ALLOWED_HOSTS", "residence.exemple.fr"),
        (
            "DATABASE_URL",
            "postgres://compte:mot_de_passe@serveur:5432/base ; la base embarquée ne sert qu’à la démonstration",
        ),
    ):
        if not env.str(name, ""):
            raise ImproperlyConfigured(f"En production, donnez {name} dans l’environnement ({example}).")


def _kept_secret() -> str:
    """The secret key of a demonstration: made once, kept in a file that its owner alone reads."""
    place = LOCAL_DIR / "secret_key"
    try:
        if not place.exists():
            embedded.SERVER.make_local()
            draft = place.with_name(f"secret_key.{os.getpid()}")
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(64))
            # link() and not rename(): of two first commands at once, one key wins and both read it.
            with contextlib.suppress(FileExistsError):
                os.link(draft, place)
            draft.unlink()
        return place.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"Le fichier {place} ne peut être ni lu ni écrit ({error.strerror}) : "
            "lancez la commande sous le compte qui l’a fait, ou donnez SECRET_KEY."
        ) from error


SECRET_KEY = env.str("SECRET_KEY", "") or _kept_secret()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
# Earlier values of SECRET_KEY: what they signed or encrypted (links sent, second factors) is still read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Applications -------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Ours come first: their templates win over those of the packages.
    "residence",
    "logement",
    "admissions",
    "accompagnement",
    "whitenoise.runserver_nostatic",
    "residence.admin_config.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "import_export",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "residence.sessions.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "residence.sessions.SessionLimitsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "residence.sessions.SecondFactorMiddleware",
    "residence.confidentiality.ReaderMiddleware",
]

ROOT_URLCONF = "residence.root_urls"
WSGI_APPLICATION = "residence.wsgi.application"

_loaders = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": _loaders if DEBUG else [("django.template.loaders.cached.Loader", _loaders)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "residence.context_processors.frame",
            ],
        },
    },
]

# Database -----------------------------------------------------------------------------------------------------------

# The role without tables that the first migration makes: what the web and the worker may do.
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", embedded.APP_ROLE)
DATABASE_EMBEDDED = not env.str("DATABASE_URL", "")


def _logins() -> tuple[dict, dict | None]:
    """Connection settings of the application and of the owner of the tables, where the two are told apart."""
    if DATABASE_EMBEDDED:
        server = embedded.ensure_running()
        engine = {"ENGINE": "django.db.backends.postgresql"}
        return engine | server.url(embedded.APP_ROLE), engine | server.url(embedded.OWNER)
    app, owner = env.str("DATABASE_URL"), env.str("DATABASE_OWNER_URL", "")
    return database.login("DATABASE_URL", app), database.login("DATABASE_OWNER_URL", owner) if owner else None


_app_login, _owner_login = _logins()
DATABASES = {
    "default": database.connection(
        _app_login,
        _owner_login,
        app_role=DATABASE_APP_ROLE,
        as_owner=database.runs_as_owner(testing=TESTING),
        # Losing the last instants of a test database loses nothing; its rows are few, planning is what takes time.
        options="-c synchronous_commit=off -c join_collapse_limit=1 -c plan_cache_mode=force_generic_plan"
        if TESTING
        else "",
    )
    | {
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": env.str("TEST_DATABASE", "test_residence")},
    }
}

# Shared by all processes: the counters of the rate limits stand here. A full cache forgets at random, and would let
# a flood of made-up names wipe the counter of a real one: hence its size.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_table",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# Sign-in, second factor, sessions -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "residence.User"
AUTHENTICATION_BACKENDS = ["residence.authentication.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ["username", "first_name", "last_name", "email"]}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
if TESTING:
    # Made by the thousand, kept by nobody.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# How long the link of a message is good to choose a password: an account opened on a Friday is found on the Monday.
PASSWORD_RESET_TIMEOUT = env.int("PASSWORD_RESET_TIMEOUT", 3 * 24 * 3600)

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "residence.authentication.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
# Django's own, which reads the address of the account: allauth's copies addresses into a table of its own.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# By address (ip) and by account (key); an office goes out under one address.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,100/h/ip,5/5m/key",
    "reset_password": "10/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}

MFA_ADAPTER = "residence.authentication.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "residence.authentication.CodeForm",
    "reauthenticate": "residence.authentication.ConfirmationCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# A telephone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True

SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", 30 * 60)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", 12 * 3600)
SESSION_ENGINE = "residence.sessions"
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Security headers ---------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    },
}

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()" for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # A browser takes these names from a secure page of this very host only.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Addresses or networks of the reverse proxies whose X-Forwarded-For is believed; « unix » for one that speaks through
# a Unix socket.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

# Language and time --------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "français")]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
# Dates read 12/03/2026 everywhere.
FORMAT_MODULE_PATH = ["residence.formats"]

# Files --------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(LOCAL_DIR / "static"))()
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "residence.staticfiles.BootstrapFinder",
]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Served from where they are written, without collectstatic.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = TESTING or DEBUG
# No MEDIA_URL: a file is read through a view that checks the reader's rights.
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(LOCAL_DIR / "media"))()
# The largest file that may be attached to a household.
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_MEGABYTES", 15) * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Forms, tasks, mail, log --------------------------------------------------------------------------------------------

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

TASKS = {
    "default": {
        "BACKEND": "django_tasks.backends.immediate.ImmediateBackend" if TESTING else "django_tasks_db.DatabaseBackend"
    }
}

DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", "residence@localhost")
if PRODUCTION or env.str("EMAIL_URL", ""):
    vars().update(env.email("EMAIL_URL", default="smtp://localhost:25"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = LOCAL_DIR / "mail"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        # It warns of every answer to a HEAD, whose body it drops as it should.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}

# Ways up: what a lower app calls in the apps above it (residence/hooks.py) -------------------------------------------

ON_STAY_OPENED = ["admissions.hooks.stay_opened", "accompagnement.hooks.stay_opened"]
ON_STAY_CLOSED = ["admissions.hooks.stay_closed", "accompagnement.hooks.stay_closed"]
ON_PERSON_MERGED: list[str] = []
ON_TERM_MISSED: list[str] = []
ON_MENAGE_MASKED = ["accompagnement.hooks_vie.menage_masked"]
ON_RENDEZ_VOUS_MISSED = ["admissions.hooks.rendez_vous_missed"]
MENU = [
    "residence.menu_entries.MENU",
    "residence.menu_staff.MENU",
    "residence.menu_admin.MENU",
    "admissions.hooks.MENU",
    "logement.hooks.MENU",
    "logement.menu_redevance.MENU",
    "accompagnement.hooks.MENU",
    "accompagnement.hooks_collectif.MENU",
    "accompagnement.hooks_vie.MENU",
    "accompagnement.hooks_partenaires.MENU",
]
SEARCH = ["residence.queries.search.people", "logement.hooks.search", "residence.queries.search.documents"]
MENAGE_PARTS = [
    "residence.queries.panels.Household",
    "admissions.hooks.Candidatures",
    "logement.hooks.Sejours",
    "accompagnement.hooks.Dossiers",
    "accompagnement.hooks_collectif.Participations",
    "accompagnement.hooks_vie.Incidents",
    "accompagnement.hooks_partenaires.Orientations",
    "accompagnement.hooks_vie_privee.ViePrivee",
]
KEPT_FROM = ["admissions.hooks.kept_by_a_link"]
DOCUMENT_TOLD = ["admissions.hooks.minutes_for"]
HOME = ["logement.hooks.home", "admissions.home.home", "accompagnement.hooks.home", "accompagnement.hooks_vie.home"]
# The page that says who fits a place, by the name of its address; it takes the number of the place. Empty: none.
PLACE_MATCH = "admissions:attribution_detail"
FRAME_DUE_COUNT = "residence.queries.accueil.due_count"
QUOTIDIEN = [
    "logement.actions.mutations.quotidien",
    "logement.actions.situations.quotidien",
    "logement.actions.envois.send_again",
    "admissions.actions.lettres.send_again",
    "accompagnement.actions.services.quotidien",
]
DUTIES = [
    "residence.duty_kinds.KINDS",
    "admissions.duties.KINDS",
    "logement.duties.KINDS",
    "logement.duties_paiements.KINDS",
    "accompagnement.duties.KINDS",
    "accompagnement.duties_relogement.KINDS",
    "accompagnement.duties_rsa.KINDS",
    "accompagnement.duties_collectif.KINDS",
    "accompagnement.duties_vie.KINDS",
    "accompagnement.duties_partenaires.KINDS",
    "accompagnement.duties_vie_privee.KINDS",
]
DEMO = [
    "residence.demo.load",
    "logement.demo.load",
    "admissions.demo.load",
    "accompagnement.demo.load",
    "accompagnement.demo_vie.load",
]
