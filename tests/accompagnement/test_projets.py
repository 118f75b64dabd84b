"""The projet personnalisé, the rhythm of visits, the calls of a heat wave."""

import datetime
import io
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from pypdf import PdfReader

from accompagnement.actions.dossiers import close_dossier
from accompagnement.actions.projets import (
    add_etape,
    assess_projet,
    correct_bilan,
    end_objectif,
    finish_etape,
    issue_projet,
    open_objectif,
    sign_projet,
)
from accompagnement.actions.rythmes import end_veille, record_diagnostic, set_rhythm, start_veille, tick_call
from accompagnement.models import AppelVeille, BilanProjet, NoteSociale
from accompagnement.queries.projets import lines, meetings
from accompagnement.queries.rythmes import exposed, visited
from admissions.models import EntretienPreadmission
from residence.actions.documents import pdf_of
from residence.duties import rebuild_duties, refresh_duties
from residence.models import Echeance, EntreeJournal, MembreMenage
from residence.models.base import today
from residence.permissions import Role
from tests.factories import (
    DispositifFactory,
    NoteFactory,
    OrientationFactory,
    PersonneFactory,
    SejourFactory,
    UserFactory,
)
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def days_ago(days):
    return today() - datetime.timedelta(days=days)


@pytest.fixture
def housed(here, dossier):
    """The file of a household that came in forty days ago."""
    dispositif = DispositifFactory(
        residence=here, project_within_days=60, visit_every_days=30, review_every_months=6, first_meeting_days=None
    )
    dossier.sejour = SejourFactory(menage=dossier.menage, residence=here, dispositif=dispositif, start_on=days_ago(40))
    dossier.save()
    refresh_duties(dossier)
    return dossier


def due(dossier):
    return dict(Echeance.objects.open().filter(menage=dossier.menage).values_list("kind", "due_on"))


def test_a_projet_lives_from_entry_to_signature(housed, nadia):
    """Begun, issued, signed, reviewed: each leaves its duties and its line."""
    assert due(housed) == {
        "dossier.visit": days_ago(10),
        "projet.start": today() + datetime.timedelta(days=20),
    }
    key = uuid.uuid4()
    review = today() + datetime.timedelta(days=180)
    given = {"levels": {"logement": (2, "Chambre"), "emploi": (1, "")}, "held_on": days_ago(1), "review_on": review}

    bilan = assess_projet(by=nadia, dossier=housed, words="Je veux un toit à moi", form_key=key, **given)
    assert assess_projet(by=nadia, dossier=housed, form_key=key, **given) == bilan
    assert bilan.kind == BilanProjet.Kind.ENTRY
    assert due(housed) == {"dossier.visit": days_ago(10), "projet.review": review}

    correct_bilan(
        by=nadia,
        bilan=bilan,
        version=1,
        words="Un toit à moi",
        **given | {"levels": given["levels"] | {"sante": (4, "")}},
    )
    with pytest.raises(ValidationError, match="entre-temps"):
        correct_bilan(by=nadia, bilan=bilan, version=1, **given)
    with pytest.raises(ValidationError, match="Éditez"):
        sign_projet(by=nadia, bilan=bilan, signed_on=today())
    objectif = open_objectif(by=nadia, dossier=housed, theme="logement", words="Une chambre pour ma fille")
    etape = add_etape(by=nadia, objectif=objectif, what="Écrire au bailleur", who="equipe", due_on=today())
    assert due(housed)["projet.step"] == today()

    bilan.refresh_from_db()
    document = issue_projet(by=nadia, bilan=bilan)
    assert issue_projet(by=nadia, bilan=bilan) == document
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(document))).pages)
    for word in ("Un toit à moi", "Une chambre pour ma fille", "Écrire au bailleur", "c’est bloqué".capitalize()):
        assert word in text
    with pytest.raises(ValidationError, match="ne change plus"):
        correct_bilan(by=nadia, bilan=bilan, version=2, **given)
    assert "projet.sign" in due(housed)
    sign_projet(by=nadia, bilan=bilan, signed_on=today())
    assert "projet.sign" not in due(housed)

    finish_etape(by=nadia, etape=etape)
    assert "projet.step" not in due(housed)
    add_etape(by=nadia, objectif=objectif, what="Relancer", due_on=today())
    end_objectif(by=nadia, objectif=objectif, outcome="reached")
    with pytest.raises(ValidationError, match="passé avant vous"):
        end_objectif(by=nadia, objectif=objectif, outcome="dropped")
    assert "projet.step" not in due(housed)

    after = assess_projet(by=nadia, dossier=housed, levels={"logement": (4, "")}, held_on=today())
    assert after.kind == BilanProjet.Kind.REVIEW
    assert "projet.review" not in due(housed)
    logement = next(line for line in lines(meetings(housed)) if line.theme == "logement")
    assert [level for level, _ in logement.levels] == [2, 4]
    assert logement.change == 2
    stored = due(housed)
    rebuild_duties()
    assert due(housed) == stored
    assert EntreeJournal.objects.filter(menage=housed.menage, action__startswith="projet.").count() == 5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"levels": {}}, "au moins un thème"),
        ({"levels": {"logement": (6, "")}}, "choix valide"),
        ({"held_on": today() + datetime.timedelta(days=2)}, "à venir"),
        ({"review_on": datetime.date(2000, 1, 1)}, "vient après"),
    ],
)
def test_a_projet_that_says_nothing_is_refused(housed, nadia, given, said):
    with pytest.raises(ValidationError, match=said):
        assess_projet(by=nadia, dossier=housed, **{"levels": {"logement": (2, "")}, "held_on": today()} | given)
    assert not BilanProjet.objects.exists()


