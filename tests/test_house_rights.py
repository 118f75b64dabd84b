"""Every address × every role: what the table of permissions says is what the pages do.

The rows stand in one résidence, made once (tests/world.py). A page that the table opens to a role must not refuse it,
one that it does not open must; a right held in another résidence opens nothing here. What a confidential household
shows of itself is in tests/test_canary.py.
"""

from functools import partial

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from residence import root_urls
from residence.duties import kinds
from residence.models import DocumentEmis, DocumentKind
from residence.models.documents import DOCUMENT_PERMISSION
from residence.permissions import TABLE, Role
from tests.factories import ResidenceFactory, UserFactory
from tests.kept import kept
from tests.world import NAME, World

OURS = ("residence", "logement", "admissions", "accompagnement")
# Addresses of ours that anybody who is signed in may open, or that open before signing in, and why.
WITHOUT_PERMISSION: dict[str, str] = {}
# Pages that, within what the table opens, open to some only: the world's rows are not theirs, and the answer is 404.
NARROWER: dict[str, str] = {
    "admissions:lien_declare": "les membres convoqués de la séance",
    "admissions:opinion_give": "les membres convoqués de la séance",
    "admissions:passage_detail": "les membres convoqués de la séance",
    "admissions:passage_synthese": "les membres convoqués de la séance",
    "admissions:session_folder": "les membres convoqués de la séance",
    "admissions:session_detail": "les membres convoqués de la séance",
    "accompagnement:instance_detail": "les coordinatrices et ceux qui y sont nommés",
    "accompagnement:reunion_detail": "les coordinatrices et ceux qui y sont nommés",
    "accompagnement:situation_detail": "les coordinatrices et ceux qui y sont nommés",
    "residence:confidentiel_detail": "les personnes nommées sur le dossier",
    "residence:delegation_end": "qui délègue et qui reçoit",
    "residence:document_open": "selon la nature du document",
    "residence:menage_unmask": "les personnes nommées sur le dossier",
    "residence:reader_end": "les personnes nommées sur le dossier",
    "residence:ressemblance_settle": "les personnes nommées sur le dossier",
}
# Roles held for the whole body: no résidence narrows them.
WHOLE_BODY = frozenset({Role.TECHNIQUE})


def addresses():
    """(name, pattern) of every address of ours."""

    def walk(resolver, namespace=""):
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from walk(pattern, inside)
            else:
                yield f"{namespace}{pattern.name}", pattern

    return {name: pattern for name, pattern in walk(get_resolver()) if name.partition(":")[0] in OURS}


ADDRESSES = addresses()
WITH_ROWS = sorted(name for name, pattern in ADDRESSES.items() if pattern.pattern.converters)
LISTS = sorted(set(ADDRESSES) - set(WITH_ROWS))


def permissions_of(name):
    return getattr(ADDRESSES[name].callback, "permissions", ())


def opens(role, name):
    return any(role in TABLE[permission].roles for permission in permissions_of(name))


def held_elsewhere(name):
    """(a role that opens this address, one held here that does not, None if all do) for who comes from elsewhere."""
    roles = [role for role in Role if role not in WHOLE_BODY]
    wrong = next((role for role in roles if not opens(role, name)), None)
    return [(role, wrong) for role in roles if opens(role, name)]


