"""What must not be read: a confidential household by who was not named, a note by who does not follow the household.

Words that stand nowhere else are written wherever the household or the note may be told; then every page, file, search
and list is opened by every role, and by every role of another résidence, and must not hold one of them.
"""

import datetime
import io
import zipfile
from functools import cache

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accompagnement.models import (
    BilanProjet,
    BrouillonNote,
    ContratEngagement,
    DemandeAcces,
    DemandeLogement,
    DiagnosticHabitat,
    DossierSocial,
    EntretienRsa,
    EtapeObjectif,
    Incident,
    NiveauBilan,
    NoteSociale,
    Objectif,
    OffreLogement,
    OrientationPartenaire,
    Priorite,
    SituationInstance,
)
from admissions.models import Decision, Orientation
from residence.actions.documents import pdf_of
from residence.duties import rebuild_duties
from residence.models import DocumentEmis, Echeance, Menage, Personne, PieceJointe, RendezVous
from residence.models.base import today
from residence.permissions import Cause, Role
from tests.factories import DossierFactory, MenageFactory, NoteFactory, ResidenceFactory, UserFactory
from tests.kept import kept
from tests.signing_in import signed_in
from tests.test_house_rights import ADDRESSES, LISTS, opens
from tests.world import NAME, World

# The household: its names, its date of birth in each way of writing it, how to reach it, what happened to it.
HOUSEHOLD = (
    NAME,
    "Zoé-Canari",
    "07/07/1977",
    "1977-07-07",
    "7 juillet 1977",
    "impasse du Serin",
    "0707070707",
    "canari@exemple.fr",
    "7070707",
    "Serinette",
    "plumage",
)
# The note of another household, kept to its referents.
NOTE = ("zibeline", "hermine")
# A danger told of it too, for the coordinatrices alone.
DANGER = ("martinet",)


@pytest.fixture(scope="module")
def canary(django_db_setup, django_db_blocker):
    """A confidential household with something of each kind, and a note kept to its referents."""
    with kept(django_db_blocker) as keep:
        world = World(is_confidential=True).make()
        _write_canaries(world)
        rebuild_duties()
        for document in DocumentEmis.objects.all():
            pdf_of(document)  # once: a test takes back what it makes
        yield keep(world)


