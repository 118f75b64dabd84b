"""Absences, guests, entries in a room, procedures, who stays after the end; the duties and papers that go with them."""

import datetime
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from logement.actions.presence import (
    cancel_absence,
    declare_absence,
    declare_tiers,
    end_absence,
    end_tiers,
    inform_of_entree,
    issue_entree_letter,
    record_entree,
)
from logement.actions.procedures import (
    close_procedure,
    end_by_death,
    open_procedure,
    record_etape,
    record_maintien,
    take_back_etape,
)
from logement.actions.sejours import (
    deliver_preavis,
    issue_preavis_letter,
    record_cles,
    record_preavis,
    withdraw_preavis,
)
from logement.hooks import Sejours
from logement.models import ContratOccupation, Destination, EtapeProcedure, OccupationPlace, Preavis
from logement.queries.campagnes import contracts_of, owed_for_month
from logement.queries.presence import guests_of
from logement.queries.procedures import facts_of, shown_steps
from residence.actions.documents import pdf_of
from residence.duties import rebuild_duties
from residence.models import Echeance, EntreeJournal, Personne, TitreSejour
from residence.permissions import Role
from residence.queries.menages import MenageReader
from residence.queries.timeline import timeline
from tests.factories import ContratFactory, SejourFactory

pytestmark = pytest.mark.django_db
D = datetime.date
Status = ContratOccupation.Status


def on(day):
    return time_machine.travel(f"{day} 10:00", tick=False)


@pytest.fixture
def lived(ophis):
    """DIALLO Awa has lived in A101 since 1 March 2025."""
    sejour = SejourFactory(menage=ophis.menage, residence=ophis.residence, dispositif=ophis.temporary)
    ophis.sejour = sejour
    ophis.contrat = ContratFactory(sejour=sejour, place=ophis.place)
    return ophis


def opened(kind):
    return Echeance.objects.open().filter(kind=kind)


def text_of(document):
    pages = PdfReader(BytesIO(pdf_of(document))).pages
    return " ".join("".join(page.extract_text() for page in pages).split())


def test_an_absence_from_its_first_night_to_the_return(lived):
    by, sejour = lived.vie_residentielle, lived.sejour
    with on("2026-01-12"):
        away = declare_absence(by=by, sejour=sejour, start_on=D(2026, 1, 5), reason="unknown")
        assert declare_absence(by=by, sejour=sejour, start_on=D(2026, 1, 5), reason="unknown") == away
        with pytest.raises(ValidationError, match="déjà en cours"):
            declare_absence(by=by, sejour=sejour, start_on=D(2026, 1, 10), reason="unknown")
        assert {one.role for one in opened("absence.over")} == {Role.VIE_RESIDENTIELLE, Role.COORDINATRICE}
        assert opened("absence.over").first().due_on == D(2026, 1, 20)
        with pytest.raises(ValidationError, match="une fois la personne là"):
            end_absence(by=by, absence=away, back_on=D(2026, 1, 13))
    # Going on, it would take the year past what the APL admits: told a month before.
    rebuild_duties(D(2026, 4, 1))
    assert not opened("absence.apl").exists()
    rebuild_duties(D(2026, 4, 15))
    assert opened("absence.apl").get().due_on == D(2026, 5, 8)
    with on("2026-04-15"):
        end_absence(by=by, absence=away, reason="justified", expected_back_on=D(2026, 9, 1))
        assert not opened("absence.apl").exists()
        with pytest.raises(ValidationError, match="ne se résilie pas pour inoccupation"):
            record_preavis(
                by=lived.gestionnaire,
                contrat=lived.contrat,
                given_by_whom=Preavis.By.MANAGER,
                form=Preavis.Form.LRAR,
                delivery=Preavis.Delivery.SENT,
                ground="breach",
                reasons="Logement vide",
                is_for_absence=True,
            )
        end_absence(by=by, absence=away, back_on=D(2026, 4, 15))
        assert not opened("absence.over").exists()
        other = declare_absence(by=by, sejour=sejour, start_on=D(2026, 4, 15), reason="personal")
        cancel_absence(by=by, absence=other)
        assert not opened("absence.over").exists()