@pytest.fixture(scope="module", autouse=True)
def _bare_refusals():
    """Thousands of refusals are told here by their status: the page that says so is read in test_templatetags.py."""
    with pytest.MonkeyPatch.context() as patch:
        for status in (403, 404):
            bare = partial(HttpResponse, status=status)
            patch.setattr(root_urls, f"handler{status}", lambda request, exception, bare=bare: bare(), raising=False)
        yield


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The world with its main rows, for the tests of the module; each test goes on in a savepoint of its own."""
    with kept(django_db_blocker) as keep:
        world = World().make()
        world.clients = {role: client_of((role, world.residence)) for role in Role}
        elsewhere = ResidenceFactory()
        world.strangers = {
            (role, wrong): client_of((role, elsewhere), *([(wrong, world.residence)] if wrong else []))
            for role, wrong in {pair for name in ADDRESSES for pair in held_elsewhere(name)}
        }
        yield keep(world)


def address_of(name, world):
    return reverse(name, kwargs=world.kwargs_of(name, ADDRESSES[name].pattern.converters))


def client_of(*roles):
    """A client signed in as somebody who holds `roles`, pairs of a role and a résidence."""
    user = UserFactory()
    for role, residence in roles:
        user.attributions.create(role=role, residence=None if role in WHOLE_BODY else residence, start_on="2015-01-01")
    client = Client()
    client.user = user
    client.force_login(user)
    return client


def answer(client, method, address):
    """The answer of a page, without what it changes."""
    with transaction.atomic():
        response = getattr(client, method)(address)
        if response.streaming:
            response.text_sent = b"".join(response.streaming_content).decode(errors="replace")
            response.close()
        transaction.set_rollback(True)
    return response


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_an_address_names_its_permissions(name):
    assert permissions_of(name) or name in WITHOUT_PERMISSION, "@require_permission is missing"


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_an_address_has_one_view_of_its_name(name):
    view = ADDRESSES[name].callback
    assert view.__module__.partition(".")[0] in OURS
    assert view.__doc__, "a docstring says what the page is for"


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_a_stranger_signs_in_first(name, world):
    if name in WITHOUT_PERMISSION:
        return
    address = address_of(name, world)
    asked = answer(Client(), "get", address)
    if asked.status_code == 405:
        asked = answer(Client(), "post", address)
        assert asked.status_code == 403
        assert "Se reconnecter" in asked.content.decode()
    else:
        assert asked.url.startswith(reverse("account_login"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_a_role_opens_what_the_table_says(name, world):
    if name in WITHOUT_PERMISSION:
        return
    address = address_of(name, world)
    posted = False
    for role in Role:
        for method in ("get", "post"):
            if method == "post" and opens(role, name):
                if posted:
                    # One form sent by one role that may: the others are told apart by what they read.
                    continue
                posted = True
            status = answer(world.clients[role], method, address).status_code
            if status == 405:
                continue
            if not opens(role, name):
                assert status == 403, f"{role} {method} {address}: {status}, the table refuses"
            elif name in NARROWER:
                assert status in (200, 302, 403, 404), f"{role} {method} {address}: {status}"
            else:
                assert status in (200, 302), f"{role} {method} {address}: {status}, the table opens"


@pytest.mark.django_db
@pytest.mark.parametrize("name", WITH_ROWS)
def test_a_right_held_elsewhere_opens_nothing_here(name, world):
    """Somebody with the right role in another résidence, and a wrong one here."""
    address = address_of(name, world)
    for role, wrong in held_elsewhere(name):
        for method in ("get", "post"):
            status = answer(world.strangers[role, wrong], method, address).status_code
            assert status in (404, 405), f"{role} elsewhere, {method} {address}: {status}"


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_nothing_of_another_residence(name, world):
    address = address_of(name, world)
    for role, wrong in held_elsewhere(name):
        response = answer(world.strangers[role, wrong], "get", address)
        assert NAME not in _text(response).lower().title(), f"{role} elsewhere sees the household in {address}"


def _text(response):
    headers = " ".join(str(value) for value in response.headers.values())
    return headers + (response.text_sent if response.streaming else response.content.decode(errors="replace"))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", DocumentKind)
def test_an_issued_document_opens_to_the_roles_of_its_kind(kind, world):
    assert kind in DOCUMENT_PERMISSION
    for role in Role:
        user = world.clients[role].user
        readable = DocumentEmis.objects.readable_by(user).filter(kind=kind, menage=world.menage).exists()
        assert readable is (role in TABLE[DOCUMENT_PERMISSION[kind]].roles), role


def test_every_duty_leads_to_a_page():
    assert kinds()
    for kind in kinds().values():
        assert kind.url(1).startswith("/"), kind.code
        page = permissions_of(kind.url_name)
        holding = TABLE[kind.permission].roles.keys()
        assert any(holding <= TABLE[one].roles.keys() for one in page), (
            f"{kind.code}: who holds {kind.permission} does not open {kind.url_name}"
        )
