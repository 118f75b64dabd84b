"""Lines of a statement read and recognised, entered; a remise made: per line, at 2,000 and 20,000 lines.

What is linear costs as much a line in a long file as in a short one: the ratio is the figure. The processor's time,
PostgreSQL's left out, and the clock's.
"""

import datetime
import random
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import transaction

from bench.attribution import say
from logement.actions.fichiers import AT_ONCE, apply_fichier, open_fichier
from logement.models import ContratOccupation
from logement.pain008 import Debit, pain008
from logement.rules.prelevement import rum_of
from residence.models import Residence, User
from residence.models.base import today

LINES = (2_000, 20_000)
ICS = "FR72ZZZ123456"
DEBTOR = "FR1420041010050500013M02606"


def main(places: int) -> None:
    residence = Residence.objects.get()
    user = User.objects.get(username="gestionnaire")
    contrats = list(
        ContratOccupation.objects.in_progress().select_related("place", "sejour__menage").order_by("pk")[:20_000]
    )
    per_line: dict[str, list[float]] = {"relevé rapproché": [], "remise": []}
    for count in LINES:
        content = statement(residence, contrats, count)
        with transaction.atomic():
            (fichier, _), spent, worked = timed(
                lambda content=content: open_fichier(
                    by=user, residence=residence, kind="bank", file_name="bench.xml", content=content
                )
            )
            per_line["relevé rapproché"].append(worked / count)
            say(f"relevé de {count} lignes, lu et rapproché", spent, "s", places)
            say(f"relevé de {count} lignes, processeur", worked, "s", places)
            applied, spent, _ = timed(lambda fichier=fichier: apply_fichier(by=user, fichier=fichier, most=AT_ONCE))
            say(f"{applied.done} lignes sur {count} passées en compte", spent, "s", places)
            transaction.set_rollback(True)
        _, spent, worked = timed(lambda count=count: remise(count))
        per_line["remise"].append(worked / count)
        say(f"remise de {count} prélèvements, vérifiée par son schéma", spent, "s", places)
    for name, (few, many) in per_line.items():
        say(f"{name}, par ligne, 20 000 contre 2 000 (linéaire : 1)", many / few, "fois", places)


def timed(act: Callable[[], Any]) -> tuple[Any, float, float]:
    """What `act` gives, with the seconds of the clock and of our processor that it takes."""
    start, worked = time.perf_counter(), time.process_time()
    found = act()
    return found, time.perf_counter() - start, time.process_time() - worked


def remise(count: int) -> bytes:
    return pain008(
        creditor="OPHIS",
        iban="FR7630001007941234567890185",
        ics=ICS,
        message_id="BENCH-1",
        collected_on=today(),
        debits=[
            Debit(
                "TITULAIRE Jean",
                DEBTOR,
                Decimal("170.50"),
                rum_of("ophis", rank, 1),
                datetime.date(2025, 1, 1),
                False,
                "Redevance",
                f"BENCH-1-{rank}",
            )
            for rank in range(count)
        ],
    )


def statement(residence: Any, contrats: list[Any], count: int) -> bytes:
    """A CAMT.053 of `count` credits: references of avis, names, and payers nobody knows, a third each."""
    chance = random.Random(63)  # noqa: S311 (a file to measure)
    rows = []
    for rank in range(count):
        contrat = contrats[rank % len(contrats)]
        text, payer = (
            (f"LOYER {contrat.place.code}-{contrat.sejour_id}", "M X"),
            ("loyer", contrat.sejour.menage.name),
            ("loyer", f"INCONNU {rank}"),
        )[rank % 3]
        rows.append(
            f'<Ntry><Amt Ccy="EUR">{chance.randint(50, 500)}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
            f"<BookgDt><Dt>{today()}</Dt></BookgDt><AcctSvcrRef>B{rank}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr>"
            f"<Nm>{payer}</Nm></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
        f"<BkToCstmrStmt><Stmt><Id>B</Id><Acct><Id><IBAN>{residence.iban}</IBAN></Id></Acct>{''.join(rows)}</Stmt>"
        "</BkToCstmrStmt></Document>"
    ).encode()


if __name__ == "__main__":
    main(int(sys.argv[1]))
