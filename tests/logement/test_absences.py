"""Absences in a campaign: the redevance stays due, some services are not, the APL is warned of; ceilings of a stay."""

import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from logement.actions.tarifs import create_prestation, open_souscription
from logement.models import Absence, DelaisImpaye, DroitApl
from logement.queries.campagnes import contracts_of, owed_for_month
from logement.queries.impayes import arrears_of
from logement.rules.presence import Spell, days_there
from residence.models import CritereDispositif, Ressource
from residence.permissions import Role
from tests.factories import UserFactory
from tests.logement.books import FEBRUARY, MARCH, D, call, on, stay


def march(day: int) -> datetime.date:
    return MARCH.replace(day=day)


@pytest.mark.parametrize(
    ("spells", "there"),
    [
        ([], [(1, 31)]),
        ([(10, 20)], [(1, 9), (21, 31)]),
        ([(1, 31)], []),
        ([(1, 4), (4, 6)], [(7, 31)]),
        ([(25, None)], [(1, 24)]),
        ([(20, 22), (5, 6)], [(1, 4), (7, 19), (23, 31)]),
        # Since before the month, and after it.
        ([(-20, 3)], [(4, 31)]),
        ([(40, 50)], [(1, 31)]),
    ],
)
def test_days_there(spells: list[tuple[int, int | None]], there: list[tuple[int, int]]) -> None:
    def day(number: int) -> datetime.date:
        return MARCH + datetime.timedelta(days=number - 1)

    known = [Spell(day(start), None if end is None else day(end)) for start, end in spells]
    assert days_there(known, first=day(1), last=day(31)) == [(day(first), day(last)) for first, last in there]


@pytest.fixture
def house(db: None) -> SimpleNamespace:
    """A resident with the laundry, which stops when they are away, and a place to park, which does not."""
    contrat = stay(start_on=FEBRUARY, apl="250")
    residence = contrat.sejour.residence
    for name, stops in (("Laverie", True), ("Parking", False)):
        service = create_prestation(
            by=None,
            residence=residence,
            name=name,
            monthly_amount=D("31.00"),
            valid_from=FEBRUARY,
            stops_when_away=stops,
        )
        open_souscription(by=None, contrat=contrat, prestation=service, start_on=FEBRUARY)
    return SimpleNamespace(
        contrat=contrat, residence=residence, by=UserFactory(role=Role.GESTIONNAIRE, residence=residence)
    )


def away(house: Any, start: datetime.date, back: datetime.date | None, **fields: Any) -> Absence:
    return Absence.objects.create(
        sejour=house.contrat.sejour, start_on=start, back_on=back, recorded_by=house.by, **fields
    )


def owed(house: Any) -> Any:
    (one,) = owed_for_month(house.residence, MARCH, contracts_of(house.residence, MARCH))
    return one


def test_an_absence_in_the_campaign(house: SimpleNamespace) -> None:
    with on(2025, 3, 25):
        away(house, march(11), march(21))
        found = owed(house)
        lines = {(line.label, line.start_on.day, line.end_on.day): line.amount for line in found.lines}
        # Nights of the 11th to the 20th: ten days of the laundry are not billed; the redevance is whole.
        assert lines == {
            ("équivalent de loyer", 1, 31): D(300),
            ("équivalent de charges", 1, 31): D(100),
            ("prestations obligatoires", 1, 31): D(20),
            ("Laverie, hors absence", 1, 10): D(10),
            ("Laverie, hors absence", 21, 31): D(11),
            ("Parking", 1, 31): D(31),
        }
        assert not found.anomalies
        # Of one person among several, entered by mistake: nothing changes.
        Absence.objects.update(cancelled_by=house.by, cancelled_at=datetime.datetime.now(datetime.UTC))
        assert [line.amount for line in owed(house).lines][-2:] == [D(31), D(31)]
        # Away since long: what the APL risks is told, once the days of the year are passed, and only without a proof.
        absence = away(house, datetime.date(2024, 11, 2), None)
        assert {one.code for one in owed(house).anomalies} == set()
        assert [line.label for line in owed(house).lines][-1] == "Parking"
        Absence.objects.filter(pk=absence.pk).update(reason="justified")
        DroitApl.objects.update(monthly_amount=250)
        assert not owed(house).anomalies
    with on(2025, 5, 25):
        Absence.objects.filter(pk=absence.pk).update(reason="personal")
        (one,) = owed_for_month(
            house.residence, datetime.date(2025, 5, 1), contracts_of(house.residence, datetime.date(2025, 5, 1))
        )
        (told,) = [anomaly for anomaly in one.anomalies if anomaly.code == "too_long_away"]
        assert "123 jours dans l’année le 04/05/2025 (CCH, art. R.822-23, à vérifier)" in told.text
        assert not told.is_blocking


def test_the_ceiling_on_the_page_of_the_stay(house: SimpleNamespace, client: Any) -> None:
    sejour = house.contrat.sejour
    CritereDispositif.objects.create(
        dispositif=sejour.dispositif, kind="taux_effort", maximum=D("0.25"), effect="reduces"
    )
    with on(2025, 3, 26):
        Ressource.objects.create(menage=sejour.menage, kind="salaire", monthly_amount=D(600), start_on=FEBRUARY)
    avis = call(house.contrat, MARCH)
    # 25 % of 600 € is 150 €; 420 − 250 = 170 €: 20 € too much.
    assert avis.lignes.get(kind="reduction").amount == D(-20)
    with on(2025, 3, 26):
        coordinatrice = UserFactory(role=Role.COORDINATRICE, residence=house.residence)
        for user, knows in ((house.by, False), (coordinatrice, True)):
            client.force_login(user)
            page = " ".join(client.get(sejour.get_absolute_url()).content.decode().split()).replace("&nbsp;", " ")
            assert "réduit la redevance" in page
            assert "420,00 € moins 250,00 € d’APL, soit 170,00 €" in page
            assert "20,00 € de trop" in page
            assert "une remise de 20,00 €" in page
            assert ("600,00 €" in page) is knows


def test_a_residence_sets_its_own_delays(house: SimpleNamespace) -> None:
    call(house.contrat, MARCH)
    with on(2025, 4, 2):
        sejour = house.contrat.sejour.pk
        (talk,) = arrears_of([sejour])[sejour].suggestions
        assert talk.due_on == datetime.date(2025, 4, 8)
        DelaisImpaye.objects.create(residence=house.residence, valid_from=MARCH, talk=3)
        DelaisImpaye.objects.create(residence=house.residence, valid_from=datetime.date(2025, 4, 3), talk=10)
        (talk,) = arrears_of([sejour])[sejour].suggestions
        assert talk.due_on == datetime.date(2025, 4, 4)
        assert DelaisImpaye.objects.get(valid_from=MARCH).pace.formal_notice == Decimal(30)
