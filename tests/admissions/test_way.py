"""One household's way through the pages, from the request to the contract: for the SIAO, and for the CCAS."""

import datetime
import io

import pypdf
import pytest
from django.core.management import call_command
from django.urls import reverse

from admissions.models import Decision, Orientation, PassageCommission, Proposition, SessionCommission
from logement.models import OccupationPlace
from residence.actions.documents import pdf_of
from residence.models import DocumentEmis, Echeance, EntreeJournal, PieceRequise
from residence.models.base import today
from residence.permissions import Role
from residence.queries.accueil import duties_of
from tests.admissions.conftest import fresh
from tests.factories import CategoriePlaceFactory, DispositifFactory, PlaceFactory, TarifFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def page(client, name, *args):
    response = client.get(reverse(f"admissions:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def send(client, name, *args, **data):
    """Post a form and follow; a form refused stays on its page and says why."""
    response = client.post(reverse(f"admissions:{name}", args=args), data, follow=True)
    assert response.status_code == 200, response.content.decode()[:2000]
    return response


def text_of(document):
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(document)))
    return " ".join("\n".join(one.extract_text() for one in reader.pages).split()), len(reader.pages)


def management(prefix, total=0, initial=0):
    return {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": initial}


def themes():
    names = [
        "droits",
        "sante",
        "logement",
        "emploi",
        "budget",
        "vie_quotidienne",
        "parentalite",
        "numerique",
        "langue",
        "isolement",
    ]
    sent = management("themes", len(names), len(names))
    for rank, name in enumerate(names):
        sent |= {f"themes-{rank}-theme": name, f"themes-{rank}-level": "none", f"themes-{rank}-comment": ""}
    return sent


def interview(orientation, **changes):
    """What the page of the interview sends."""
    entretien = getattr(fresh(orientation), "entretien", None)
    sent = {
        "version": entretien.version if entretien else 0,
        "held_on": f"{today():%d/%m/%Y}",
        "autonomy": "full",
        "has_activity": "",
        "proposal": "Situation stable, avis favorable.",
        "menage-civility": "madame",
        "menage-last_name": "Diallo",
        "menage-first_names": "Awa",
        "menage-birth": "17/5/90",
        "menage-nationality": "fr",
        "menage-address": "3 rue Neuve",
        "menage-postal_code": "63000",
        "menage-city": "Clermont-Ferrand",
        **management("membres"),
        **management("ressources", 1),
        "ressources-0-kind": "retraite",
        "ressources-0-monthly_amount": "1 000,00",
        "ressources-0-is_proved": "on",
        **management("charges", 1),
        "charges-0-kind": "telephone",
        "charges-0-monthly_amount": "100",
        **management("dettes"),
        **themes(),
    }
    for piece in orientation.dispositif.pieces.all():
        sent[f"piece-{piece.pk}-received_on"] = f"{today():%d/%m/%Y}"
    return sent | changes


def request_of(dispositif, **changes):
    """What the page of the orientation sends."""
    return {
        "dispositif": dispositif.pk,
        "route": "siao",
        "received_on": f"{today():%d/%m/%Y}",
        "siao_number": "63-2026-00042",
        "new_partenaire": "SIAO du Puy-de-Dôme",
        "contact_name": "Lucie Morel",
        "civility": "madame",
        "last_name": "Diallo",
        "first_names": "Awa",
        "birth": "1990",
        "nationality": "fr",
        "needs": ["calme"],
        "reasons": "Hébergée chez un tiers.",
        "form_key": "7f8b1d6a-9a0c-4f6e-8a3e-0c5f6c0d9b11",
        **management("membres"),
    } | changes


def test_a_household_of_the_siao_goes_all_the_way(here, dispositif, place, nadia, gestionnaire, direction, members):
    coordinatrice, manager, head = signed_in(nadia), signed_in(gestionnaire), signed_in(direction)

    # The request
    page(coordinatrice, "orientation_create")
    send(coordinatrice, "orientation_create", **request_of(dispositif))
    orientation = Orientation.objects.get()
    assert orientation.menage.membres.get().personne.birth_precision == "year"
    assert "Fixer l’entretien" in page(coordinatrice, "orientation_detail", orientation.pk)
    assert "DIALLO Awa" in page(coordinatrice, "orientation_list")

    # The interview: planned, then held
    page(coordinatrice, "entretien_plan", orientation.pk)
    day = today() + datetime.timedelta(days=3)
    send(
        coordinatrice,
        "entretien_plan",
        orientation.pk,
        day=f"{day:%d/%m/%Y}",
        hour="9h30",
        minutes="60",
        user=nadia.pk,
        place="Bureau 2",
    )
    invitation = DocumentEmis.objects.get(kind="invitation")
    words, pages = text_of(invitation)
    assert pages == 1
    assert "9 h 30" in words
    assert "Pièce d’identité" in words
    assert "DIALLO" in words
    assert "Tenir l’entretien" in page(coordinatrice, "orientation_detail", orientation.pk)

    page(coordinatrice, "entretien_record", orientation.pk)
    send(
        coordinatrice,
        "entretien_record",
        orientation.pk,
        **interview(orientation, wished_categorie=place.categorie_id),
    )
    orientation = fresh(orientation)
    assert orientation.status == "incomplete"
    assert orientation.menage.membres.get().personne.born_on == datetime.date(1990, 5, 17)
    shown = page(coordinatrice, "entretien_record", orientation.pk)
    assert "Reste à payer" in shown
    assert "barème APL 1" in shown
    assert "barème APL 2" in shown

    # The commission
    send(coordinatrice, "orientation_ready", orientation.pk)
    page(coordinatrice, "session_prepare")
    send(
        coordinatrice,
        "session_prepare",
        day=f"{today():%d/%m/%Y}",
        hour="14:00",
        quorum="2",
        place="Salle du conseil",
        members=[member.pk for member in members],
        form_key="7f8b1d6a-9a0c-4f6e-8a3e-0c5f6c0d9b12",
    )
    session = SessionCommission.objects.get()
    page(coordinatrice, "passage_add", orientation.pk)
    assert "DIALLO Awa" in page(coordinatrice, "session_detail", session.pk)
    send(coordinatrice, "session_agenda", session.pk, orientations=[orientation.pk])
    page(coordinatrice, "session_convene", session.pk)
    send(coordinatrice, "session_convene", session.pk)
    passage = PassageCommission.objects.get()
    words, pages = text_of(passage.synthese)
    assert pages == 1
    assert "Situation stable, avis favorable." in words
    assert "420,00" in words
    assert "Hébergée chez un tiers" not in words

    member = signed_in(members[0])
    assert "Situation stable" in page(member, "passage_detail", passage.pk)
    assert member.get(reverse("admissions:passage_synthese", args=[passage.pk])).content.startswith(b"%PDF")
    send(member, "opinion_give", passage.pk, opinion="for", comment="")
    page(coordinatrice, "session_open", session.pk)
    send(coordinatrice, "session_open", session.pk, present=[members[0].pk, members[1].pk])
    page(coordinatrice, "decision_record", passage.pk)
    send(coordinatrice, "decision_record", passage.pk, kind="favorable", reasons="Votre projet correspond.")
    assert fresh(orientation).status == "decided"
    page(head, "session_close", session.pk)
    send(head, "session_close", session.pk)
    assert fresh(orientation).status == "waiting"
    words, _ = text_of(fresh(session).minutes)
    assert "DIALLO Awa" in words
    assert "1 pour, 0 contre" in words
    assert "Votre projet correspond." in words

    # The letters
    decision = Decision.objects.get()
    assert "Éditer les lettres" in page(coordinatrice, "orientation_detail", orientation.pk)
    page(coordinatrice, "decision_letters", decision.pk)
    send(
        coordinatrice,
        "decision_letters",
        decision.pk,
        notified_on=f"{today():%d/%m/%Y}",
        answered_on=f"{today():%d/%m/%Y}",
    )
    decision = fresh(decision)
    words, pages = text_of(decision.letter_candidat)
    assert pages == 1
    assert "Madame Awa DIALLO" in words
    assert "3 rue Neuve" in words
    assert "La commission dit oui" in words
    words, _ = text_of(decision.letter_prescripteur)
    assert "SIAO du Puy-de-Dôme" in words
    assert "à l’attention de Lucie Morel" in words
    assert "63-2026-00042" in words
    page(coordinatrice, "decision_letters", decision.pk)

    # The place
    assert "A101" in page(coordinatrice, "proposition_make", orientation.pk)
    assert "DIALLO Awa" in page(manager, "candidat_list")
    entry = today() + datetime.timedelta(days=7)
    send(
        coordinatrice,
        "proposition_make",
        orientation.pk,
        place=place.pk,
        entry_on=f"{entry:%d/%m/%Y}",
        answer_by_on=f"{today() + datetime.timedelta(days=8):%d/%m/%Y}",
    )
    proposition = Proposition.objects.get()
    words, pages = text_of(proposition.document)
    assert pages == 1
    assert "A101" in words
    assert "420,00" in words
    page(coordinatrice, "proposition_answer", proposition.pk)
    send(coordinatrice, "proposition_answer", proposition.pk, answer="accept", answered_on=f"{today():%d/%m/%Y}")
    assert OccupationPlace.objects.live().get().kind == "reservation"
    shown = page(manager, "proposition_detail", proposition.pk)
    assert f"?place={place.pk}&amp;entree={entry.isoformat()}" in shown
    assert "Préparer le contrat" not in page(coordinatrice, "proposition_detail", proposition.pk)
    assert [one.kind for one in duties_of(gestionnaire)] == ["contrat.prepare"]

    # What is stored as due is what the rules say
    before = set(Echeance.objects.open().values_list("kind", "target_id", "role", "user_id", "due_on"))
    call_command("quotidien", verbosity=0)
    assert set(Echeance.objects.open().values_list("kind", "target_id", "role", "user_id", "due_on")) == before
    assert EntreeJournal.objects.filter(menage=orientation.menage).count() > 12


def test_a_household_of_the_ccas_goes_to_a_room_of_a_shared_flat(here, nadia, direction, members, gestionnaire):
    ccas = DispositifFactory(residence=here, permanent=True)
    PieceRequise.objects.create(dispositif=ccas, name="Notification de retraite")
    categorie = CategoriePlaceFactory(residence=here, name="Chambre", type_logement="chambre")
    TarifFactory(categorie=categorie)
    rooms = [
        PlaceFactory(residence=here, dispositif=ccas, categorie=categorie, code=code, surface=12)
        for code in ("B1-1", "B1-2")
    ]
    for room in rooms:
        type(room.logement).objects.filter(pk=room.logement_id).update(is_shared=True, type_logement="T4")
    client, head = signed_in(nadia), signed_in(direction)
    send(
        client,
        "orientation_create",
        **request_of(
            ccas,
            route="ccas",
            siao_number="",
            new_partenaire="CCAS de Clermont-Ferrand",
            social_evaluation="Retraité, autonome.",
            needs=[],
        ),
    )
    orientation = Orientation.objects.get()
    send(client, "entretien_record", orientation.pk, **interview(orientation, wished_categorie=categorie.pk))
    send(client, "orientation_ready", orientation.pk)
    send(
        client,
        "session_prepare",
        day=f"{today():%d/%m/%Y}",
        hour="14 h",
        quorum="1",
        members=[members[0].pk],
    )
    session = SessionCommission.objects.get()
    send(client, "passage_add", orientation.pk, session=session.pk)
    send(client, "session_convene", session.pk)
    send(client, "session_open", session.pk, present=[members[0].pk])
    passage = PassageCommission.objects.get()
    send(client, "decision_record", passage.pk, kind="favorable", reasons="Vous serez bien ici.")
    send(head, "session_close", session.pk)
    send(client, "decision_letters", Decision.objects.get().pk, notified_on=f"{today():%d/%m/%Y}")
    assert "sans limitation" not in page(client, "orientation_detail", orientation.pk)
    send(
        client,
        "proposition_make",
        orientation.pk,
        place=rooms[0].pk,
        entry_on=f"{today():%d/%m/%Y}",
        answer_by_on=f"{today():%d/%m/%Y}",
    )
    proposition = Proposition.objects.get()
    words, _ = text_of(proposition.document)
    assert "chambre privative B1-1 dans un appartement partagé" in words
    assert "sans limitation de durée" in words
    assert fresh(orientation).answered_on is None
    assert Role.COORDINATRICE in {one.role for one in Echeance.objects.open()}
