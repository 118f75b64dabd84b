"""The letters of decision: who gets them, how they leave, what is kept of it, and that they never change."""

import datetime
import io

import pypdf
import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from admissions.actions.lettres import (
    email_letters,
    issue_letters,
    issue_session_letters,
    post_letters,
    send_again,
    send_email,
)
from admissions.actions.sessions import close_session
from admissions.models import Decision, EnvoiLettre
from admissions.queries.lettres import lettres_of
from residence.actions.documents import pdf_of
from residence.actions.personnes import mask_menage
from residence.confidentiality import reading_as
from residence.models import AccesConfidentiel, DocumentEmis, Echeance, EntreeJournal
from residence.models.base import today
from residence.permissions import Role
from tests.admissions.conftest import REFERENCE, fresh
from tests.admissions.test_commission import decide, mandataire, words
from tests.admissions.test_pages import read, status, url
from tests.factories import UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
MM = 72 / 25.4


@pytest.fixture
def decided(sitting, session, ready, nadia, direction):
    """Decisions of one closed sitting, one a file: (kind, more) each, or an orientation to decide on."""

    def make(*orientations, kind="favorable", **more):
        passages = sitting(*(orientations or [ready()]))
        decisions = [decide(nadia, passage, kind, **more) for passage in passages]
        close_session(by=direction, session=session)
        return [fresh(one) for one in decisions]

    return make


@pytest.fixture
def issued(decided, nadia):
    def make(*orientations, **more):
        return [
            fresh(issue_letters(by=nadia, decision=one, notified_on=today())) for one in decided(*orientations, **more)
        ]

    return make


def agree(orientation, email="awa@exemple.fr"):
    menage = orientation.menage
    menage.email, menage.email_agreed_on = email, today()
    menage.save()
    return orientation


def documents(decisions):
    return [one.document.pk for one in lettres_of(decisions)]


def duties():
    return set(Echeance.objects.open().values_list("kind", flat=True))


def pages_of(content):
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def lines_at(page):
    """(millimetres from the left, from the top, text) of what a page says."""
    seen = []

    def visit(text, user, matrix, *rest):
        if text.strip():
            x, y = matrix[4] * user[0] + user[4], matrix[5] * user[3] + user[5]
            seen.append((x / MM, 297 - y / MM, text.strip()))

    page.extract_text(visitor_text=visit)
    return seen


# What they say


@pytest.mark.parametrize(
    ("kind", "more", "to_candidate", "to_partner"),
    [
        ("favorable", {}, "La commission dit oui.", "Admis"),
        ("waiting_list", {}, "Vous êtes inscrit en liste d’attente.", "Admis, en liste d’attente"),
        (
            "favorable_subject_to",
            {"conditions": "une assurance", "conditions_by_on": datetime.date(2099, 1, 1)},
            "La commission dit oui, sous réserve.",
            "Admis sous réserve",
        ),
        ("deferred", {"deferred_to_on": datetime.date(2099, 1, 1)}, "La commission n’a pas encore décidé.", "Ajourné"),
        ("unfavorable", {"motives": ["hors_projet"]}, "La commission dit non.", "Refusé"),
    ],
)
def test_each_decision_has_its_words(issued, kind, more, to_candidate, to_partner):
    (decision,) = issued(kind=kind, **more)
    candidate, partner = words(decision.letter_candidat), words(decision.letter_prescripteur)
    assert to_candidate in candidate
    assert to_candidate not in partner
    assert f"Réponse à saisir {to_partner}" in partner
    assert decision.letter_candidat.number in candidate
    for reader in (decision.letter_candidat, decision.letter_prescripteur):
        assert len(pypdf.PdfReader(io.BytesIO(pdf_of(reader))).pages) == 1


def test_the_address_stands_in_the_window(issued, ready):
    """A DL window shows at least 100 to 190 mm from the left, 55 to 79 mm from the top, however the sheet slides."""
    household = {
        "address": "Résidence universitaire des Hauts de Sainte-Victoire, bâtiment 12, escalier C",
        "postal_code": "63000",
        "city": "Clermont-Ferrand",
    }
    (decision,) = issued(ready(household=household))
    for document in (decision.letter_candidat, decision.letter_prescripteur):
        page = pypdf.PdfReader(io.BytesIO(pdf_of(document))).pages[0]
        address = {line: (x, y) for x, y, line in lines_at(page) if line in document.data["recipient_lines"]}
        assert len(address) == len(document.data["recipient_lines"])
        assert all(100 <= x <= 120 and 48 <= y <= 80 for x, y in address.values()), address
        others = [one for one in lines_at(page) if one[2] not in address and 100 <= one[0] <= 190]
        assert not [one for one in others if 48 <= one[1] <= 79], "nothing else shows in the window"


