"""The notes in which a word is written, for who may read them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accompagnement.queries.notes import around, matching, words_of
from residence.permissions import Cause, Role
from tests.factories import DossierFactory, MenageFactory, NoteFactory, ResidenceFactory, UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("Énergie, dettes", ["energie", "dettes"]),
        ("l’État", ["etat"]),
        ("a & b | !c:*", []),
        ("'; DROP TABLE", ["drop", "table"]),
        ("un deux trois quatre cinq six sept", ["un", "deux", "trois", "quatre", "cinq", "six"]),
    ],
)
def test_words_of(asked, words):
    assert words_of(asked) == words


def test_around():
    text = "Début. " + "x" * 200 + " une dette d’énergie reste. " + "y" * 200
    told = around(text, ["energie"])
    assert "dette d’énergie reste" in told
    assert told.startswith("… ")
    assert told.endswith(" …")
    assert around("Court", ["absent"]) == "Court"


def test_each_finds_what_they_may_read(here, nadia, claire, dossier):
    write = {"dossier": dossier, "author": nadia}
    plain = NoteFactory(text="Une dette d’énergie est échelonnée.", held_on="2026-01-02", **write)
    step = NoteFactory(text="Appel.", next_step="Relancer pour la dette", held_on="2026-01-03", **write)
    kept = NoteFactory(text="La dette vient d’une séparation.", level="referents", held_on="2026-01-04", **write)
    replaced = NoteFactory(text="Une dette d’avant", **write)
    NoteFactory(text="Corrigée", replaces=replaced, **write)
    elsewhere = DossierFactory(residence=ResidenceFactory())
    NoteFactory(dossier=elsewhere, author=nadia, text="Une dette ailleurs")
    hidden = MenageFactory(name="CACHEE Zoé", is_confidential=True, attached=(here, Cause.SEJOUR))
    secret = NoteFactory(dossier=DossierFactory(menage=hidden, residence=here), author=nadia, text="La dette cachée")

    # Singular or plural, with or without accents, the beginning of a word; the most recent first.
    for asked in ("dettes", "DETTE", "dett"):
        assert list(matching(nadia, asked)) == [kept, step, plain], asked
    assert list(matching(nadia, "energie dette")) == [plain]
    assert list(matching(nadia, "dette absente")) == []
    assert list(matching(nadia, "le")) == []
    assert list(matching(claire, "dette")) == [step, plain]
    assert not matching(UserFactory(role=Role.GESTIONNAIRE, residence=here), "dette").exists()

    page = reverse("accompagnement:note_search")
    client = signed_in(nadia)
    told = client.get(f"{page}?q=dette").content.decode()
    assert "échelonnée" in told
    assert "séparation" not in told  # read on its own page, where the reading is journalled
    assert reverse("accompagnement:note_detail", args=[kept.pk]) in told
    assert "échelonnée" not in client.get(f"{page}?q=dette&nature=appel").content.decode()
    assert "Tapez un mot" in client.get(page).content.decode()
    assert "Aucune note" in client.get(f"{page}?q=rien").content.decode()
    hidden.acces_confidentiels.create(user=nadia, capacity="referent", granted_by=nadia)
    named = signed_in(nadia).get(f"{page}?q=dette").content.decode()
    assert reverse("accompagnement:note_detail", args=[secret.pk]) in named
    assert "dette cachée" not in named
    assert signed_in(UserFactory(role=Role.GESTIONNAIRE, residence=here)).get(page).status_code == 403

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{page}?q=dette")
        return len(asked)

    few = queries()
    for rank in range(31):
        NoteFactory(text=f"Dette {rank}", **write)
    assert queries() <= few
    assert "30 plus récentes" in client.get(f"{page}?q=dette").content.decode()