def _write_canaries(world):
    hidden = Menage.objects.filter(is_confidential=True)
    hidden.update(address="7 impasse du Serin", phone="0707070707", email="canari@exemple.fr", caf_number="7070707")
    Personne.objects.filter(menages__in=hidden).update(
        first_names="Zoé-Canari",
        born_on=datetime.date(1977, 7, 7),
        birth_place="Serinette",
        phone="0707070707",
        email="canari@exemple.fr",
    )
    told = "Départ après le plumage"
    Orientation.objects.filter(menage__in=hidden).update(
        reasons=told, social_evaluation=told, current_situation=told, closed_detail=told
    )
    Decision.objects.update(reasons=told, reasons_prescripteur=told, conditions=told)
    DossierSocial.objects.filter(menage__in=hidden).update(pinned_note=told)
    NoteSociale.objects.filter(dossier__menage__in=hidden).update(text=told, next_step=told)
    BilanProjet.objects.filter(dossier__menage__in=hidden).update(words=told)
    NiveauBilan.objects.update(comment=told)
    Objectif.objects.filter(dossier__menage__in=hidden).update(words=told)
    EtapeObjectif.objects.update(what=told, who_detail=told)
    DiagnosticHabitat.objects.update(conclusion=told)
    DemandeLogement.objects.update(communes=told, types=told)
    Priorite.objects.update(reference=told)
    ContratEngagement.objects.update(actions=told, fewer_hours_reason=told)
    EntretienRsa.objects.update(done=told, to_do=told)
    Incident.objects.filter(menage__in=hidden).update(told=told, where="Serinette", source_detail=told)
    OrientationPartenaire.objects.update(shared=told, answer_detail=told)
    SituationInstance.objects.update(need=told)
    OffreLogement.objects.update(bailleur=told, commune="Serinette", home=told)
    RendezVous.objects.filter(menage__in=hidden).update(place="Serinette")
    PieceJointe.objects.filter(menage__in=hidden).update(name="Plumage.pdf")
    Echeance.objects.create(
        kind="dossier.name_referent",
        due_on=datetime.date(2026, 1, 1),
        residence=world.residence,
        role=Role.COORDINATRICE,
        menage=world.menage,
        target_type=ContentType.objects.get_for_model(DossierSocial),
        target_id=world.dossier_closed.pk,
        detail=told,
    )
    BrouillonNote.objects.create(dossier=world.dossier, author=world.author, data={"text": told})
    # Another household, open to all: its note is not.
    world.open_menage = MenageFactory(name="OUVERT Paul", attached=(world.residence, Cause.SEJOUR))
    world.open_dossier = DossierFactory(menage=world.open_menage, residence=world.residence)
    world.open_acces = DemandeAcces.objects.create(
        residence=world.residence,
        menage=world.open_menage,
        personne=world.open_menage.membres.get().personne,
        received_on=today(),
        identity="connue",
        recorded_by=world.author,
    )
    world.kept = NoteFactory(
        dossier=world.open_dossier,
        author=world.author,
        level="referents",
        text="La zibeline dort",
        next_step="Revoir l’hermine",
        next_step_on=datetime.date(2026, 1, 1),
    )
    world.replaced = NoteFactory(dossier=world.open_dossier, author=world.author, text="zibeline d’avant")
    NoteFactory(
        dossier=world.open_dossier, author=world.author, level="referents", text="hermine", replaces=world.replaced
    )
    BrouillonNote.objects.create(dossier=world.open_dossier, author=world.author, data={"text": "zibeline"})
    # What happened to an open household too, when it is a danger: for the social team alone.
    world.danger = Incident.objects.create(
        residence=world.residence,
        kind="violence",
        happened_at=timezone.now(),
        menage=world.open_menage,
        where="palier du martinet",
        told="Le martinet a crié",
        reported_by=world.author,
    )
    world.danger.suites.create(kind="victime", on=timezone.localdate(), text="martinet", written_by=world.author)


def client_of(role, residence):
    return signed_in(UserFactory(role=role, residence=residence))