def test_a_letter_never_changes_after_issue(issued, nadia):
    (decision,) = issued(reasons="Votre projet tient la route.")
    letter = decision.letter_candidat
    before, content = letter.data_sha256, pdf_of(letter)
    menage = decision.passage.orientation.menage
    menage.address = "9 autre rue"
    menage.save()
    decision.reasons = "Autre chose."
    decision.save()

    again = issue_letters(by=nadia, decision=decision, notified_on=today())

    assert again.letter_candidat_id == letter.pk
    assert pdf_of(fresh(letter)) == content
    assert fresh(letter).data_sha256 == before
    assert "Autre chose" not in words(fresh(letter))
    for change in ({"data": {}}, {"number_of_nothing": 1}, {"issued_on": datetime.date(2020, 1, 1)}):
        if "number_of_nothing" in change:
            continue
        with pytest.raises(DatabaseError), transaction.atomic():
            DocumentEmis.objects.filter(pk=letter.pk).update(**change)
    with pytest.raises(ValidationError, match="pendant la séance"):
        decide(nadia, decision.passage, "unfavorable", motives=["dette"])


def test_no_letter_says_health_or_what_the_interview_says(issued, ready, hold):
    from_interview = "Le vigneron boit trop de café."
    orientation = ready(reasons=from_interview, social_evaluation=from_interview)
    (decision,) = issued(fresh(hold(orientation, autonomy_comment=from_interview)))
    for document in (decision.letter_candidat, decision.letter_prescripteur):
        assert from_interview not in str(document.data)


# Who gets them


def test_a_tuteur_alone_and_a_curateur_with_a_copy(issued, ready, nadia):
    alone, with_copy = ready(), ready(reference=REFERENCE | {"first_names": "Ali"})
    mandataire(alone.menage, "tutelle")
    mandataire(with_copy.menage, "curatelle", name="Association Tutélaire")
    first, second = issued(agree(alone), agree(with_copy))
    assert [one.email for one in lettres_of([first, second])] == [""] * 4
    wanted = [first.letter_candidat_id, second.letter_candidat_id]
    response = signed_in(nadia).get(url("lettre_print", first.passage.session_id), {"lettres": wanted})
    pages = [page for page in pages_of(response.content) if page]
    assert len(pages) == 3
    assert "UDAF du Puy-de-Dôme pour Madame Awa DIALLO 2 rue Bourzeix" in pages[0]
    assert "Association Tutélaire pour Madame Ali DIALLO 2 rue Bourzeix" in pages[1]
    assert "Copie : Madame Ali DIALLO" in pages[1]
    assert "Madame Ali DIALLO 3 rue Neuve" in pages[2]
    assert "Copie du courrier adressé à Association Tutélaire" in pages[2]


# How they leave


def test_by_e_mail_to_who_agreed_only(issued, ready, nadia, siao, django_capture_on_commit_callbacks):
    decisions = issued(agree(ready()), ready(reference=REFERENCE | {"first_names": "Ali"}), reasons="Projet clair.")
    assert "lettre.send" in duties()

    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            email_letters(by=nadia, decisions=map(fresh, decisions), documents=documents(decisions))

    (message,) = mail.outbox
    assert message.to == ["awa@exemple.fr"]
    for said in ("Diallo", "DIALLO", "favorable", "Projet clair", "commission"):
        assert said not in message.subject + message.body
    ((name, content, kind),) = message.attachments
    assert (name.endswith(".pdf"), kind) == (True, "application/pdf")
    assert content == pdf_of(decisions[0].letter_candidat)
    envoi = EnvoiLettre.objects.get()
    assert (envoi.means, envoi.address, envoi.sent_on, envoi.asked_by) == ("email", "awa@exemple.fr", today(), nadia)
    assert EntreeJournal.objects.filter(action="lettre.send").count() == 1


