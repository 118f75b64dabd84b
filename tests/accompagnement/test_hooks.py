"""What the social file gives to the acts and pages of the others."""

import datetime

import pytest

from accompagnement.hooks import Dossiers, home, stay_closed, stay_opened
from accompagnement.models import DossierSocial
from residence.actions.staff import close_utilisateur
from residence.models import ContactPartenaire, Echeance, Referent
from residence.permissions import Role
from residence.queries.menages import MenageReader
from residence.queries.timeline import timeline as events_of
from tests.factories import (
    ContratFactory,
    DispositifFactory,
    MenageFactory,
    NoteFactory,
    OrientationFactory,
    PartenaireFactory,
    SejourFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def banner(user, menage):
    return Dossiers(MenageReader(user, menage)).banner()


def panels(user, menage):
    return Dossiers(MenageReader(user, menage)).panels()


def timeline(user, menage):
    return list(events_of([Dossiers(MenageReader(user, menage))]))


def coming_in(here, **dispositif):
    sejour = SejourFactory(residence=here, dispositif=DispositifFactory(residence=here, **dispositif))
    return ContratFactory(sejour=sejour)


def test_who_comes_in_has_a_file_followed_by_who_received_them(here, nadia):
    contrat = coming_in(here)
    sejour = contrat.sejour
    OrientationFactory(
        residence=here, dispositif=sejour.dispositif, menage=sejour.menage, created_by=nadia, status="waiting"
    )

    stay_opened(contrat=contrat, by=UserFactory(role=Role.GESTIONNAIRE, residence=here))

    dossier = DossierSocial.objects.get(menage=sejour.menage)
    assert (dossier.sejour, dossier.opened_on) == (sejour, sejour.start_on)
    assert Referent.objects.get(menage=sejour.menage, kind="social").user == nadia
    duty = Echeance.objects.open().get(kind="dossier.first_meeting")
    assert (duty.user, duty.due_on) == (nadia, sejour.start_on + datetime.timedelta(days=30))


def test_who_comes_in_without_a_request_is_to_be_followed_by_the_team(here):
    contrat = coming_in(here)

    stay_opened(contrat=contrat, by=UserFactory(role=Role.GESTIONNAIRE, residence=here))

    kinds = dict(Echeance.objects.open().filter(menage=contrat.sejour.menage).values_list("kind", "role"))
    assert kinds == {"dossier.name_referent": "coordinatrice", "dossier.first_meeting": "coordinatrice"}


def test_a_referent_who_has_left_the_team_is_not_named(here, nadia):
    contrat = coming_in(here)
    close_utilisateur(by=UserFactory(role=Role.TECHNIQUE), user=nadia)
    OrientationFactory(
        residence=here, dispositif=contrat.sejour.dispositif, menage=contrat.sejour.menage, created_by=nadia
    )

    stay_opened(contrat=contrat, by=UserFactory(role=Role.GESTIONNAIRE, residence=here))

    assert not Referent.objects.exists()


def test_the_prescripteur_stays_the_partners_referent(here, nadia):
    contrat = coming_in(here, referent_from_partner=True)
    contact = ContactPartenaire.objects.create(partenaire=PartenaireFactory(), name="Paul Morel")
    OrientationFactory(
        residence=here,
        dispositif=contrat.sejour.dispositif,
        menage=contrat.sejour.menage,
        prescripteur=contact,
        created_by=nadia,
    )

    stay_opened(contrat=contrat, by=nadia)

    assert Referent.objects.get(kind="partner").contact == contact


def test_a_dispositif_without_support_opens_no_file(here, nadia):
    stay_opened(contrat=coming_in(here, requires_social_file=False), by=nadia)

    assert not DossierSocial.objects.exists()


def test_a_second_stay_takes_up_the_open_file(here, nadia, dossier):
    sejour = SejourFactory(residence=here, menage=dossier.menage)
    stay_opened(contrat=ContratFactory(sejour=sejour), by=nadia)

    dossier.refresh_from_db()
    assert dossier.sejour == sejour
    assert Referent.objects.get(menage=dossier.menage).user == nadia


def test_who_leaves_has_a_file_to_close(here, nadia):
    contrat = coming_in(here)
    stay_opened(contrat=contrat, by=nadia)
    contrat.sejour.ended_on = datetime.date(2025, 9, 30)
    contrat.sejour.save()

    stay_closed(sejour=contrat.sejour, by=nadia)

    kinds = set(Echeance.objects.open().filter(menage=contrat.sejour.menage).values_list("kind", flat=True))
    assert kinds == {"dossier.to_close", "dossier.name_referent"}


def test_the_banner_names_the_referent_and_opens_the_file_to_the_team(here, nadia, dossier):
    manager = UserFactory(role=Role.GESTIONNAIRE, residence=here)

    seen, less = banner(user=nadia, menage=dossier.menage), banner(user=manager, menage=dossier.menage)

    assert (seen.referent, less.referent) == ("Nadia Benali", "Nadia Benali")
    assert [badge.word for badge in seen.badges] == ["suivi"]
    assert [tab.label for tab in seen.tabs] == ["Dossier social"]
    assert (less.badges, less.tabs) == ((), ())


def test_notes_are_told_without_their_text_and_to_the_team_alone(here, nadia, dossier):
    NoteFactory(dossier=dossier, author=nadia, text="Zibeline", themes=["budget"], minutes=45)

    (event,) = timeline(user=nadia, menage=dossier.menage)

    assert event.sentence == "Entretien avec Nadia Benali\u00a0: budget, 45\u00a0min"
    assert timeline(user=UserFactory(role=Role.GESTIONNAIRE, residence=here), menage=dossier.menage) == []


def test_the_panel_says_where_the_support_stands(here, nadia, dossier):
    NoteFactory(dossier=dossier, author=nadia)

    (panel,) = panels(user=nadia, menage=dossier.menage)

    assert dict(panel.lines)["Référent"] == "Nadia Benali"
    assert panels(user=UserFactory(role=Role.DIRECTION, residence=here), menage=dossier.menage) == []


def test_without_a_file_the_panel_offers_to_open_one(nadia):
    (panel,) = panels(user=nadia, menage=MenageFactory())

    assert [label for label, _ in panel.actions] == ["Ouvrir un dossier social"]


def test_the_home_page_counts_my_files(here, nadia, dossier):
    (tile,) = home(user=nadia, residence_id=None)

    assert tile.lines[0] == ("Dossiers que je suis", 1)
    assert home(user=UserFactory(role=Role.GESTIONNAIRE, residence=here), residence_id=None) == []