def told(response):
    """All that an answer tells: headers, page, text of a PDF, cells of a workbook."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    if content.startswith(b"%PDF") and b"%%EOF" in content:  # and not the beginning of one, as tests attach
        return headers + text_of(content)
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return headers + " ".join(book.read(name).decode(errors="replace") for name in book.namelist())
    return headers + content.decode(errors="replace")


@cache
def text_of(content):
    """What a PDF says; every reader is given the same bytes of an issued one."""
    reader = PdfReader(io.BytesIO(content))
    return " ".join(page.extract_text() for page in reader.pages) + str(reader.metadata)


def read(client, address, method="get"):
    with transaction.atomic():
        response = getattr(client, method)(address)
        if response.status_code == 405:
            response = client.post(address)
        text = told(response)
        transaction.set_rollback(True)
    return text


def pages(world, role):
    """Every address that is open to the role, with the rows of the household, then with those of the other one."""
    for name, pattern in sorted(ADDRESSES.items()):
        if not opens(role, name):
            continue
        converters = pattern.pattern.converters
        yield reverse(name, kwargs=world.kwargs_of(name, converters))
        others = {
            "menage_id": world.open_menage,
            "dossier_id": world.open_dossier,
            "note_id": world.kept,
            "acces_id": world.open_acces,
        }
        if converters and set(converters) <= set(others):
            yield reverse(name, kwargs={key: others[key].pk for key in converters})
    yield reverse("accompagnement:note_detail", args=[world.replaced.pk])
    for name in ("detail", "follow", "requalify", "close"):
        yield reverse(f"accompagnement:incident_{name}", args=[world.danger.pk])
    yield reverse("accompagnement:incident_list") + "?etat=tous"
    for one in DocumentEmis.objects.filter(menage__is_confidential=True):
        yield one.get_absolute_url()


def lists(world):
    """Lists asked for the household, by what is known of it; the search both as a page and as suggestions."""
    wide = {
        "/?tout": HOUSEHOLD + NOTE,
        "/accompagnement/?referent=tous&etat=tous": HOUSEHOLD + NOTE,
        "/rendez-vous/?qui=equipe": HOUSEHOLD + NOTE,
        f"/journal/?menage={world.menage.pk}": HOUSEHOLD + NOTE,
        f"/menages/{world.open_menage.pk}/?theme=accompagnement": HOUSEHOLD + NOTE,
    }
    yield from wide.items()
    for asked in (NAME, "introuvabl", "Zoé-Canari", "07/07/1977", "7070707", str(world.menage.pk)):
        # The page repeats what was asked, and nothing else of it.
        words = tuple(word for word in HOUSEHOLD if word.lower() not in asked.lower())
        yield f"/recherche/?q={asked}", words
        yield f"/rendez-vous/nouveau/?menage={asked}", words
        yield f"/accompagnement/?referent=tous&etat=tous&q={asked}", words
    # What is written in notes: a word of the household, of the note kept to its referents, of the one replaced.
    yield "/accompagnement/notes/chercher/?q=plumage", tuple(word for word in HOUSEHOLD if word != "plumage")
    yield "/accompagnement/notes/chercher/?q=dort", HOUSEHOLD + NOTE
    yield "/accompagnement/notes/chercher/?q=zibelin", (*HOUSEHOLD, "zibeline", "hermine", "Ouvert Paul")


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_no_page_tells_what_is_kept(role, canary):
    client = client_of(role, canary.residence)
    for address in pages(canary, role):
        text = read(client, address).lower()
        for word in HOUSEHOLD + NOTE + (() if role == Role.COORDINATRICE else DANGER):
            assert word.lower() not in text, f"{role} {address} tells « {word} »"


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_no_list_and_no_search_tells_what_is_kept(role, canary):
    client = client_of(role, canary.residence)
    for address, words in lists(canary):
        text = read(client, address).lower()
        for word in words:
            assert word.lower() not in text, f"{role} {address} tells « {word} »"


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.GESTIONNAIRE, Role.TECHNIQUE])
def test_the_admin_tells_nothing_either(role, canary):
    client = client_of(role, canary.residence)
    for model in apps.get_models():
        if not site.is_registered(model):
            continue
        changelist = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
        addresses = [changelist, f"{changelist}?q={NAME[:6]}", f"{changelist}export/"]
        for row in model._default_manager.all()[:30]:
            addresses += [f"{changelist}{row.pk}/change/", f"{changelist}{row.pk}/history/"]
        for address in addresses:
            text = read(client, address).lower()
            for word in HOUSEHOLD + NOTE + DANGER:
                assert word.lower() not in text, f"{role} {address} tells « {word} »"


@pytest.mark.django_db
def test_the_same_household_is_there_for_who_was_named(canary):
    """The canaries would show if nothing hid them."""
    user = UserFactory(role=Role.COORDINATRICE, residence=canary.residence)
    canary.menage.acces_confidentiels.create(user=user, capacity="referent", granted_by=canary.author)
    canary.open_menage.referents.create(residence=canary.residence, user=user)
    client = signed_in(user)

    unseen = {
        NAME,
        "Zoé-Canari",
        "07/07/1977",
        "impasse du Serin",
        "0707070707",
        "plumage",
        "zibeline",
        "hermine",
        *DANGER,
    }
    for address in pages(canary, Role.COORDINATRICE):
        text = read(client, address).lower()
        unseen = {word for word in unseen if word.lower() not in text}
        if not unseen:
            break
    assert not unseen


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.COORDINATRICE, Role.GESTIONNAIRE, Role.DIRECTION])
def test_another_residence_tells_nothing(role, canary):
    """Its lists and searches: that its rows are not found there, tests/test_house_rights.py says."""
    client = client_of(role, ResidenceFactory())
    for name in LISTS:
        if opens(role, name):
            text = read(client, reverse(name)).lower()
            for word in (*HOUSEHOLD, *NOTE, *DANGER, "ouvert paul"):
                assert word.lower() not in text, f"{role} elsewhere, {name} tells « {word} »"
