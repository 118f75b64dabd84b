"""The back office: who enters, what its first page offers, and which model goes under which heading."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from residence.components import Meaning
from residence.permissions import Permission

# What the work is called, in the order in which the first page shows it. Each ModelAdmin names its own as `section`.
SECTIONS = {
    "parc": "Parc",
    "sejours": "Séjours et contrats",
    "redevance": "Redevance",
    "partenaires": "Partenaires",
    "documents": "Documents",
    "reglages": "Réglages",
    "comptes": "Comptes et journal",
}


@dataclass(frozen=True)
class DayLink:
    """A line of « À faire aujourd’hui »: a sentence, how many, where. Without rows, it is not shown."""

    label: str
    count: int
    url: str
    meaning: Meaning = "plain"


class BackOfficeSite(AdminSite):
    """Django's admin behind our own sign-in; only a ModelAdmin that obeys the table of permissions gets in."""

    site_header = "Administration"
    site_title = "Administration"
    index_title = "Que voulez-vous faire ?"
    index_template = "admin/residence/index.html"
    empty_value_display = "–"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.day_links: list[Callable[[Any], Iterable[DayLink]]] = []

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register a model of ours. What the packages would show (groups, second factors, tasks) stays out."""
        if getattr(admin_class, "obeys_the_table", False):
            super().register(model_or_iterable, admin_class, **options)

    def offer_day_links(self, function: Callable[[Any], Iterable[DayLink]]) -> Callable[[Any], Iterable[DayLink]]:
        """Decorator: `function(user)` gives lines of « À faire aujourd’hui »."""
        self.day_links.append(function)
        return function

    # Who enters

    def has_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_authenticated and user.holds(Permission.ADMIN_USE))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied("Votre rôle n’ouvre pas l’administration.")
            return inner(request, *args, **kwargs)

        guarded = update_wrapper(guarded, inner)
        guarded.permissions = (Permission.ADMIN_USE,)  # type: ignore[attr-defined]
        return guarded

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to the one sign-in page: Django's own form would let in without the second factor."""
        return secure_admin_login(lambda _: redirect("admin:index"))(request)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_change_password"))

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_change_password"))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's addresses, save the one that leads to any row of any model by its number."""
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]

    # The first page

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """What the user may open, by section of the work; by Django app for the page of one app."""
        if app_label:
            return super().get_app_list(request, app_label)
        grouped: dict[str, list[Any]] = {code: [] for code in SECTIONS}
        for app in self._build_app_dict(request).values():
            for entry in app["models"]:
                grouped[self._registry[entry["model"]].section].append(entry)
        index = reverse("admin:index")
        return [
            {
                "name": SECTIONS[code],
                "app_label": code,
                "app_url": f"{index}#{code}",
                "has_module_perms": True,
                "models": sorted(models, key=self._rank),
            }
            for code, models in grouped.items()
            if models
        ]

    def _rank(self, entry: Any) -> tuple[int, str]:
        return self._registry[entry["model"]].rank, entry["name"]

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        links = [link for function in self.day_links for link in function(request.user) if link.count]
        return super().index(request, {"day_links": links, **(extra_context or {})})
