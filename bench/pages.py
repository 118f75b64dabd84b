"""Times of the pages at one size: median and 95th percentile of the wall clock in milliseconds, and number of queries.

The median of the processor's time besides, PostgreSQL's left out: a machine that works for others does not change it.

The session and the user are asked for on each page, the roles once a request: those queries are counted apart.
"""

import datetime
import json
import random
import sys
import uuid
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from accompagnement.models import DossierSocial, NoteSociale
from admissions.models import SessionCommission
from bench.measuring import ROUNDS, measure
from logement.models import AvisEcheance, Campagne, ContratOccupation, Ecriture, Encaissement, Sejour
from residence.models import User
from residence.models.base import today
from residence.rules.dates import add_months, month_end

PERSONS = 200_000
EVENTS = 2_000


def main(places: int) -> None:
    settings.ROOT_URLCONF = "bench.urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    people = populate(PERSONS) if places > 1000 else []
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    def say(name: str, value: float, unit: str) -> None:
        print(
            json.dumps({"name": name, "value": round(value, 2), "unit": unit, "size": places}, ensure_ascii=False),
            flush=True,
        )

    for page, username, address in pages(places):
        client = Client()
        client.force_login(User.objects.get(username=username))
        measure(say, page, client, address)
    if people:
        client = Client()
        client.force_login(User.objects.get(username="coordinatrice"))
        chance = random.Random(1)  # noqa: S311 (the same words at each run, not a secret)
        measure(say, f"recherche ({PERSONS} personnes)", client, lambda: f"/recherche/?q={chance.choice(people)}")


def pages(places: int) -> list[tuple[str, str, Callable[[], str]]]:
    """(name, account, address) of each page that is measured, the yardstick first."""

    stays = list(Sejour.objects.open().order_by("pk").values_list("menage_id", flat=True)[:ROUNDS])
    sejours = list(Sejour.objects.open().order_by("pk").values_list("pk", flat=True)[:ROUNDS])
    chance = random.Random(1)  # noqa: S311

    agendas = SessionCommission.objects.annotate(files=Count("passages"))
    fullest = agendas.order_by("-files", "pk").values_list("pk", flat=True)[:1]

    def fixed(name: str) -> Callable[[], str]:
        return lambda: reverse(name)

    return [
        ("vue nue", "coordinatrice", lambda: "/nu/"),
        ("accueil (coordinatrice)", "coordinatrice", fixed("residence:accueil")),
        ("accueil (gestionnaire)", "gestionnaire", fixed("residence:accueil")),
        ("candidats", "coordinatrice", fixed("admissions:orientation_list")),
        *(
            ("séance de la commission", "coordinatrice", partial(reverse, "admissions:session_detail", args=[session]))
            for session in fullest
        ),
        ("places", "gestionnaire", fixed("logement:place_list")),
        ("avis", "gestionnaire", fixed("logement:avis_list")),
        ("impayés", "gestionnaire", fixed("logement:arriere_list")),
        ("mois (campagne)", "gestionnaire", partial(reverse, "logement:campagne_detail", args=[last_campagne()])),
        (
            "compte de dix ans",
            "gestionnaire",
            partial("{}?tout=1".format, reverse("logement:compte_detail", args=[ten_years()])),
        ),
        *(
            (
                f"séjour ({username})",
                username,
                lambda: reverse("logement:sejour_detail", args=[chance.choice(sejours)]),
            )
            for username in ("gestionnaire", "coordinatrice")
        ),
        (
            "personne",
            "coordinatrice",
            lambda: reverse("residence:menage_detail", args=[chance.choice(stays)]),
        ),
        (
            f"fil d’un dossier de {EVENTS} événements",
            "coordinatrice",
            partial(reverse, "residence:menage_detail", args=[long_file()]),
        ),
        ("mes suivis", "coordinatrice", fixed("accompagnement:dossier_list")),
        ("visites à faire", "coordinatrice", fixed("accompagnement:visite_list")),
        ("relogement", "coordinatrice", fixed("accompagnement:relogement_list")),
        ("recherche", "coordinatrice", lambda: f"/recherche/?q={chance.choice(['ben', 'diallo', 'marie', 'dupond'])}"),
    ]


def long_file() -> int:
    """The household of an open file in which as many notes are written as make its timeline long."""
    author = User.objects.get(username="coordinatrice")
    dossier = DossierSocial.objects.open().filter(sejour__isnull=False).order_by("pk").first()
    NoteSociale.objects.bulk_create(
        NoteSociale(
            dossier=dossier,
            author=author,
            kind=NoteSociale.Kind.values[rank % 5],
            themes=["budget", "logement"],
            held_on=today() - datetime.timedelta(days=rank % 700),
            text="Point fait ensemble.",
        )
        for rank in range(EVENTS)
    )
    return dossier.menage_id