def test_guests_are_counted_and_refused_past_the_limits(lived):
    by, sejour = lived.gestionnaire, lived.sejour
    cousin = {"last_name": "Traoré", "first_names": "Ali"}
    with on("2026-01-05"):
        first = declare_tiers(by=by, sejour=sejour, **cousin, start_on=D(2026, 1, 5), end_on=D(2026, 3, 31))
        with pytest.raises(ValidationError, match=r"92 jours au plus \(trois mois\).*la limite serait passée le 07/05"):
            declare_tiers(by=by, sejour=sejour, **cousin, start_on=D(2026, 5, 1), end_on=D(2026, 5, 31))
        with pytest.raises(ValidationError, match=r"déjà déclarée du 05/01/2026 au 31/03/2026"):
            declare_tiers(by=by, sejour=sejour, **cousin, start_on=D(2026, 2, 1), end_on=D(2026, 2, 10))
        friend = {"last_name": "Sow", "first_names": "Fatou"}
        declare_tiers(by=by, sejour=sejour, **friend, start_on=D(2026, 4, 1), end_on=D(2026, 6, 30))
        with pytest.raises(ValidationError, match="184 jours au plus en tout"):
            declare_tiers(
                by=by, sejour=sejour, last_name="Ba", first_names="I", start_on=D(2026, 7, 1), end_on=D(2026, 7, 9)
            )
    guests = guests_of(sejour, D(2026, 4, 10))
    assert (guests.days, {one.tiers.last_name: one.days for one in guests.rows}) == (96, {"Traoré": 86, "Sow": 10})
    rebuild_duties(D(2026, 4, 10))
    assert opened("tiers.over").get().due_on == D(2026, 3, 31)
    with on("2026-04-10"):
        end_tiers(by=by, tiers=first, left_on=D(2026, 4, 2))
    assert not opened("tiers.over").filter(target_id=first.pk).exists()


def test_an_entry_is_asked_for_or_told_afterwards(lived):
    by, sejour = lived.vie_residentielle, lived.sejour
    with on("2026-01-12"):
        asked = {"by": by, "sejour": sejour, "entered_at": timezone.now(), "staff_names": "C. Petit"}
        with pytest.raises(ValidationError, match="se demande avant"):
            record_entree(**asked, kind="request", purpose="Détecteur de fumée")
        record_entree(**asked, kind="request", purpose="Détecteur de fumée", asked_on=D(2026, 1, 8))
        assert not opened("entree.to_tell").exists()
        entree = record_entree(**asked, kind="emergency", purpose="Fuite d’eau")
        assert opened("entree.to_tell").get().due_on == D(2026, 1, 13)
        with pytest.raises(ValidationError, match="Éditez d’abord"):
            inform_of_entree(by=by, entree=entree, informed_on=D(2026, 1, 12))
        letter = issue_entree_letter(by=by, entree=entree)
        assert issue_entree_letter(by=by, entree=entree) == letter
        inform_of_entree(by=by, entree=entree, informed_on=D(2026, 1, 12))
        assert not opened("entree.to_tell").exists()
    assert "Fuite d’eau" in text_of(letter)
    assert "L.633-2" in text_of(letter)


