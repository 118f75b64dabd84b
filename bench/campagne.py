"""What `issue_avis` costs beside one INSERT ... SELECT of the same avis and lines, at 222, 2,000 and 20,000 contracts.

Both write the month after the last one called, four lines a contract, in a transaction that is rolled back. The first
also writes papers, entries, accounts and the journal: the ratio is the figure.
"""

import datetime
import json
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from unittest import mock

from django.db import connection, transaction

from logement.actions.campagnes import issue_avis
from logement.models import AvisEcheance, Prestation, Souscription, TarifPrestation
from logement.queries.campagnes import contracts_without_avis
from residence.models import Residence
from residence.rules.dates import add_months, month_end

ROUNDS = {222: 9, 2_000: 5}

COPY_OF_AVIS = """
    WITH made AS (
        INSERT INTO logement_avisecheance (contrat_id, month, rank, status, start_on, end_on, due_on, total, housing,
            apl_expected, paid, reason, confirmed_at)
        SELECT pk, %(month)s::date, 0, 'confirmed', %(month)s::date, %(end)s::date, %(end)s::date, 440, 400, 100, 0, '',
            now()
        FROM unnest(%(contrats)s::bigint[]) AS pk
        RETURNING id
    )
    INSERT INTO logement_ligneavis (avis_id, kind, label, start_on, end_on, monthly_amount, amount, reason)
    SELECT id, kind, label, %(month)s::date, %(end)s::date, amount, amount, ''
    FROM made, (VALUES ('rent', 'équivalent de loyer', 300), ('charges', 'équivalent de charges', 100),
        ('services', 'prestations obligatoires', 20), ('optional', 'Laverie', 20)) AS four (kind, label, amount)
"""


def main(places: int) -> None:
    residence = Residence.objects.order_by("pk")[0]
    month = add_months(AvisEcheance.objects.order_by("-month").values_list("month", flat=True)[0], 1)
    with transaction.atomic(), lived_at(month.replace(day=25)):
        contrats = list(contracts_without_avis(residence, month).values_list("pk", flat=True))
        take_a_service(residence, contrats, month)
        rounds = ROUNDS.get(places, 1)
        values = {"month": month, "end": month_end(month), "contrats": contrats}
        times = [
            # By turns: what else the machine does weighs on both.
            (timed(lambda: insert(values)), timed(lambda: issue_avis(by=None, residence=residence, month=month)))
            for _ in range(rounds)
        ]
        transaction.set_rollback(True)
    one_insert, whole = (statistics.median(each) for each in zip(*times, strict=True))
    size = len(contrats)
    say("INSERT … SELECT des avis et des lignes", one_insert * 1000, "ms", size)
    say("issue_avis", whole * 1000, "ms", size)
    say("issue_avis, par avis", whole * 1000 / max(1, size), "ms", size)
    say("issue_avis, fois l’INSERT … SELECT", whole / one_insert, "fois", size)


def insert(values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COPY_OF_AVIS, values)


def take_a_service(residence: Residence, contrats: list[int], month: datetime.date) -> None:
    """A fourth line for everybody; tariffs without obligatory services would make three."""
    prestation = Prestation.objects.create(residence=residence, name="Laverie de mesure")
    TarifPrestation.objects.create(prestation=prestation, valid_from=month, monthly_amount=Decimal(20))
    Souscription.objects.bulk_create(
        Souscription(contrat_id=pk, prestation=prestation, start_on=month) for pk in contrats
    )


@contextmanager
def lived_at(day: datetime.date) -> Any:
    """As if it were `day`, for the acts that ask which day it is."""
    names = ("logement.actions.campagnes.today", "logement.actions.compte.today")
    with mock.patch(names[0], return_value=day), mock.patch(names[1], return_value=day):
        yield


def timed(act: Callable[[], Any]) -> float:
    """The seconds that `act` takes, what it writes taken back."""
    with transaction.atomic():
        start = time.perf_counter()
        act()
        # What is checked at the end of a transaction is part of the time.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        spent = time.perf_counter() - start
        transaction.set_rollback(True)
    return spent


def say(name: str, value: float, unit: str, size: int) -> None:
    line = {"name": name, "value": round(value, 2), "unit": unit, "size": size}
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