def last_campagne() -> int:
    pk: int = Campagne.objects.order_by("-month", "pk").values_list("pk", flat=True)[0]
    return pk


def ten_years() -> int:
    """A stay whose account has a hundred and twenty months more: an avis and a payment each, all paid."""
    contrat = ContratOccupation.objects.filter(status="running").order_by("pk")[0]
    first = AvisEcheance.objects.filter(contrat=contrat).order_by("month")[0].month
    months = [add_months(first, -rank) for rank in range(1, 121)]
    avis = AvisEcheance.objects.bulk_create(
        AvisEcheance(
            contrat=contrat,
            month=month,
            status="sent",
            start_on=month,
            end_on=month_end(month),
            due_on=month_end(month),
            total=400,
            housing=380,
            paid=400,
        )
        for month in months
    )
    payments = Encaissement.objects.bulk_create(
        Encaissement(
            sejour_id=contrat.sejour_id,
            received_on=month_end(month),
            amount=400,
            method="transfer",
            imputed=400,
            idempotency_key=uuid.uuid4(),
        )
        for month in months
    )
    # Months of the past are closed: what is measured is reading them.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE logement_ecriture DISABLE TRIGGER ecriture_closed_month")
    Ecriture.objects.bulk_create(
        entry
        for one, payment in zip(avis, payments, strict=True)
        for entry in (
            Ecriture(sejour_id=contrat.sejour_id, kind="redevance", dated_on=one.due_on, amount=400, label="Redevance",
                     avis=one),
            Ecriture(sejour_id=contrat.sejour_id, kind="payment", dated_on=one.due_on, amount=-400, label="Paiement",
                     encaissement=payment),
        )
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE logement_ecriture ENABLE TRIGGER ecriture_closed_month")
    pk: int = contrat.sejour_id
    return pk


def populate(count: int) -> list[str]:
    """`count` persons housed in the past, each in a household attached to a résidence; some of their names."""

    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH names AS (
                SELECT array_agg(DISTINCT last_name) AS last, array_agg(DISTINCT first_names) AS first
                FROM residence_personne
            ), made AS (
                SELECT n,
                       last[1 + ((n * 7919) %% array_length(last, 1))::int] || substr(md5(n::text), 1, 3) AS last_name,
                       first[1 + ((n * 104729) %% array_length(first, 1))::int] AS first_names
                FROM names, generate_series(1, %s::bigint) AS n
            ), homes AS (
                INSERT INTO residence_menage
                    (name, address, postal_code, city, phone, email, caf_number, is_confidential, created_at)
                SELECT upper(last_name) || ' ' || first_names, '', '', '', '', '', '', false, now() FROM made
                RETURNING id, name
            ), ties AS (
                INSERT INTO residence_rattachement (menage_id, residence_id, cause, start_on, end_on)
                SELECT id, (SELECT min(id) FROM residence_residence), 'sejour', date '2020-01-01', date '2021-01-01'
                FROM homes
            ), persons AS (
                INSERT INTO residence_personne (civility, last_name, birth_name, first_names, born_on, birth_precision,
                    birth_place, nationality, spoken_language, needs_interpreter, phone, email, needs_evacuation_help,
                    is_confidential, created_at)
                SELECT 'unknown', split_part(name, ' ', 1), '', split_part(name, ' ', 2),
                    date '1950-01-01' + (id %% 20000)::int, 'day', '', 'unknown', '', false, '', '', false, false, now()
                FROM homes
                RETURNING id, last_name
            )
            SELECT last_name FROM persons
            """,
            [count],
        )
        names = [row[0] for row in cursor.fetchall()]
        # One household a person, in the order of their making.
        cursor.execute(
            """
            INSERT INTO residence_membremenage (menage_id, personne_id, tie, in_custody, start_on)
            SELECT m.id, p.id, 'reference', false, date '2020-01-01'
            FROM (
                SELECT id, row_number() OVER (ORDER BY id DESC) AS n FROM residence_menage ORDER BY id DESC LIMIT %s
            ) AS m
            JOIN (
                SELECT id, row_number() OVER (ORDER BY id DESC) AS n FROM residence_personne ORDER BY id DESC LIMIT %s
            ) AS p USING (n)
            """,
            [count, count],
        )
    return random.Random(1).sample(names, 200)  # noqa: S311


main(int(sys.argv[1]))
