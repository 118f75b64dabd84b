"""Two records of one household made one, and taken apart again; likenesses with a hidden household."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.utils import Error
from django.urls import reverse

from residence.actions.fusions import merge_menages, plan_fusion, settle_ressemblance, undo_fusion
from residence.actions.fusions_personnes import plan_personnes
from residence.models import (
    AccesConfidentiel,
    DocumentEmis,
    Echeance,
    EntreeJournal,
    Fusion,
    MembreMenage,
    Menage,
    Personne,
    PieceJointe,
    Rattachement,
    RendezVous,
    RessemblanceMasquee,
    Ressource,
)
from residence.permissions import Cause, Role
from residence.queries.fusions import pairs_offered, resembling_households
from tests.factories import (
    DossierFactory,
    MenageFactory,
    OrientationFactory,
    PersonneFactory,
    RattachementFactory,
    ResidenceFactory,
    SejourFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

MAY = datetime.date(1990, 5, 17)


@pytest.fixture
def here():
    return ResidenceFactory()


@pytest.fixture
def nadia(here):
    return UserFactory(role=Role.COORDINATRICE, residence=here)


def household(here, name, *, born_on=MAY, cause=Cause.CANDIDATURE, **fields):
    last_name, _, first_names = name.partition(" ")
    reference = PersonneFactory(last_name=last_name, first_names=first_names, born_on=born_on)
    return MenageFactory(
        name=f"{last_name.upper()} {first_names}", reference=reference, attached=cause and (here, cause), **fields
    )


def reference_of(menage):
    return menage.membres.get(tie="reference").personne


@pytest.fixture
def two(here, nadia):
    """The same person twice: once at home here, once typed again as a candidate, with something of each kind."""
    kept = household(here, "Diallo Awa", cause=Cause.SEJOUR, phone="0611111111")
    absorbed = household(here, "DIALO Awa", cause=None, city="Thiers", phone="0622222222")
    child = PersonneFactory(last_name="Diallo", first_names="Issa", born_on=datetime.date(2020, 1, 2))
    MembreMenage.objects.create(menage=absorbed, personne=child, tie="child", start_on=datetime.date(2024, 1, 1))
    Ressource.objects.create(
        menage=absorbed, personne=reference_of(absorbed), kind="rsa", monthly_amount=560, created_by=nadia
    )
    OrientationFactory(menage=absorbed, residence=here)
    DossierFactory(menage=absorbed, residence=here)
    PieceJointe.objects.create(
        menage=absorbed, name="p", file="p.pdf", content_type="application/pdf", size=1, sha256="0" * 64, added_by=nadia
    )
    DocumentEmis.objects.create(
        kind="invitation",
        residence=here,
        menage=absorbed,
        year=2026,
        rank=1,
        issued_on=MAY,
        issued_by=nadia,
        template="pdf/letter.html",
        data={"a": 1},
        data_sha256="0" * 64,
    )
    return kept, absorbed


def snapshot():
    """Every row that a merging may touch, as stored."""
    models = (Menage, MembreMenage, Rattachement, Ressource, PieceJointe, DocumentEmis, RendezVous, AccesConfidentiel)
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (*models, reference_model(), orientation_model(), dossier_model())
    }


def reference_model():
    return MembreMenage._meta.get_field("personne").related_model


def orientation_model():
    return OrientationFactory._meta.model


def dossier_model():
    return DossierFactory._meta.model


def test_all_goes_under_the_record_that_is_kept_and_comes_back(two, here, nadia):
    kept, absorbed = two
    before = snapshot()
    pairs = {reference_of(absorbed): reference_of(kept)}

    fusion = merge_menages(by=nadia, residence=here, kept=kept, absorbed=absorbed, pairs=pairs)

    kept.refresh_from_db()
    absorbed.refresh_from_db()
    assert (absorbed.merged_into, kept.city, kept.phone) == (kept, "Thiers", "0611111111")
    assert {(str(one.personne), one.tie) for one in kept.membres.all()} == {
        ("DIALLO Awa", "reference"),
        ("DIALLO Issa", "child"),
    }
    ressource = Ressource.objects.get()
    assert (ressource.menage, ressource.personne) == (kept, reference_of(kept))
    for model in (orientation_model(), dossier_model(), PieceJointe, DocumentEmis):
        assert model.objects.get().menage == kept
    assert {(one.menage, one.cause) for one in Rattachement.objects.filter(end_on=None)} == {
        (kept, cause) for cause in ("sejour", "candidature", "suivi")
    }
    entry = EntreeJournal.objects.get(action="fusion.make")
    assert (entry.by, entry.menage, entry.details["persons"]) == (nadia, kept, 1)

    undo_fusion(by=nadia, fusion=fusion)

    assert snapshot() == before
    assert EntreeJournal.objects.filter(action="fusion.undo").exists()
    # Twice is once.
    undo_fusion(by=nadia, fusion=fusion)
    assert EntreeJournal.objects.filter(action="fusion.undo").count() == 1


def test_the_same_merging_sent_twice_is_one(two, here, nadia):
    kept, absorbed = two
    first = merge_menages(by=nadia, residence=here, kept=kept, absorbed=absorbed, pairs={})

    assert merge_menages(by=nadia, residence=here, kept=kept, absorbed=absorbed, pairs={}) == first
    assert Fusion.objects.count() == 1


def test_looking_at_what_would_go_where_changes_nothing(two):
    kept, absorbed = two
    before = snapshot()

    plan = plan_fusion(kept=kept, absorbed=absorbed, pairs={reference_of(absorbed): reference_of(kept)})

    assert not plan.refusals
    assert {"ressources", "orientations", "pièces jointes"} <= {name for name, _ in plan.moved}
    assert ("téléphone", "0611111111", "0622222222") in [difference[1:] for difference in plan.differences]
    assert snapshot() == before


def test_what_changed_since_stops_the_way_back(two, here, nadia):
    kept, absorbed = two
    fusion = merge_menages(by=nadia, residence=here, kept=kept, absorbed=absorbed, pairs={})
    other = household(here, "Martin Paul")
    Ressource.objects.update(menage=other)
    before = snapshot()

    with pytest.raises(ValidationError, match="ressource"):
        undo_fusion(by=nadia, fusion=fusion)
    assert snapshot() == before


def test_two_open_requests_for_one_dispositif_are_told_before(two, here):
    kept, absorbed = two
    dispositif = orientation_model().objects.get().dispositif
    OrientationFactory(menage=kept, residence=here, dispositif=dispositif)

    plan = plan_fusion(kept=kept, absorbed=absorbed, pairs={})

    assert any("candidature ouverte" in one for one in plan.refusals)


def test_the_confidential_record_is_the_one_kept(two, here, nadia):
    kept, absorbed = two
    Menage.objects.filter(pk=absorbed.pk).update(is_confidential=True)
    absorbed.refresh_from_db()

    assert "confidentiel" in plan_fusion(kept=kept, absorbed=absorbed, pairs={}).refusals[0]
    person = reference_of(kept)
    fusion = merge_menages(by=nadia, residence=here, kept=absorbed, absorbed=kept, pairs={})
    assert Menage.objects.get(pk=kept.pk).is_confidential
    person.refresh_from_db()
    assert person.is_confidential
    undo_fusion(by=nadia, fusion=fusion)
    assert not Menage.objects.get(pk=kept.pk).is_confidential


def test_twins_of_one_name_are_left_to_people(here):
    kept, absorbed = household(here, "Diallo Awa"), household(here, "Diallo Awa")
    for menage in (kept, kept, absorbed):
        twin = PersonneFactory(last_name="Diallo", first_names="Fatou", born_on=datetime.date(2020, 2, 1))
        MembreMenage.objects.create(menage=menage, personne=twin, tie="child", start_on=datetime.date(2024, 1, 1))

    assert pairs_offered(kept, absorbed) == {reference_of(absorbed): reference_of(kept)}


def test_a_document_follows_its_household_and_nothing_else(two, here, nadia):
    kept, _ = two
    document = DocumentEmis.objects.get()

    for change in ({"menage": kept}, {"data": {}}):
        with pytest.raises(Error), transaction.atomic():
            DocumentEmis.objects.filter(pk=document.pk).update(**change)
    assert connection.is_usable()


class TestPages:
    def test_from_the_household_to_the_way_back(self, client, two, here, nadia):
        kept, absorbed = two
        client.force_login(nadia)
        assert (
            f"regrouper/{absorbed.pk}/"
            in client.get(reverse("residence:fusion_choose", args=[kept.pk])).content.decode()
        )
        address = reverse("residence:fusion_make", args=[kept.pk, absorbed.pk])
        shown = client.get(address).content.decode()
        assert "Regrouper ces deux fiches" in shown
        person = reference_of(absorbed)
        answer = client.post(address, {f"personne_{person.pk}": str(reference_of(kept).pk)})
        fusion = Fusion.objects.get()
        assert answer.url == reverse("residence:fusion_detail", args=[fusion.pk])
        assert "Séparer de nouveau" in client.get(answer.url).content.decode()
        # The old address leads to the record that is kept.
        old = client.get(reverse("residence:menage_detail", args=[absorbed.pk]))
        assert old.url == reverse("residence:menage_detail", args=[kept.pk])
        client.post(reverse("residence:fusion_undo", args=[fusion.pk]))
        assert Fusion.objects.get().undone_at
        assert client.get(reverse("residence:menage_detail", args=[absorbed.pk])).status_code == 200

    def test_a_record_out_of_reach_is_not_found(self, client, two, nadia):
        kept, _ = two
        elsewhere = household(ResidenceFactory(), "Diallo Awa")
        hidden = household(kept.rattachements.get().residence, "Diallo Awa", is_confidential=True)
        client.force_login(nadia)

        for other in (elsewhere, hidden):
            assert client.get(reverse("residence:fusion_make", args=[kept.pk, other.pk])).status_code == 404
        assert {one.menage for one in resembling_households(nadia, kept)} == {two[1]}


class TestLikeness:
    @pytest.fixture
    def likeness(self, here, nadia):
        hidden = household(here, "Secrète Anne", is_confidential=True)
        AccesConfidentiel.objects.create(menage=hidden, user=nadia, capacity="referent", granted_by=nadia)
        typed = household(here, "Secrete Anne")
        return RessemblanceMasquee.objects.create(menage=hidden, personne=reference_of(typed), typed_at_residence=here)

    def test_the_one_who_is_named_answers_and_may_merge(self, client, likeness, nadia):
        client.force_login(nadia)
        address = reverse("residence:ressemblance_settle", args=[likeness.pk])
        assert "SECRETE Anne" in client.get(address).content.decode()

        answer = client.post(address, {"same": "oui"})

        assert answer.url.startswith(reverse("residence:fusion_choose", args=[likeness.menage_id]))
        assert RessemblanceMasquee.objects.get().status == "same"

    def test_nobody_else_opens_it(self, client, likeness, here):
        client.force_login(UserFactory(role=Role.COORDINATRICE, residence=here))

        assert client.get(reverse("residence:ressemblance_settle", args=[likeness.pk])).status_code == 404

    def test_answering_settles_the_duty(self, likeness, here, nadia):
        settle_ressemblance(by=nadia, ressemblance=likeness, same=False, residence=here)

        assert not Echeance.objects.open().filter(kind="ressemblance.settle").exists()
        assert RessemblanceMasquee.objects.get().settled_by == nadia


def test_two_stays_are_put_under_one_household(here, nadia):
    kept, absorbed = household(here, "Diallo Awa"), household(here, "Diallo Awa")
    SejourFactory(menage=absorbed, residence=here, start_on=datetime.date(2020, 1, 1))
    RattachementFactory(menage=kept, residence=here, cause=Cause.SEJOUR)

    merge_menages(by=nadia, residence=here, kept=kept, absorbed=absorbed, pairs={})

    assert kept.sejours.count() == 1
    assert Rattachement.objects.filter(menage=kept, cause="sejour", end_on=None).count() == 1


# One person twice in a household


def test_a_person_entered_twice_is_made_one_and_two_again(client, here, nadia):
    """What names the second goes to the first, shown before; the second membership counts nobody; all comes back."""
    menage = household(here, "Diallo Awa", phone="0611111111")
    kept = reference_of(menage)
    double = PersonneFactory(last_name="DIALO", first_names="Awa", born_on=MAY, birth_place="Dakar", phone="0622222222")
    early = datetime.date(2020, 1, 1)
    MembreMenage.objects.create(menage=menage, personne=double, tie="other", start_on=early)
    Ressource.objects.create(menage=menage, personne=double, kind="rsa", monthly_amount=560, created_by=nadia)
    before = [list(model.objects.order_by("pk").values()) for model in (Personne, MembreMenage, Ressource)]
    client.force_login(nadia)
    address = reverse("residence:personne_merge", args=[menage.pk])

    offered = client.get(address).content.decode()
    assert f'value="{kept.pk}" selected' in offered
    plan = plan_personnes(menage=menage, kept=kept, absorbed=double)
    assert [what for what, _ in plan.moved] == ["ressources"]
    shown = client.get(address, {"garder": kept.pk, "double": double.pk}).content.decode()
    assert "devient DIALLO Awa" in shown
    assert "Lieu de naissance" in shown  # a blank that the other fills
    wrong = client.get(address, {"garder": double.pk, "double": kept.pk}).content.decode()
    assert "inversez les deux" in wrong

    for _ in range(2):  # the second press changes nothing
        client.post(address, {"garder": kept.pk, "double": double.pk})
    (fusion,) = Fusion.objects.all()
    assert [one.personne for one in menage.members_on(datetime.date(2024, 6, 1))] == [kept]
    assert menage.membres.get(personne=kept).start_on == early
    assert (Ressource.objects.get().personne, Personne.objects.get(pk=kept.pk).birth_place) == (kept, "Dakar")
    assert menage.persons_count == 1
    page = client.get(reverse("residence:fusion_detail", args=[fusion.pk])).content.decode()
    assert "Deux fiches d’une même personne" in page
    assert "quitte le ménage" not in client.get(reverse("residence:menage_detail", args=[menage.pk])).content.decode()

    client.post(reverse("residence:fusion_undo", args=[fusion.pk]))
    assert [list(model.objects.order_by("pk").values()) for model in (Personne, MembreMenage, Ressource)] == before