def test_somebody_not_seen_any_more(lived):
    """Steps in their order, a letter, one taken back; the contract goes on whatever is recorded."""
    by, contrat = lived.coordinatrice, lived.contrat
    with on("2026-01-12"):
        case = open_procedure(by=by, contrat=contrat, kind="unseen", event_on=D(2026, 1, 2))
        assert open_procedure(by=by, contrat=contrat, kind="unseen", event_on=D(2026, 1, 2)) == case
        assert opened("procedure.next").get().detail.startswith("Frapper")
        with pytest.raises(ValidationError, match="Notez d’abord"):
            record_etape(by=by, procedure=case, code="summons", done_on=D(2026, 1, 12))
        for code in ("knock", "asked", "check"):
            record_etape(by=by, procedure=case, code=code, done_on=D(2026, 1, 12))
        news = record_etape(by=by, procedure=case, code="letter", done_on=D(2026, 1, 12), note="Sous la porte")
        assert record_etape(by=by, procedure=case, code="letter", done_on=D(2026, 1, 12)) == news
        with pytest.raises(ValidationError, match="Retirez d’abord ce qui a suivi"):
            take_back_etape(by=by, etape=case.etapes.get(code="check"))
        take_back_etape(by=by, etape=news)
        assert [one.step.code for one in shown_steps(case) if one.done] == ["knock", "asked", "check"]
        part = Sejours(MenageReader(by, lived.sejour.menage))
        assert [badge.word for badge in part.banner().badges] == ["personne que l’on ne voit plus"]
        told = [event.sentence for event in timeline([part])]
        assert "Procédure ouverte : personne que l’on ne voit plus" in told
        assert sum(sentence in {one.step.label for one in shown_steps(case) if one.done} for sentence in told) == 3
        record_etape(by=by, procedure=case, code="letter", done_on=D(2026, 1, 12))
        away = declare_absence(by=by, sejour=lived.sejour, start_on=D(2026, 1, 2), reason="justified")
        with pytest.raises(ValidationError, match="absence justifiée"):
            record_etape(by=by, procedure=case, code="summons", done_on=D(2026, 1, 12))
        cancel_absence(by=by, absence=away)
        summons = record_etape(by=by, procedure=case, code="summons", done_on=D(2026, 1, 12))
        assert "dans le mois qui suit" in text_of(summons.document)
        due = next(one for one in shown_steps(case) if one.step.code == "record")
        assert (due.due, due.why) == (
            D(2026, 2, 12),
            "1 mois après « Mettre en demeure de dire si le logement est occupé »",
        )
        close_procedure(by=by, procedure=case, outcome="seen")
        with pytest.raises(ValidationError, match="close"):
            record_etape(by=by, procedure=case, code="record", done_on=D(2026, 1, 12))
        assert not opened("procedure.next").exists()
    contrat.refresh_from_db()
    assert (contrat.status, contrat.end_on) == (Status.RUNNING, None)
    for change in ({"note": "autre"}, {"done_on": D(2026, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            EtapeProcedure.objects.filter(pk=summons.pk).update(**change)


def test_steps_on_paper_in_the_timeline_and_guests_at_once(client, lived):
    """What is printed and told says what was done, never the words written about it."""
    by, contrat = lived.coordinatrice, lived.contrat
    with on("2026-01-12"):
        case = open_procedure(by=by, contrat=contrat, kind="unseen", event_on=D(2026, 1, 2))
        record_etape(by=by, procedure=case, code="knock", done_on=D(2026, 1, 12), note="Un mot secret")
        client.force_login(lived.gestionnaire)
        paper = client.get(reverse("logement:procedure_print", args=[case.pk]))
        text = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(paper.content)).pages).split())
        assert "DIALLO Awa" in text
        assert "12/01/2026, " in text
        assert "secret" not in text
        page = client.get(reverse("residence:menage_detail", args=[lived.menage.pk])).content.decode()
        assert "ne voit plus" in page
        assert "Frapper" in page
        assert "secret" not in page
        exit_sheet = client.get(reverse("logement:sortie_print", args=[lived.sejour.pk]))
        text = " ".join("".join(one.extract_text() for one in PdfReader(BytesIO(exit_sheet.content)).pages).split())
        assert "Dépôt de garantie détenu" in text
        client.force_login(lived.vie_residentielle)
        exit_sheet = client.get(reverse("logement:sortie_print", args=[lived.sejour.pk]))
        text = " ".join("".join(one.extract_text() for one in PdfReader(BytesIO(exit_sheet.content)).pages).split())
        assert "Clés rendues" in text
        assert "€" not in text
        printed = EntreeJournal.objects.filter(kind=EntreeJournal.Kind.EXPORT).values_list("action", flat=True)
        assert sorted(printed) == ["procedure.print", "sortie.print", "sortie.print"]
        # One guest at once, by the house rules.
        lived.residence.guests_at_once = 1
        lived.residence.save()
        asked = {"by": lived.vie_residentielle, "first_names": "Sékou", "end_on": D(2026, 2, 12)}
        sejour = type(lived.sejour).objects.get(pk=lived.sejour.pk)
        declare_tiers(**asked, sejour=sejour, last_name="Camara", start_on=D(2026, 1, 15))
        with pytest.raises(ValidationError, match="1 personne à la fois"):
            declare_tiers(**asked, sejour=sejour, last_name="Diop", start_on=D(2026, 2, 1))