def test_a_partner_who_agreed_is_answered_by_e_mail(issued, siao):
    contact = siao.contacts.get()
    contact.email = "lucie@siao63.fr"
    contact.save()
    (decision,) = issued()
    assert lettres_of([fresh(decision)])[1].on_paper_because == "n’a pas accepté le courriel"
    siao.email_agreed_on = today()
    siao.save()
    assert lettres_of([fresh(decision)])[1].email == "lucie@siao63.fr"


def test_a_mail_server_that_is_down_is_told_and_tried_again(
    issued, ready, nadia, monkeypatch, django_capture_on_commit_callbacks
):
    (decision,) = issued(agree(ready()))

    def broken(*args, **kwargs):
        raise OSError("no route")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", broken)
        with django_capture_on_commit_callbacks(execute=True):
            email_letters(by=nadia, decisions=[fresh(decision)], documents=documents([decision]))
    assert EnvoiLettre.objects.get().failed_at is not None
    assert "N’a pas pu partir" in read(nadia, "decision_letters", decision.pk)
    assert "lettre.send" in duties()

    with django_capture_on_commit_callbacks(execute=True):
        email_letters(by=nadia, decisions=[fresh(decision)], documents=documents([decision]))
    send_email(EnvoiLettre.objects.last().pk)

    assert len(mail.outbox) == 1
    assert [bool(one.sent_on) for one in EnvoiLettre.objects.all()] == [False, True]


def test_tried_again_by_itself_ever_later_then_to_be_printed(
    issued, ready, nadia, siao, monkeypatch, django_capture_on_commit_callbacks, time_machine
):
    siao.email_agreed_on = today()
    siao.save()
    (decision,) = issued(agree(ready()))
    down = [True]

    def send(message):
        if down[0]:
            raise OSError("no route")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)
    with django_capture_on_commit_callbacks(execute=True):
        email_letters(by=nadia, decisions=[fresh(decision)], documents=[decision.letter_candidat_id])
    begun, tried = today(), []
    for days in range(12):
        day = begun + datetime.timedelta(days=days)
        time_machine.move_to(datetime.datetime.combine(day, datetime.time(5, 30)))
        with django_capture_on_commit_callbacks(execute=True):
            if send_again(day=day):
                tried.append(days)
        # While it is tried, nobody has to: the other letter alone waits for somebody.
        assert ("lettre.print" in duties()) is (days >= 7), days
    assert tried == [1, 3, 7]

    (duty,) = Echeance.objects.open().filter(kind="lettre.print")
    assert duty.detail == "lettre au candidat"
    assert "imprimez cette lettre" in read(nadia, "decision_letters", decision.pk)
    assert EntreeJournal.objects.filter(action="lettre.retry", by=None).count() == 3
    post_letters(by=nadia, decisions=[decision], documents=[decision.letter_candidat_id], means="post", sent_on=today())
    assert "lettre.print" not in duties()

    # One that a stopped server left on its way leaves the next day, once.
    left = EnvoiLettre.objects.create(
        decision=decision,
        document=decision.letter_prescripteur,
        means="email",
        address="siao@siao63.fr",
        asked_by=nadia,
        asked_at=timezone.now() - datetime.timedelta(days=1),
    )
    down[0] = False
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            send_again(day=today())
    assert fresh(left).sent_on == today()
    assert not {"lettre.send", "lettre.print"} & duties()


def test_on_paper_with_its_day_and_the_duty_ends(issued, nadia):
    (decision,) = issued()
    asked = {"by": nadia, "documents": documents([decision]), "means": "post"}
    with pytest.raises(ValidationError, match="entre le jour dont elle est datée"):
        post_letters(decisions=[decision], sent_on=today() + datetime.timedelta(days=1), **asked)
    with pytest.raises(ValidationError, match="en main propre"):
        post_letters(decisions=[decision], sent_on=today(), **(asked | {"means": "email"}))

    assert post_letters(decisions=[decision], sent_on=today(), **asked) == 2
    assert post_letters(decisions=[fresh(decision)], sent_on=today(), **asked) == 0

    assert EnvoiLettre.objects.count() == 2
    assert not {"decision.letters", "lettre.send"} & duties()
    with pytest.raises(IntegrityError), transaction.atomic():
        EnvoiLettre.objects.create(
            decision=decision, document=decision.letter_candidat, means="post", asked_by=nadia, sent_on=None
        )


