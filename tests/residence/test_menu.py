"""The navigation and the frame: what a role is offered, where the page stands, and that it costs few queries."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from residence.context_processors import SESSION_RESIDENCE, Frame, frame
from residence.menu import MenuEntry, _nearness, menu_for
from residence.permissions import Permission, Role

OFFERED = [
    MenuEntry("accueil", "Accueil", "account_login", None, "home", 1, frozenset({Role.COORDINATRICE})),
    MenuEntry("logement", "Places", "account_reset_password", Permission.PARC_VIEW, "bed"),
    MenuEntry("logement", "Présents", "account_reset_password_done", Permission.PRESENTS_VIEW, "stairs", 50),
    MenuEntry("admissions", "Candidats", "mfa_index", Permission.ORIENTATION_VIEW, "users"),
    MenuEntry("admissions", "En attente", "mfa_activate_totp", None, "clock", 200, frozenset({Role.COORDINATRICE})),
]


class Staff:
    """A signed-in user who holds what it is given."""

    is_authenticated = True
    pk = 1

    def __init__(
        self, *permissions: Permission, roles: frozenset[Role] = frozenset(), residences: tuple[int, ...] = ()
    ):
        self.permissions = permissions
        self.roles = roles
        self.held_roles = frozenset((Role.GESTIONNAIRE, residence) for residence in residences)

    def holds(self, permission: Permission, residence_id: int | None = None) -> bool:
        return permission in self.permissions

    def __str__(self) -> str:
        return "Claire Dubois"


@pytest.fixture
def _offered(settings: Any) -> None:
    settings.MENU = [f"{__name__}.OFFERED"]


pytestmark = pytest.mark.usefixtures("_offered")


def shown(menu: Any) -> list[tuple[str, list[str]]]:
    return [(section.label, [link.label for link in section.links]) for section in menu.sections]


def test_the_menu_offers_what_the_rights_open_in_the_order_of_the_house() -> None:
    assert shown(menu_for(Staff())) == [("Accueil", ["Accueil"]), ("Admissions", ["En attente"])]
    everything = Staff(Permission.PARC_VIEW, Permission.PRESENTS_VIEW, Permission.ORIENTATION_VIEW)
    assert shown(menu_for(everything)) == [
        ("Accueil", ["Accueil"]),
        ("Admissions", ["Candidats", "En attente"]),
        ("Logement", ["Présents", "Places"]),
    ]


def test_the_bottom_bar_has_four_entries_those_of_the_role_first() -> None:
    everything = (Permission.PARC_VIEW, Permission.PRESENTS_VIEW, Permission.ORIENTATION_VIEW)
    plain = menu_for(Staff(*everything))
    assert [link.label for link in plain.mobile] == ["Accueil", "Candidats", "En attente", "Présents"]
    role = menu_for(Staff(Permission.PARC_VIEW, roles=frozenset({Role.COORDINATRICE})))
    assert [link.label for link in role.mobile] == ["Accueil", "En attente", "Places"]


@pytest.mark.parametrize(
    ("path", "section", "current"),
    [
        ("/compte/second-facteur/", "admissions", "Candidats"),
        ("/compte/second-facteur/12/modifier/", "admissions", "Candidats"),
        ("/compte/second-facteur/activer/", "admissions", "En attente"),
        ("/compte/mot-de-passe/oublie/message/", "logement", "Présents"),
        ("/ailleurs/", "", None),
        ("/", "", None),
    ],
)
def test_the_page_is_found_in_the_menu(path: str, section: str, current: str | None) -> None:
    menu = menu_for(Staff(Permission.PARC_VIEW, Permission.PRESENTS_VIEW, Permission.ORIENTATION_VIEW), path)
    assert menu.section == section
    assert [link.label for one in menu.sections for link in one.links if link.current] == ([current] if current else [])


@pytest.mark.parametrize(
    ("url", "path", "nearness"),
    [
        ("/", "/", (1, 0)),
        ("/", "/logement/", (0, -1)),
        ("/logement/", "/", (0, -1)),
        ("/logement/places/", "/logement/contrats/12/", (1, -1)),
        ("/logement/places/", "/logement/places/12/", (2, 0)),
    ],
)
def test_nearness(url: str, path: str, nearness: tuple[int, int]) -> None:
    assert _nearness(url, path) == nearness


def request_of(user: Any, **session: Any) -> Any:
    request = RequestFactory().get("/compte/second-facteur/")
    request.user = user
    request.session = {"residence_names": {"1": "Côté Cour", "2": "Les Cèdres"}, **session}  # type: ignore[assignment]
    return request


def test_who_is_not_signed_in_has_no_frame() -> None:
    request = RequestFactory().get("/")
    assert frame(request)["frame"] is None
    request.user = SimpleNamespace(is_authenticated=False)  # type: ignore[assignment]
    assert frame(request)["frame"] is None


def test_the_residence_is_chosen_once() -> None:
    user = Staff(residences=(1, 2))
    assert [str(one) for one in Frame(request_of(user)).residences] == ["Côté Cour", "Les Cèdres"]
    assert Frame(request_of(user)).residence is None
    assert str(Frame(request_of(user, **{SESSION_RESIDENCE: 2})).residence) == "Les Cèdres"
    assert Frame(request_of(user, **{SESSION_RESIDENCE: 99})).residence is None


def test_the_only_residence_needs_no_choice() -> None:
    request = request_of(Staff(residences=(1,)))
    request.session["residence_names"] = {"1": "Côté Cour"}
    assert str(Frame(request).residence) == "Côté Cour"


@pytest.mark.django_db
def test_the_names_of_the_residences_are_asked_once(django_assert_num_queries: Any) -> None:
    request = request_of(Staff(residences=(7,)))
    with django_assert_num_queries(1):
        assert Frame(request).residences == ()
    request.session["residence_names"] = {"7": "Côté Cour"}
    with django_assert_num_queries(0):
        assert str(Frame(request).residences[0]) == "Côté Cour"


def count_three(*, user: Any, residence_id: int | None) -> int:
    return 3 if residence_id == 1 else 0


def test_what_is_due_is_counted_by_the_function_that_settings_name(settings: Any) -> None:
    request = request_of(Staff(residences=(1, 2)), **{SESSION_RESIDENCE: 1})
    settings.FRAME_DUE_COUNT = ""
    assert Frame(request).due_count == 0
    settings.FRAME_DUE_COUNT = f"{__name__}.count_three"
    assert Frame(request).due_count == 3


def test_the_frame_shows_the_menu_the_choice_and_the_user(settings: Any) -> None:
    settings.FRAME_DUE_COUNT = f"{__name__}.count_three"
    user = Staff(Permission.ORIENTATION_VIEW, roles=frozenset({Role.COORDINATRICE}), residences=(1, 2))
    request = request_of(user, **{SESSION_RESIDENCE: 1})
    html = render_to_string("404.html", request=request)
    for piece in (
        'href="/compte/second-facteur/"',
        "Claire Dubois",
        "coordinatrice d’actions sociales",
        'class="bottom-bar"',
        "3<span",
        'action="/compte/deconnexion/"',
        'id="contenu"',
    ):
        assert piece in html
    assert 'aria-current="page"' in html
