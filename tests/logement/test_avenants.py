"""A change of place inside a stay, and avenants: signed, then applied, without a hole or an overlap."""

import datetime
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from pypdf import PdfReader

from logement.actions.avenants import cancel_avenant, issue_avenant, sign_avenant
from logement.actions.contrats import cancel_contrat, issue_contrat, prepare_contrat, prepare_mutation, sign_contrat
from logement.actions.mutations import quotidien, record_mutation_cles
from logement.actions.sejours import record_preavis
from logement.actions.tarifs import open_souscription
from logement.models import ContratOccupation, OccupationPlace, Preavis, Prestation, Sejour
from logement.queries.parc import presents
from logement.queries.sejours import current_contrat
from residence.actions.documents import pdf_of
from residence.actions.personnes import add_member
from residence.duties import rebuild_duties
from residence.models import DocumentEmis, Echeance
from residence.permissions import Role
from tests.factories import LogementFactory, PlaceFactory

pytestmark = pytest.mark.django_db
D = datetime.date
Status = ContratOccupation.Status


def on(day):
    return time_machine.travel(f"{day} 10:00", tick=False)


@pytest.fixture
def lived(ophis):
    """Entered on 1 March 2025 in A101; A102, a larger studio, is free."""
    ophis.other = PlaceFactory(
        residence=ophis.residence,
        logement=LogementFactory(residence=ophis.residence, number="102"),
        categorie=ophis.place.categorie,
        dispositif=ophis.temporary,
        code="A102",
        surface=30,
        capacity=2,
    )
    with on("2025-02-24"):
        contrat = prepare_contrat(
            by=ophis.gestionnaire,
            menage=ophis.menage,
            place=ophis.place,
            start_on=D(2025, 3, 1),
            parties={ophis.personne.pk: "titulaire"},
        )
        contrat = issue_contrat(by=ophis.gestionnaire, contrat=contrat)
        ophis.contrat = sign_contrat(by=ophis.gestionnaire, contrat=contrat, signed_on=D(2025, 2, 24))
    return ophis


def moved(lived, *, is_avenant=True, sign="2025-05-20"):
    with on(sign):
        contrat = prepare_mutation(
            by=lived.gestionnaire,
            contrat=lived.contrat,
            place=lived.other,
            start_on=D(2025, 6, 1),
            reason="Logement plus grand",
            is_avenant=is_avenant,
        )
        contrat = issue_contrat(by=lived.gestionnaire, contrat=contrat)
        return sign_contrat(by=lived.gestionnaire, contrat=contrat, signed_on=D.fromisoformat(sign))


def test_a_change_of_place_takes_joined_rooms(client, lived):
    """Two communicating rooms under one contract: both are held from the first day, both are in the price."""
    room = PlaceFactory(
        residence=lived.residence,
        logement=LogementFactory(residence=lived.residence, number="103"),
        categorie=lived.place.categorie,
        dispositif=lived.temporary,
        code="A103",
        joined_with=lived.other,
        keys="2 × porte n° A103\n1 badge n° 77",
    )
    with on("2025-05-20"):
        client.force_login(lived.gestionnaire)
        url = reverse("logement:mutation_prepare", args=[lived.contrat.pk])
        asked = {
            "place": lived.other.pk,
            "joined_places": [room.pk],
            "start_on": "01/06/2025",
            "reason": "Un enfant de plus",
            "is_avenant": "avenant",
        }
        stranger = client.post(url, asked | {"place": room.pk, "joined_places": [room.pk]})
        assert "ne se joint pas" in stranger.content.decode()
        assert client.post(url, asked).status_code == 302
        new = lived.contrat.following.get()
        assert new.monthly_rent == 2 * lived.contrat.monthly_rent
        new = issue_contrat(by=lived.gestionnaire, contrat=new)
        sign_contrat(by=lived.gestionnaire, contrat=new, signed_on=D(2025, 5, 20))
        held = OccupationPlace.objects.live().filter(contrat=new).order_by("place__code")
        assert [(one.place.code, one.start_on) for one in held] == [("A102", D(2025, 6, 1)), ("A103", D(2025, 6, 1))]
        page = " ".join(client.get(room.get_absolute_url()).content.decode().split())
        assert "2 × porte, n° <strong>A103</strong>" in page
        assert "1 × badge, n° <strong>77</strong>" in page