def test_a_death_of_somebody_isolated(lived):
    by, contrat = lived.gestionnaire, lived.contrat
    with on("2026-01-12"):
        case = open_procedure(
            by=by, contrat=contrat, kind="death", event_on=D(2026, 1, 10), personne=lived.personne, is_isolated=True
        )
        assert Personne.objects.get(pk=lived.personne.pk).deceased_on == D(2026, 1, 10)
        codes = [one.step.code for one in shown_steps(case)]
        assert "mairie" in codes
        assert "family" not in codes
        assert "01/02/2026" in dict(facts_of(case, D(2026, 1, 12)))["APL"]
        end_by_death(by=by, procedure=case)
        contrat.refresh_from_db()
        assert (contrat.status, contrat.end_on) == (Status.OCCUPANT_SANS_TITRE, D(2026, 1, 10))
        assert contrat.owes_indemnity_from == D(2026, 1, 11)
        with pytest.raises(ValidationError, match="n’a pas à finir"):
            end_by_death(by=by, procedure=case)
    with on("2026-02-05"):
        record_cles(by=by, contrat=contrat, keys_on=D(2026, 2, 5), destination=Destination.DECES)
    contrat.refresh_from_db()
    assert (contrat.status, contrat.end_on, contrat.sejour.ended_on) == (Status.ENDED, D(2026, 1, 10), D(2026, 2, 5))
    held = OccupationPlace.objects.live().filter(place=lived.place).order_by("period")
    assert [(one.kind, one.start_on, one.end_on) for one in held][:2] == [
        ("contract", D(2025, 3, 1), D(2026, 1, 10)),
        ("after_contract", D(2026, 1, 11), D(2026, 2, 5)),
    ]