def test_pages_of_the_projet(housed, nadia):
    """What the admission told is recalled, the form writes, the page draws; nobody else enters."""
    orientation = OrientationFactory(menage=housed.menage, residence=housed.residence)
    entretien = EntretienPreadmission.objects.create(
        orientation=orientation, held_on=days_ago(60), held_by=nadia, wishes="Près de l’école"
    )
    entretien.themes.create(theme="budget", level="strong", comment="Dettes anciennes")
    client = signed_in(nadia)
    detail = reverse("accompagnement:projet_detail", args=[housed.pk])
    assert "Près de l’école" in client.get(detail).content.decode()
    assess = reverse("accompagnement:projet_assess", args=[housed.pk])
    page = client.get(assess).content.decode()
    assert "Dettes anciennes" in page

    posted = {"held_on": f"{today():%d/%m/%Y}", "niveau_budget": "2", "precision_budget": "Plan tenu", "words": "Payer"}
    refused = client.post(assess, {"held_on": "", "form_key": str(uuid.uuid4()), "niveau_budget": "2"})
    assert refused.status_code == 200
    assert not BilanProjet.objects.exists()
    answer = client.post(assess, posted | {"form_key": str(uuid.uuid4())})
    assert answer.status_code == 302
    bilan = BilanProjet.objects.get()
    assert bilan.niveaux.get().comment == "Plan tenu"
    correct = reverse("accompagnement:bilan_correct", args=[bilan.pk])
    assert client.post(correct, posted | {"words": "Tout payer", "version": "1"}).status_code == 302
    assert "Tout payer" in client.get(detail).content.decode()
    for name in ("projet_issue", "projet_sign", "bilan_next"):
        client.post(reverse(f"accompagnement:{name}", args=[bilan.pk]), {"signed_on": f"{today():%d/%m/%Y}"})
    bilan.refresh_from_db()
    assert bilan.signed_on == today()
    printed = client.get(reverse("accompagnement:dossier_print", args=[housed.pk]))
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages)
    assert "Tout payer" in text
    assert EntreeJournal.objects.filter(action="dossier.print", kind="export", by=nadia).count() == 1
    gestionnaire = UserFactory(role=Role.GESTIONNAIRE, residence=housed.residence)
    assert signed_in(gestionnaire).get(detail).status_code == 403