def test_a_room_is_kept_and_its_neighbour_added_then_left(client, lived):
    """One contract follows the other in the same room, no key is asked for; given back later, only its own are."""
    lived.other.joined_with = lived.place
    lived.other.save()
    url = reverse("logement:mutation_prepare", args=[lived.contrat.pk])
    asked = {"start_on": "01/06/2025", "reason": "Un enfant de plus", "is_avenant": "avenant"}
    with on("2025-05-20"):
        client.force_login(lived.gestionnaire)
        page = client.get(url, {"place": lived.place.pk}).content.decode()
        assert "celle d’aujourd’hui" in page
        assert (
            "C’est la place que le ménage occupe"
            in client.post(url, asked | {"place": lived.place.pk}).content.decode()
        )
        kept = asked | {"place": lived.place.pk, "joined_places": [lived.other.pk]}
        answer = client.post(url, kept)
        assert answer.status_code == 302, answer.content.decode()
        new = issue_contrat(by=lived.gestionnaire, contrat=lived.contrat.following.get())
        new = sign_contrat(by=lived.gestionnaire, contrat=new, signed_on=D(2025, 5, 20))
        text = " ".join(PdfReader(_file(new.document)).pages[0].extract_text().split())
        assert "occupe les places A101 et A102 : il garde la place A101" in text
        old = lived.contrat
        old.refresh_from_db()
        assert (old.status, old.end_on) == (Status.RUNNING, D(2025, 5, 31))
        # Given up before its day, then signed again.
        cancel_contrat(by=lived.gestionnaire, contrat=new, reason="Trop cher")
        (row,) = OccupationPlace.objects.live()
        assert (row.place, row.end_on, row.keys_back_on) == (lived.place, None, None)
        client.post(url, kept)
        new = issue_contrat(by=lived.gestionnaire, contrat=old.following.exclude(status="cancelled").get())
        new = sign_contrat(by=lived.gestionnaire, contrat=new, signed_on=D(2025, 5, 20))
        rebuild_duties(D(2025, 5, 31))
        asked_of_old = Echeance.objects.open().filter(target_id=old.pk)
        assert not asked_of_old.filter(kind__in=["mutation.cles", "etat_des_lieux.exit"]).exists()
        page = client.get(old.get_absolute_url()).content.decode()
        assert "change de place" in page
        assert "clés de la place quittée" not in page
        with pytest.raises(ValidationError, match="garde sa chambre"):
            record_mutation_cles(by=lived.gestionnaire, contrat=old, keys_on=D(2025, 5, 20))
    assert quotidien(D(2025, 5, 31)) == ""
    assert quotidien(D(2025, 6, 1)) == "1 contrat de chambre gardée fini"
    old.refresh_from_db()
    assert (old.status, old.keys_back_on, Sejour.objects.get().ended_on) == (Status.ENDED, D(2025, 5, 31), None)
    # The added room is left again: signed once its day has come, its keys alone come back.
    with on("2025-09-02"):
        last = prepare_mutation(
            by=lived.gestionnaire,
            contrat=new,
            place=lived.place,
            start_on=D(2025, 9, 1),
            reason="L’enfant est parti",
            is_avenant=True,
        )
        last = issue_contrat(by=lived.gestionnaire, contrat=last)
        last = sign_contrat(by=lived.gestionnaire, contrat=last, signed_on=D(2025, 9, 2))
        new.refresh_from_db()
        assert (new.status, new.end_on) == (Status.RUNNING, D(2025, 8, 31))
        record_mutation_cles(by=lived.gestionnaire, contrat=new, keys_on=D(2025, 9, 2))
    held = OccupationPlace.objects.live().order_by("place__code", "period")
    assert [(row.place.code, row.kind, row.start_on, row.end_on) for row in held] == [
        ("A101", "contract", D(2025, 3, 1), D(2025, 5, 31)),
        ("A101", "contract", D(2025, 6, 1), D(2025, 8, 31)),
        ("A101", "contract", D(2025, 9, 1), None),
        ("A102", "contract", D(2025, 6, 1), D(2025, 8, 31)),
        ("A102", "turnaround", D(2025, 9, 1), D(2025, 9, 2)),
        ("A102", "turnaround", D(2025, 9, 3), D(2025, 9, 5)),
    ]