def test_somebody_who_stays_after_the_end(lived):
    """The place is not free, an indemnité replaces the redevance, nobody leaves in winter; the title may come back."""
    by, contrat = lived.gestionnaire, lived.contrat
    with on("2025-09-01"):
        notice = record_preavis(
            by=by,
            contrat=contrat,
            given_by_whom=Preavis.By.MANAGER,
            form=Preavis.Form.LRAR,
            delivery=Preavis.Delivery.SENT,
            sent_on=D(2025, 9, 1),
            ground="breach",
            reasons="Troubles répétés, constatés les 2 juin et 4 août.",
        )
        letter = issue_preavis_letter(by=by, preavis=notice)
        assert "un mois à compter du jour où cette lettre vous est remise" in text_of(letter)
        deliver_preavis(by=by, preavis=notice, delivery=Preavis.Delivery.PRESENTED)
        contrat.refresh_from_db()
        assert (contrat.status, contrat.end_on) == (Status.RUNNING, None)
        deliver_preavis(by=by, preavis=notice, delivery=Preavis.Delivery.UNCLAIMED)
    with on("2025-09-20"):
        deliver_preavis(by=by, preavis=notice, delivery=Preavis.Delivery.DELIVERED, notified_on=D(2025, 9, 20))
        contrat.refresh_from_db()
        with pytest.raises(ValidationError, match="court jusqu’au 20/10/2025 inclus"):
            record_maintien(by=by, contrat=contrat)
    with on("2025-10-25"):
        case = record_maintien(by=by, contrat=contrat)
        contrat.refresh_from_db()
        assert (contrat.status, contrat.owes_indemnity_from) == (Status.OCCUPANT_SANS_TITRE, D(2025, 10, 21))
        assert list(ContratOccupation.objects.without_title()) == [contrat]
        (owed,) = owed_for_month(lived.residence, D(2025, 11, 1), contracts_of(lived.residence, D(2025, 11, 1)))
        assert all("indemnité" in line.label for line in owed.lines)
        assert sum(line.amount for line in owed.lines) == 420
        for code in ("talk", "rehousing", "summons", "assigned", "judged", "order"):
            record_etape(by=by, procedure=case, code=code, done_on=D(2025, 10, 25))
    with on("2026-01-10"):
        with pytest.raises(ValidationError, match="Trêve hivernale du 01/11/2025 au 31/03/2026"):
            record_etape(by=by, procedure=case, code="executed", done_on=D(2026, 1, 10))
        shown = next(one for one in shown_steps(case) if one.step.code == "executed")
        assert shown.due == D(2026, 4, 1)
        withdraw_preavis(by=by, preavis=notice)
        close_procedure(by=by, procedure=case, outcome="title_back")
    contrat.refresh_from_db()
    assert (contrat.status, contrat.end_on) == (Status.RUNNING, None)
    (row,) = OccupationPlace.objects.live().filter(place=lived.place)
    assert (row.kind, row.end_on) == ("contract", None)
    assert EntreeJournal.objects.filter(action="contrat.stay_on").count() == 1


def test_a_residence_permit_that_ends_is_told_to_the_coordinatrice_alone(lived):
    permit = TitreSejour.objects.create(personne=lived.personne, kind="carte de séjour", end_on=D(2026, 6, 1))
    for day, told in ((D(2026, 3, 2), 0), (D(2026, 3, 3), 1)):
        rebuild_duties(day)
        assert opened("titre_sejour.ends").count() == told
    assert opened("titre_sejour.ends").get().role == Role.COORDINATRICE
    TitreSejour.objects.create(personne=lived.personne, kind="carte de résident", end_on=D(2036, 6, 1))
    rebuild_duties(D(2026, 3, 4))
    assert not opened("titre_sejour.ends").exists()
    assert permit.end_on == D(2026, 6, 1)


def test_pages(lived, client):
    """Each act from its page, refusals at their field."""
    client.force_login(lived.gestionnaire)
    page = reverse("logement:presence_detail", args=[lived.sejour.pk])
    declare = reverse("logement:tiers_declare", args=[lived.sejour.pk])
    with on("2026-01-12"):
        sent = {"last_name": "Sow", "first_names": "Ali", "start_on": "12/1/26", "end_on": "31/12/26"}
        refused = client.post(declare, sent)
        assert "92 jours au plus" in refused.content.decode()
        assert client.post(declare, {**sent, "end_on": "20/1/26"}).status_code == 302
        entree = reverse("logement:entree_record", args=[lived.sejour.pk])
        asked = {
            "kind": "emergency",
            "entered_on": "13/1/26",
            "entered_time": "08:00",
            "purpose": "x",
            "staff_names": "y",
        }
        assert "une fois faite" in client.post(entree, asked).content.decode()
        assert client.post(entree, {**asked, "entered_on": "12/1/26"}).status_code == 302
        shown = client.get(page).content.decode()
        assert "à informer par écrit" in shown
        assert "1\u00a0jour sur 92" in shown or "1 jour sur 92" in shown
        case = client.post(
            reverse("logement:procedure_open", args=[lived.contrat.pk]),
            {"kind": "unseen", "event_on": "2/1/26"},
            follow=True,
        )
        assert "Frapper et appeler" in case.content.decode()