def test_the_duty_stays_until_both_letters_have_left(issued, nadia):
    (decision,) = issued()
    post_letters(by=nadia, decisions=[decision], documents=[decision.letter_candidat_id], means="post", sent_on=today())
    assert "lettre.send" in duties()


# The page of a sitting


def test_a_sitting_s_letters_are_issued_printed_and_noted_together(decided, ready, nadia, session, direction, members):
    decisions = decided(ready(), ready(reference=REFERENCE | {"first_names": "Ali"}))
    client, page = signed_in(nadia), url("session_letters", session.pk)
    assert "2 décisions attendent" in client.get(page).content.decode().replace("\u00a0", " ")
    assert status(nadia, "lettre_print", session.pk) == 302

    client.post(page, {"notified_on": today().isoformat(), "answers": "on"})

    decisions = [fresh(one) for one in decisions]
    assert all(one.passage.orientation.answered_on == today() for one in decisions)
    content = client.get(url("lettre_print", session.pk)).content
    pages = [text for text in pages_of(content) if text]
    assert len(pages) == 4
    assert "Madame Awa DIALLO 3 rue Neuve" in pages[0]
    assert len(pages_of(content)) == 7, "each letter on a sheet of its own"
    asked = {"lettres": documents(decisions), "means": "post", "sent_on": f"{today():%d/%m/%Y}"}
    client.post(url("lettre_send", session.pk), asked)
    assert EnvoiLettre.objects.filter(means="post").count() == 4
    assert "Tout est parti" in client.get(page).content.decode()
    for user in (direction, members[0]):
        assert status(user, "session_letters", session.pk) == status(user, "lettre_print", session.pk) == 403


def test_a_form_with_nothing_ticked_or_no_day_says_so(issued, nadia, session):
    (decision,) = issued()
    client, send = signed_in(nadia), url("lettre_send", session.pk)
    said = client.post(send, {"means": "post", "sent_on": ""}, follow=True).content.decode()
    assert "Cochez au moins une lettre" in said
    assert "quel jour ces lettres sont parties" in said
    said = client.post(send, {"means": "email", "lettres": documents([decision]), "decision": decision.pk}, follow=True)
    assert "ne peut partir par courriel" in said.content.decode()
    assert said.redirect_chain[-1][0] == url("decision_letters", decision.pk)
    assert not EnvoiLettre.objects.exists()


def test_a_confidential_household_is_written_to_on_paper_by_who_was_named(
    decided, ready, here, nadia, gestionnaire, session, direction, sitting
):
    orientation = agree(ready(reference=REFERENCE | {"last_name": "Introuvable"}))
    capacity = AccesConfidentiel.Capacity
    mask_menage(
        by=nadia,
        menage=orientation.menage,
        residence=here,
        named=[
            (nadia, capacity.REFERENT),
            (gestionnaire, capacity.GESTIONNAIRE),
            (UserFactory(role=Role.GESTIONNAIRE, residence=here), capacity.SUBSTITUTE),
        ],
    )
    other = UserFactory(role=Role.COORDINATRICE, residence=here)
    with reading_as(fresh(nadia)):
        hidden, plain = decided(fresh(orientation), ready())
        issue_session_letters(by=nadia, decisions=[hidden, plain], notified_on=today(), answers=False)
        lettres = lettres_of([fresh(hidden)])
    assert [(one.email, one.on_paper_because) for one in lettres] == [("", "dossier confidentiel")] * 2
    shown = read(other, "session_letters", session.pk)
    assert "introuvable" not in shown.lower()
    assert "chez les personnes nommées" in shown
    printed = signed_in(other).get(url("lettre_print", session.pk)).content
    assert "introuvable" not in " ".join(pages_of(printed)).lower()
    sent = {"lettres": documents([fresh(hidden)]), "means": "post", "sent_on": f"{today():%d/%m/%Y}"}
    signed_in(other).post(url("lettre_send", session.pk), sent)
    assert not EnvoiLettre.objects.exists()


def test_the_database_keeps_a_decision_reasoned(decided):
    (decision,) = decided()
    for change in ({"reasons": ""}, {"kind": "unfavorable", "motives": []}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.filter(pk=decision.pk).update(**change)