def test_a_change_of_place_takes_over_on_its_day(lived):
    linen = Prestation.objects.create(residence=lived.residence, name="Draps")
    open_souscription(by=lived.gestionnaire, contrat=lived.contrat, prestation=linen, start_on=D(2025, 4, 1))
    new = moved(lived)
    old = lived.contrat
    old.refresh_from_db()
    assert (old.status, old.end_on, old.is_left) == (Status.RUNNING, D(2025, 5, 31), True)
    assert (new.status, new.start_on, new.deposit_amount) == (Status.RUNNING, D(2025, 6, 1), old.deposit_amount)
    spans = OccupationPlace.objects.live().order_by("period").values_list("place__code", "period__startswith", "kind")
    assert list(spans) == [("A101", D(2025, 3, 1), "contract"), ("A102", D(2025, 6, 1), "contract")]
    taken = list(linen.souscriptions.order_by("start_on").values_list("contrat", "start_on", "end_on"))
    assert taken == [(old.pk, D(2025, 4, 1), D(2025, 5, 31)), (new.pk, D(2025, 6, 1), None)]
    sejour = Sejour.objects.get()
    assert (sejour.planned_end_on, sejour.ended_on) == (D(2026, 2, 28), None)

    with on("2025-05-25"):
        assert current_contrat(sejour).pk == old.pk
        with pytest.raises(ValidationError, match="le préavis porte sur le nouveau contrat"):
            record_preavis(
                by=lived.gestionnaire,
                contrat=old,
                given_by_whom=Preavis.By.RESIDENT,
                form=Preavis.Form.LETTER,
                notified_on=D(2025, 5, 25),
            )
        with pytest.raises(ValidationError, match="jusqu’au 31/05/2025 inclus"):
            record_mutation_cles(by=lived.gestionnaire, contrat=old, keys_on=D(2025, 5, 25))
    with on("2025-06-03"):
        assert current_contrat(sejour).pk == new.pk
        (floor,) = presents(lived.gestionnaire)
        assert [row.places for row in floor.rows] == ["A102"]
        rebuild_duties(D(2025, 6, 3))
        asked = set(Echeance.objects.open().values_list("kind", "target_id"))
        assert {
            ("etat_des_lieux.entry", new.pk),
            ("etat_des_lieux.exit", old.pk),
            ("mutation.cles", old.pk),
        } <= asked
        record_mutation_cles(by=lived.gestionnaire, contrat=old, keys_on=D(2025, 6, 3))
        with pytest.raises(ValidationError, match="n’attend pas les clés"):
            record_mutation_cles(by=lived.gestionnaire, contrat=old, keys_on=D(2025, 6, 3))
    old.refresh_from_db()
    sejour.refresh_from_db()
    assert (old.status, old.keys_back_on, sejour.ended_on) == (Status.ENDED, D(2025, 6, 3), None)
    # Late keys: the place is held, nothing more is owed for it.
    held = OccupationPlace.objects.live().filter(place=lived.place).order_by("period")
    assert [(row.kind, row.start_on, row.end_on) for row in held] == [
        ("contract", D(2025, 3, 1), D(2025, 5, 31)),
        ("turnaround", D(2025, 6, 1), D(2025, 6, 3)),
        ("turnaround", D(2025, 6, 4), D(2025, 6, 6)),
    ]
    text = "".join(page.extract_text() for page in PdfReader(_file(new.document)).pages)
    assert "Avenant n° 1 au contrat d’occupation" in text
    assert "place A102 au lieu de la place A101" in " ".join(text.split())


def _file(document):
    return BytesIO(pdf_of(document))


def test_a_change_given_up_before_its_day_puts_all_back(lived):
    new = moved(lived)
    with on("2025-05-21"):
        with pytest.raises(ValidationError, match="annulez-le d’abord"):
            cancel_contrat(by=lived.gestionnaire, contrat=lived.contrat, reason="x")
        cancel_contrat(by=lived.gestionnaire, contrat=new, reason="Le ménage préfère rester")
    lived.contrat.refresh_from_db()
    assert (lived.contrat.status, lived.contrat.end_on) == (Status.RUNNING, None)
    (row,) = OccupationPlace.objects.live()
    assert (row.place, row.end_on) == (lived.place, None)
    assert moved(lived, sign="2025-05-22").status == Status.RUNNING


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"start_on": D(2025, 3, 1)}, "a pris effet le 01/03/2025"),
        ({"reason": " "}, "pourquoi le ménage change"),
        ({"place": "room"}, "nouvelle admission"),
    ],
    ids=["too early", "no reason", "another dispositif"],
)
def test_a_change_of_place_refused(lived, change, said):
    if change.get("place") == "room":
        change = {"place": lived.rooms[0]}
    asked = {"place": lived.other, "start_on": D(2025, 6, 1), "reason": "x", "is_avenant": False, **change}
    with on("2025-05-20"), pytest.raises(ValidationError, match=said):
        prepare_mutation(by=lived.gestionnaire, contrat=lived.contrat, **asked)


