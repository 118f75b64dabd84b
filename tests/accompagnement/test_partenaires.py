"""Partners: one directory, persons oriented by their consent, instances read by who is named."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accompagnement.actions.instances import (
    add_situation,
    close_reunion,
    create_instance,
    decide_situation,
    name_participant,
    plan_reunion,
    remove_participant,
    withdraw_situation,
)
from accompagnement.actions.partenaires import orient, record_answer, record_outcome, withdraw_consent
from accompagnement.models import InstancePartenariale, OrientationPartenaire, SituationInstance
from accompagnement.queries.partenaires import directory, instances, narrowed
from residence.duties import rebuild_duties
from residence.models import Echeance, EntreeJournal, Partenaire, Referent
from residence.models.base import today
from residence.permissions import Cause, Role
from tests.factories import DossierFactory, MenageFactory, PartenaireFactory, ResidenceFactory, UserFactory
from tests.kept import kept
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


class Here:
    """A résidence, a coordinatrice, two files, one of which is confidential, a partner."""

    def __init__(self):
        self.residence = ResidenceFactory(name="Résidence d’ici")
        self.nadia = UserFactory(role=Role.COORDINATRICE, residence=self.residence, last_name="Benali")
        self.sylvie = UserFactory(role=Role.GESTIONNAIRE, residence=self.residence)
        self.dossier = self.file("ALPHA Awa")
        Referent.objects.create(menage=self.dossier.menage, residence=self.residence, user=self.nadia)
        self.hidden = self.file("CACHEE Zoé", is_confidential=True)
        self.person = self.dossier.menage.membres.get().personne
        self.centre = PartenaireFactory(name="Centre de santé", kind="sante", themes="Santé, accès aux droits")

    def file(self, name, **more):
        menage = MenageFactory(name=name, attached=(self.residence, Cause.SEJOUR), **more)
        return DossierFactory(menage=menage, residence=self.residence)


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker):
    with kept(django_db_blocker) as keep:
        yield keep(Here())


def due(kind):
    return list(Echeance.objects.open().filter(kind=kind).values_list("due_on", "user_id"))


def oriented(here, **more):
    given = {
        "personne": here.person,
        "partenaire": here.centre,
        "theme": "sante",
        "shared": "Cherche un médecin",
        "sent_on": today(),
        "consent_kind": "oral",
        "consented_on": today(),
        "answer_by_on": today() + datetime.timedelta(days=20),
    }
    return orient(by=here.nadia, dossier=here.dossier, **given | more)


def test_the_directory_is_that_of_the_residence_by_theme_and_word(here):
    elsewhere = PartenaireFactory(name="Loin", themes="santé")
    elsewhere.residences.add(ResidenceFactory())
    PartenaireFactory(name="Mission emploi", themes="emploi").contacts.create(name="Aline Courtois")
    found = directory(here.nadia)
    assert elsewhere not in found

    def names(**asked):
        return [one.name for one in narrowed(found, **asked)]

    assert names(theme="sante") == ["Centre de santé"]
    assert names(text="courtois") == ["Mission emploi"]
    assert names(text="acces DROITS") == ["Centre de santé"]
    Partenaire.objects.filter(pk=here.centre.pk).update(closed_on=today())
    assert names(theme="sante") == []
    assert names(past=True) == ["Centre de santé"]


def test_an_orientation_waits_for_its_answer_then_ends(here):
    yesterday = today() - datetime.timedelta(days=1)
    with pytest.raises(ValidationError, match="avant l’orientation"):
        oriented(here, sent_on=yesterday)
    with pytest.raises(ValidationError, match="fait pas partie"):
        oriented(here, personne=here.hidden.menage.membres.get().personne)
    with pytest.raises(ValidationError, match="autre partenaire"):
        oriented(here, contact=PartenaireFactory().contacts.create(name="X"))
    key = uuid.uuid4()
    row = oriented(here, form_key=key)
    assert oriented(here, form_key=key) == row
    assert due("orientation_partenaire.answer") == [(row.answer_by_on, here.nadia.pk)]
    record_answer(by=here.nadia, orientation=row, answer="waiting", answered_on=today())
    assert due("orientation_partenaire.answer") == []
    with pytest.raises(ValidationError, match="L’orientation est du"):
        record_outcome(by=here.nadia, orientation=row, outcome="settled", outcome_on=yesterday)
    record_outcome(by=here.nadia, orientation=row, outcome="followed", outcome_on=today())
    with pytest.raises(ValidationError, match="déjà notée"):
        record_answer(by=here.nadia, orientation=row, answer="refused", answered_on=today())
    other = oriented(here)
    withdraw_consent(by=here.nadia, orientation=other)
    rebuild_duties()
    assert due("orientation_partenaire.answer") == []
    acts = EntreeJournal.objects.filter(action__startswith="orientation_partenaire.", menage=here.dossier.menage)
    assert acts.count() == 5


def test_an_instance_is_read_by_who_is_named(here):
    nadia, sylvie = here.nadia, here.sylvie
    instance = create_instance(by=nadia, residence=here.residence, name="Cellule", kind="hopital")
    with pytest.raises(ValidationError, match="n’ouvre pas"):
        name_participant(by=nadia, instance=instance, user=UserFactory(role=Role.COMMISSION, residence=here.residence))
    first = plan_reunion(by=nadia, instance=instance, held_on=today())
    agreed = {"need": "Sort de l’hôpital sans aide", "consent_kind": "written", "consented_on": today()}
    situation = add_situation(by=nadia, reunion=first, dossier=here.dossier, **agreed)
    hidden = add_situation(by=nadia, reunion=first, dossier=here.hidden, **agreed)
    with pytest.raises(ValidationError, match="déjà à l’ordre du jour"):
        add_situation(by=nadia, reunion=first, dossier=here.dossier, **agreed)

    def read(user):
        return set(SituationInstance.objects.readable_by(user))

    assert read(sylvie) == set()
    assert not InstancePartenariale.objects.readable_by(sylvie).exists()
    sylvie_there = name_participant(by=nadia, instance=instance, user=sylvie)
    assert read(sylvie) == read(nadia) == {situation}
    elsewhere = UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory())
    assert read(elsewhere) == set()

    with pytest.raises(ValidationError, match="sans décision"):
        close_reunion(by=nadia, reunion=first, presents=[])
    withdraw_situation(by=nadia, situation=hidden, reason="Accord retiré")
    due_on = today() + datetime.timedelta(days=7)
    decide_situation(by=nadia, situation=situation, decision="Demander une aide", outcome="open", due_on=due_on)
    assert due("situation.end") == [(due_on, nadia.pk)]
    with pytest.raises(ValidationError, match="ne se retire plus"):
        withdraw_situation(by=nadia, situation=situation, reason="Non")
    close_reunion(by=nadia, reunion=first, presents=[sylvie_there])
    with pytest.raises(ValidationError, match="close"):
        decide_situation(by=nadia, situation=situation, decision="Autre", outcome="closed")
    # What stays open goes to the next session; what was taken off does not.
    second = plan_reunion(by=nadia, instance=instance, held_on=today() + datetime.timedelta(days=30))
    (taken_up,) = second.situations.all()
    assert (taken_up.dossier, taken_up.need, taken_up.decided_on) == (here.dossier, situation.need, None)
    (told,) = instances(sylvie)
    assert (told.followed, told.closed) == (1, 0)
    remove_participant(by=nadia, participant=sylvie_there)
    assert read(sylvie) == set()


def test_pages_of_partners(here):
    """From the directory to an orientation answered, each form refused then sent."""
    client = signed_in(here.nadia)
    day = f"{today():%d/%m/%Y}"

    def url(name, *args):
        return reverse(f"accompagnement:{name}", args=args)

    def post(page, *args, **data):
        return client.post(url(page, *args), data)

    assert post("partenaire_create", kind="emploi", name="").status_code == 200
    made = post("partenaire_create", kind="emploi", name="Mission", themes="emploi, formation", phone="0473000000")
    partenaire = Partenaire.objects.get(name="Mission")
    assert made.url == url("partenaire_detail", partenaire.pk)
    assert list(partenaire.residences.all()) == [here.residence]
    assert post("contact_add", partenaire.pk, name="Aline", phone="0473111111").status_code == 302
    contact = partenaire.contacts.get()
    assert post("contact_edit", contact.pk, name="Aline Courtois").status_code == 302
    assert "Mission" in client.get(url("partenaire_list") + "?theme=formation").content.decode()
    assert "Mission" not in client.get(url("partenaire_list") + "?theme=sante").content.decode()

    sent = {
        "personne": here.person.pk,
        "partenaire": partenaire.pk,
        "contact": contact.pk,
        "theme": "emploi",
        "shared": "Cherche une formation",
        "consented_on": day,
        "sent_on": day,
        "answer_by_on": day,
        "form_key": str(uuid.uuid4()),
    }
    assert post("orientation_partenaire_make", here.dossier.pk, **sent).status_code == 200  # without consent
    assert not OrientationPartenaire.objects.exists()
    assert post("orientation_partenaire_make", here.dossier.pk, **sent, consent_kind="oral").status_code == 302
    row = OrientationPartenaire.objects.get()
    assert "réponse attendue" in client.get(url("orientation_partenaire_list", here.dossier.pk)).content.decode()
    answered = {"answer": "accepted", "answered_on": day}
    assert post("orientation_partenaire_answer", row.pk, **answered).status_code == 302
    assert post("orientation_partenaire_settle", row.pk, outcome="followed", outcome_on=day).status_code == 302
    story = client.get(reverse("residence:menage_detail", args=[here.dossier.menage_id])).content.decode()
    assert "Orientation vers Mission, suivie par le partenaire" in story
    assert "<strong>1</strong> reçues" in client.get(url("partenaire_detail", partenaire.pk)).content.decode()


def test_pages_of_an_instance_leave_a_line_each_time_they_are_read(here):
    client = signed_in(here.nadia)
    day = f"{today():%d/%m/%Y}"

    def url(name, *args):
        return reverse(f"accompagnement:{name}", args=args)

    key = {"form_key": str(uuid.uuid4())}
    sent = {"name": "Situations", "kind": "situations", "residence": here.residence.pk}
    assert client.post(url("instance_create"), sent | key).status_code == 302
    instance = InstancePartenariale.objects.get()
    nobody = client.post(url("participant_name", instance.pk), {"user": ""})
    assert "Choisissez un membre" in nobody.content.decode()
    assert client.post(url("participant_name", instance.pk), {"user": here.sylvie.pk}).status_code == 302
    assert client.post(url("reunion_plan", instance.pk), {"held_on": day, "hour": "14h"}).status_code == 302
    reunion = instance.reunions.get()
    assert "ALPHA Awa" in client.get(url("situation_choose", reunion.pk) + "?menage=alpha").content.decode()
    assert "CACHEE" not in client.get(url("situation_choose", reunion.pk) + "?menage=cachee").content.decode()
    told = {"need": "Deux dettes", "consent_kind": "oral", "consented_on": day}
    assert client.post(url("situation_add", reunion.pk, here.dossier.pk), told).status_code == 302
    situation = reunion.situations.get()
    sylvie = signed_in(here.sylvie)
    assert "ALPHA Awa" in sylvie.get(reunion.get_absolute_url()).content.decode()
    assert "Deux dettes" not in sylvie.get(reunion.get_absolute_url()).content.decode()
    assert "Deux dettes" in sylvie.get(situation.get_absolute_url()).content.decode()
    readings = EntreeJournal.objects.filter(kind=EntreeJournal.Kind.READING, by=here.sylvie)
    assert sorted(readings.values_list("action", flat=True)) == ["instance.read", "instance.read", "situation.read"]
    assert readings.get(action="situation.read").menage == here.dossier.menage
    decided = {"decision": "Un plan", "outcome": "closed", "due_on": day}
    assert sylvie.post(url("situation_decide", situation.pk), decided).status_code == 403
    assert client.post(url("situation_decide", situation.pk), decided).status_code == 302
    assert client.post(url("situation_finish", situation.pk)).status_code == 302
    there = {"presents": [one.pk for one in instance.participants.all()]}
    assert client.post(url("reunion_close", reunion.pk), there).status_code == 302
    assert "Étaient là" in client.get(reunion.get_absolute_url()).content.decode()
    other = signed_in(UserFactory(role=Role.DIRECTION, residence=here.residence))
    assert other.get(reunion.get_absolute_url()).status_code == 404
    assert "Situations" in sylvie.get(url("instance_list")).content.decode()