def test_visits_are_due_at_the_rhythm_and_refusals_counted(housed, nadia):
    def state():
        return visited(type(housed).objects.filter(pk=housed.pk)).get()

    NoteFactory(dossier=housed, author=nadia, kind="visite", held_on=days_ago(20))
    NoteFactory(dossier=housed, author=nadia, kind="visite", held_on=days_ago(30), outcome="refused")
    for _ in range(2):
        NoteFactory(dossier=housed, author=nadia, kind="visite", held_on=days_ago(5), outcome="refused")
    one = state()
    assert (one.last_visit_on, one.refused, one.visit_due_on) == (days_ago(20), 2, days_ago(-10))

    set_rhythm(by=nadia, dossier=housed, visit_every_days=7)
    assert state().visit_due_on == days_ago(13)
    assert due(housed)["dossier.visit"] == days_ago(13)
    assert NoteSociale.objects.filter(kind="visite").count() == 4
    page = signed_in(nadia).get(reverse("accompagnement:visite_list"), {"age": "60"}).content.decode()
    assert str(housed.menage) not in page
    assert str(housed.menage) in signed_in(nadia).get(reverse("accompagnement:visite_list")).content.decode()
    close_dossier(by=nadia, dossier=housed, reason="Relogement")
    assert due(housed) == {}


def test_a_diagnosis_says_when_to_make_it_again(housed, nadia):
    record_diagnostic(
        by=nadia,
        dossier=housed,
        made_on=today(),
        to_adapt=["sols"],
        conclusion="Une barre d’appui",
        again_on=days_ago(-90),
    )
    assert due(housed)["diagnostic.again"] == days_ago(-90)
    record_diagnostic(by=nadia, dossier=housed, made_on=today(), conclusion="Fait")
    assert "diagnostic.again" not in due(housed)


def test_a_heat_wave_calls_the_most_exposed(here, nadia, dossier):
    old = PersonneFactory(last_name="VIEUX", born_on=datetime.date(1940, 1, 1), phone="0473000000")
    young = PersonneFactory(last_name="JEUNE", born_on=datetime.date(2000, 1, 1))
    SejourFactory(menage=dossier.menage, residence=here, start_on=days_ago(40))
    for person in (old, young):
        MembreMenage.objects.create(menage=dossier.menage, personne=person, tie="other", start_on=days_ago(40))
    vie = UserFactory(role=Role.VIE_RESIDENTIELLE, residence=here)
    client = signed_in(vie)

    client.post(reverse("accompagnement:veille_start", args=[here.pk]))
    veille = start_veille(by=nadia, residence=here)
    page = reverse("accompagnement:veille_detail", args=[veille.pk])
    shown = client.get(page).content.decode()
    assert "VIEUX" in shown
    assert "JEUNE" not in shown
    assert Echeance.objects.open().filter(kind="veille.call", role=Role.VIE_RESIDENTIELLE, due_on=today()).exists()

    call = reverse("accompagnement:veille_call", args=[veille.pk])
    client.post(call, {"personne": young.pk, "result": "answered"})
    assert not AppelVeille.objects.exists()
    for result in ("help", "help", "seen"):
        client.post(call, {"personne": old.pk, "result": result})
    assert AppelVeille.objects.get().result == "seen"
    assert EntreeJournal.objects.filter(action="veille.call").count() == 2
    assert exposed(veille, today())[0].is_settled
    assert not Echeance.objects.open().filter(kind="veille.call").exists()
    end_veille(by=nadia, veille=veille)
    with pytest.raises(ValidationError, match="terminée"):
        tick_call(by=nadia, veille=veille, menage=dossier.menage, personne=old, result="seen")
