"""The search among the notes, and the home page of a coordinatrice with sixty files.

20,000 persons and 200,000 notes in two résidences of the same size: the reader may see the half of them.
"""

import datetime
import json
import random
import sys

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from accompagnement.models import DossierSocial
from accompagnement.queries.dossiers import load_of
from bench.measuring import measure
from residence.duties import rebuild_duties
from residence.models import Referent, Residence, User
from residence.models.base import today

PERSONS, NOTES, FILES = 20_000, 200_000, 60
# Words of every day, words that few notes hold, and several at once.
ASKED = ("dette", "énergie", "formation", "visite", "assistante soc", "permis", "dette énergie", "mot17", "mot4242")


def main(places: int) -> None:
    settings.ROOT_URLCONF = "bench.urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    user = User.objects.get(username="coordinatrice")

    def say(name: str, value: float, unit: str) -> None:
        print(
            json.dumps({"name": name, "value": round(value, 2), "unit": unit, "size": places}, ensure_ascii=False),
            flush=True,
        )

    client = Client()
    client.force_login(user)
    follow(user)
    home = reverse("residence:accueil")
    measure(say, f"accueil (coordinatrice, {load_of(user).mine} dossiers)", client, lambda: home)
    write_notes(user)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    chance = random.Random(1)  # noqa: S311 (the same words at each run, not a secret)
    search = reverse("accompagnement:note_search")
    measure(say, f"recherche parmi {NOTES} notes", client, lambda: f"{search}?q={chance.choice(ASKED)}")


def follow(user: User) -> None:
    """Have `user` follow as many open files as asked, their colleague the others."""
    colleague = User.objects.get(username="coordinatrice2")
    mine = DossierSocial.objects.open().filter(sejour__isnull=False).order_by("pk").values_list("menage", flat=True)
    kept = list(mine[:FILES])
    current = Referent.objects.in_force(today())
    current.filter(kind="substitute").update(end_on=today() - datetime.timedelta(days=1))
    current.filter(kind="social").exclude(menage__in=kept).update(user=colleague)
    current.filter(kind="social", menage__in=kept).update(user=user)
    rebuild_duties()


def write_notes(user: User) -> None:
    """Households of one person, half of them in another résidence, each with a file and ten notes."""
    here = Residence.objects.order_by("pk").first()
    there = Residence.objects.create(code="ailleurs", name="Ailleurs", opened_on=here.opened_on)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH homes AS (
                INSERT INTO residence_menage
                    (name, address, postal_code, city, phone, email, caf_number, is_confidential, created_at)
                SELECT 'NOM' || n || ' Prénom', '', '', '', '', '', '', false, now()
                FROM generate_series(1, %s) AS n
                RETURNING id
            ), files AS (
                INSERT INTO accompagnement_dossiersocial
                    (menage_id, residence_id, opened_on, closed_reason, pinned_note, created_at)
                SELECT id, CASE WHEN id %% 2 = 0 THEN %s ELSE %s END, date '2024-01-01', '', '', now() FROM homes
                RETURNING id, menage_id, residence_id
            ), ties AS (
                INSERT INTO residence_rattachement (menage_id, residence_id, cause, start_on)
                SELECT menage_id, residence_id, 'suivi', date '2024-01-01' FROM files
            )
            INSERT INTO accompagnement_notesociale (dossier_id, kind, themes, held_on, outcome, text, level, mission,
                next_step, author_id, created_at)
            SELECT files.id, 'entretien', ARRAY['budget'], date '2024-01-01' + ((files.id * 31 + n * 97) %% 1000)::int,
                'held',
                CASE WHEN n %% 2 = 0 THEN 'Point sur le budget, une dette d’énergie reste à échelonner. '
                     ELSE 'Visite dans le logement, tout va bien ; formation en cours, permis à passer. ' END
                || CASE WHEN n = 3 THEN 'Appel à l’assistante sociale de secteur. ' ELSE '' END
                || 'mot' || (files.id %% 5000) || ' ' || md5(files.id::text || n::text),
                CASE WHEN n = 7 THEN 'referents' ELSE 'team' END, '', '', %s, now()
            FROM files, generate_series(1, %s) AS n
            """,
            [PERSONS, here.pk, there.pk, user.pk, NOTES // PERSONS],
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
