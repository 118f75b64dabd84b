"""The hand-over log: short, read by, no word on a person."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accompagnement.actions.transmissions import withdraw_transmission
from accompagnement.models import Transmission
from accompagnement.rules.transmissions import personal_words
from residence.permissions import Role
from tests.factories import PlaceFactory, UserFactory
from tests.signing_in import signed_in

LIST = "accompagnement:transmission_list"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ascenseur en panne au bâtiment B", []),
        ("Mme X est hospitalisée, Impayés à voir", ["hospitalisée", "Impayés"]),
        ("Dépression dans le joint de la chaudière", ["Dépression"]),
        ("Le RSA de M. Y", ["RSA"]),
        ("Le rsablier", ["rsablier"]),
        ("Ménage du hall fait", []),
    ],
)
def test_words_on_a_person_are_noticed(text, found):
    assert personal_words(text) == found


@pytest.mark.django_db
def test_a_word_is_left_read_and_taken_back(here, nadia, claire):
    vie, other = (UserFactory(role=Role.VIE_RESIDENTIELLE, residence=here) for _ in range(2))
    place = PlaceFactory(residence=here, code="A 12")
    client, address = signed_in(vie), reverse(LIST)
    sent = {"residence": here.pk, "text": "Ascenseur en panne", "place": "a12"}
    key = {"form_key": str(uuid.uuid4())}
    assert client.post(address, sent | key | {"text": "x" * 281}).status_code == 200
    asked = client.post(address, sent | key | {"text": "Voisin malade"})
    assert "«\u00a0malade\u00a0»" in asked.content.decode()
    for _ in range(2):
        assert client.post(address, sent | key | {"is_urgent": "on"}).status_code == 302
    confirmed = {"text": "Plante malade dans le hall", "is_about_the_house": "on", "form_key": str(uuid.uuid4())}
    assert client.post(address, sent | confirmed).status_code == 302
    urgent, plant = Transmission.objects.order_by("pk")
    assert urgent.place == place

    reader = signed_in(nadia)
    page = reader.get(address)
    assert [one.pk for one in page.context["to_read"]] == [urgent.pk, plant.pk]
    assert "À lire" in reader.get("/").content.decode()
    read = reverse("accompagnement:transmission_read")
    for _ in range(2):
        reader.post(read, {"transmission": urgent.pk, "shown": [urgent.pk, plant.pk]})
    assert urgent.lectures.count() == 2
    assert plant.lectures.count() == 1
    reader.post(read, {"shown": [urgent.pk, plant.pk, "9" * 40, "x"]})
    page = reader.get(address)
    assert page.context["to_read"] == []
    assert str(nadia) in page.content.decode()
    # Long ago, it waits for nobody.
    Transmission.objects.update(written_at=timezone.now() - datetime.timedelta(days=15))
    assert signed_in(claire).get(address).context["to_read"] == []

    with pytest.raises(ValidationError, match="coordinatrice"):
        withdraw_transmission(by=other, transmission=urgent)
    assert signed_in(claire).post(reverse("accompagnement:transmission_withdraw", args=[urgent.pk])).status_code == 302
    page = client.get(address).content.decode()
    assert "Ascenseur en panne" not in page
    assert f"Retirée par {claire}" in page


@pytest.mark.django_db
def test_the_log_asks_as_many_queries_whatever_its_length(here, nadia, django_assert_max_num_queries):
    client = signed_in(nadia)
    author = UserFactory(role=Role.VIE_RESIDENTIELLE, residence=here)
    client.get(reverse(LIST))
    for _ in range(12):
        Transmission.objects.create(residence=here, text="Mot", written_by=author)
    with django_assert_max_num_queries(20):
        client.get(reverse(LIST))