def test_avenants_of_persons(lived):
    """Somebody joins and becomes co-titulaire, then the titulaire leaves: nothing changes before each is signed."""
    lived.place.capacity = 2
    lived.place.save()
    partner = add_member(
        by=lived.gestionnaire,
        menage=lived.menage,
        tie="partner",
        residence=lived.residence,
        on=D(2025, 4, 1),
        last_name="Diallo",
        first_names="Moussa",
        born_on=D(1990, 1, 1),
    )

    def avenant(**asked):
        return issue_avenant(by=lived.gestionnaire, contrat=lived.contrat, **asked)

    def named(day):
        return {(one.personne_id, one.capacity) for one in lived.contrat.parties.on(day)}

    with on("2025-04-10"):
        first = avenant(subject="arrival", effect_on=D(2025, 4, 15), personne=partner, capacity="co_titulaire")
        assert named(D(2025, 4, 15)) == {(lived.personne.pk, "titulaire")}
        with pytest.raises(ValidationError, match="attend déjà"):
            avenant(subject="arrival", effect_on=D(2025, 4, 15), personne=partner, capacity="occupant")
        cancel_avenant(by=lived.gestionnaire, avenant=first)
        second = avenant(subject="arrival", effect_on=D(2025, 4, 15), personne=partner, capacity="co_titulaire")
        rebuild_duties(D(2025, 4, 10))
        assert Echeance.objects.open().get(kind="avenant.to_sign").role == Role.GESTIONNAIRE
        sign_avenant(by=lived.gestionnaire, avenant=second, signed_on=D(2025, 4, 10))
        with pytest.raises(ValidationError, match="Quelqu’un est passé avant vous"):
            sign_avenant(by=lived.gestionnaire, avenant=second, signed_on=D(2025, 4, 10))
        assert not Echeance.objects.open().filter(kind="avenant.to_sign").exists()
    assert second.rank == 2
    assert named(D(2025, 4, 14)) == {(lived.personne.pk, "titulaire")}
    assert named(D(2025, 4, 15)) == {(lived.personne.pk, "titulaire"), (partner.pk, "co_titulaire")}
    assert [one["label"] for one in second.document.data["signatures"]][:2] == ["Le résident", "Le co-titulaire"]

    with on("2025-09-01"):
        with pytest.raises(ValidationError, match="qui, au contrat, devient titulaire"):
            avenant(subject="departure", effect_on=D(2025, 9, 10), personne=lived.personne)
        third = avenant(subject="departure", effect_on=D(2025, 9, 10), personne=lived.personne, successor=partner)
        sign_avenant(by=lived.gestionnaire, avenant=third, signed_on=D(2025, 9, 1))
        with pytest.raises(ValidationError, match="un préavis, pas un avenant"):
            avenant(subject="departure", effect_on=D(2025, 10, 10), personne=partner)
    assert named(D(2025, 9, 9)) == {(lived.personne.pk, "titulaire"), (partner.pk, "co_titulaire")}
    assert named(D(2025, 9, 10)) == {(partner.pk, "titulaire")}


def test_avenants_of_money(lived):
    """The redevance of the tariff in force on the day, and an optional service, with what stands in the way."""
    tarif = lived.place.categorie.tarifs.get()
    linen = Prestation.objects.create(residence=lived.residence, name="Draps")
    with on("2025-05-02"):
        with pytest.raises(ValidationError, match="rien à modifier"):
            issue_avenant(by=lived.gestionnaire, contrat=lived.contrat, subject="redevance", effect_on=D(2025, 6, 1))
        tarif.valid_to = D(2025, 5, 31)
        tarif.save()
        type(tarif).objects.create(
            residence=lived.residence,
            categorie=tarif.categorie,
            valid_from=D(2025, 6, 1),
            rent=tarif.rent,
            charges=tarif.charges,
            services=Decimal("25.00"),
        )
        one = issue_avenant(by=lived.gestionnaire, contrat=lived.contrat, subject="redevance", effect_on=D(2025, 6, 1))
        sign_avenant(by=lived.gestionnaire, avenant=one, signed_on=D(2025, 5, 2))
        two = issue_avenant(
            by=lived.gestionnaire,
            contrat=lived.contrat,
            subject="service_added",
            effect_on=D(2025, 6, 1),
            prestation=linen,
        )
        sign_avenant(by=lived.gestionnaire, avenant=two, signed_on=D(2025, 5, 2))
        with pytest.raises(ValidationError, match="déjà cette prestation"):
            issue_avenant(
                by=lived.gestionnaire,
                contrat=lived.contrat,
                subject="service_added",
                effect_on=D(2025, 7, 1),
                prestation=linen,
            )
    lived.contrat.refresh_from_db()
    assert lived.contrat.monthly_services == Decimal("25.00")
    frozen = DocumentEmis.objects.get(pk=one.document_id).data
    assert (frozen["before"]["services"], frozen["after"]["services"]) == ("20.00", "25.00")
    assert linen.souscriptions.get().start_on == D(2025, 6, 1)
