"""The demonstration's files of payments and direct debits, sent in and decided by the acts, on their days."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from logement.actions.fichiers import Choice, apply_fichier, decide_fichier, open_fichier, say_columns
from logement.actions.prelevements import book_remise, create_mandat, make_remise, reject_ligne, sign_mandat
from logement.models import AvisEcheance, ContratOccupation, RemisePrelevement
from residence.demo import World, lived_on
from residence.imports import read_sheet
from residence.rules.dates import add_days, add_months, iter_months, month_end, month_start

# Those who are debited, and since how many months; lines of the files.
MANDATES, DEBITED_MONTHS = 6, 3
MOST_APL, MOST_TRANSFERS = 200, 40
# Days after the end of the month: the CAF's list, the statement; the remise made, collected (fourteen after the avis).
APL_DAYS, SENT_IN_DAYS, REMISE_DAYS, REJECT_AFTER_DAYS = 5, 6, 3, 4


def month_of_files(world: World) -> datetime.date:
    """The last month of which the CAF's list and the bank's statement have come."""
    last = add_months(month_start(world.today), -1)
    return last if add_days(month_end(last), SENT_IN_DAYS) <= world.today else add_months(last, -1)


def load_mandats(world: World, contrats: Sequence[ContratOccupation], habits: dict[int, Any]) -> None:
    """A few residents long here sign a mandate: what they owe is collected, they no longer pay by themselves."""
    signed_on = add_months(month_start(world.today), -DEBITED_MONTHS).replace(day=12)
    long_here = [
        one
        for one in contrats
        if one.status == "running"
        and one.start_on < add_months(signed_on, -1)
        and habits[one.sejour_id][0] == "on_time"
        and not one.sejour.menage.is_confidential
    ]
    if signed_on < world.begins:
        return
    for rank, contrat in enumerate(long_here[:: max(1, len(long_here) // MANDATES)][:MANDATES], 1):
        with lived_on(signed_on):
            mandat = create_mandat(
                by=world.users["gestionnaire"],
                contrat=contrat,
                holder=contrat.sejour.menage.name,
                iban=_iban(rank),
            )
            sign_mandat(by=world.users["gestionnaire"], mandat=mandat, signed_on=signed_on)
        habits[contrat.sejour_id] = ("debit", signed_on)


def _iban(rank: int) -> str:
    """A French IBAN that no bank has, its key right."""
    bank = f"2004101005{rank:011d}"
    key = f"{97 - (89 * int(bank[:5]) + 15 * int(bank[5:10]) + 3 * int(bank[10:21])) % 97:02d}"
    check = 98 - int(f"{bank}{key}152700") % 97
    return f"FR{check:02d}{bank}{key}"


def collect(world: World, month: datetime.date) -> None:
    """The remise of a month: made on the 3rd of the next one, entered on the day of its collection."""
    gestionnaire = world.users["gestionnaire"]
    made_on = add_days(month_end(month), REMISE_DAYS)
    if made_on > world.today:
        return
    with lived_on(made_on):
        remise = make_remise(by=gestionnaire, residence=world.residence, month=month)
    if remise is None or remise.collected_on > world.today:
        return
    with lived_on(remise.collected_on):
        book_remise(by=gestionnaire, remise=remise)


def send_back(world: World) -> None:
    """The bank sends back one debit of the last remise entered."""
    remise = RemisePrelevement.objects.filter(status="booked").order_by("-collected_on").first()
    ligne = remise.lignes.order_by("-amount", "pk").first() if remise else None
    if remise is None or ligne is None:
        return
    day = add_days(remise.collected_on, REJECT_AFTER_DAYS)
    if day <= world.today:
        with lived_on(day):
            reject_ligne(by=world.users["gestionnaire"], ligne=ligne, on=day, code="AM04")


def takes_by_file(world: World, month: datetime.date) -> bool:
    return month == month_of_files(world)


def import_files(
    world: World,
    month: datetime.date,
    apl: Sequence[AvisEcheance],
    transfers: Sequence[AvisEcheance],
    unpaid: Sequence[AvisEcheance],
) -> None:
    """The CAF's list and the bank's statement of a month, entered save a few lines of each, which wait."""
    day = add_days(month_end(month), SENT_IN_DAYS)
    with lived_on(day):
        _statement(world, month, transfers, unpaid)
    with lived_on(day, 11):
        _caf_list(world, month, apl)


def _caf_list(world: World, month: datetime.date, avis: Sequence[AvisEcheance]) -> None:
    if not avis:
        return
    rows = [
        (one.contrat.sejour.menage.caf_number, one.contrat.sejour.menage.name, one.apl_expected, "") for one in avis
    ]
    rows += [
        ("8812345", "LACROIX Joëlle", Decimal(214), ""),
        ("8854321", avis[0].contrat.sejour.menage.name, Decimal(187), ""),
    ]
    lines = [f"{number};{name};{month:%m/%Y};{amount:.2f};{nature}" for number, name, amount, nature in rows]
    content = "\n".join(("N° allocataire;Nom prénom;Période;Montant;Nature", *lines)).replace(".", ",").encode()
    by = world.users["gestionnaire"]
    fichier, _ = open_fichier(
        by=by,
        residence=world.residence,
        kind="apl",
        file_name=f"caf-tiers-payant-{month:%Y-%m}.csv",
        content=content,
        sheet=read_sheet(content, known=["Montant"], any_heads=True),
        month=month,
        paid_on=add_days(month_end(month), APL_DAYS),
    )
    fichier = say_columns(by=by, fichier=fichier, columns={int(rank): code for rank, code in fichier.columns.items()})
    apply_fichier(by=by, fichier=fichier)


def _statement(
    world: World, month: datetime.date, avis: Sequence[AvisEcheance], unpaid: Sequence[AvisEcheance]
) -> None:
    if not avis:
        return
    day = month_end(month)
    entries = [
        _entry(
            rank,
            day,
            one.net,
            one.contrat.sejour.menage.name,
            f"REDEVANCE {one.contrat.place.code}-{one.contrat.sejour_id}" if rank % 3 else "REDEVANCE",
        )
        for rank, one in enumerate(avis, 1)
    ]
    # Who pays is not said, or only the name is; money going out, and the CAF's own transfer, are left aside.
    asked = (unpaid or avis)[0].net
    entries += [
        _entry(901, day, asked, "M OU MME DURAND P", "VIREMENT INSTANTANE"),
        _entry(902, day, Decimal("50.00"), avis[-1].contrat.sejour.menage.name, "POUR LE RETARD"),
        _entry(903, day, Decimal("120.00"), "ASSOCIATION SOLIDARITE 63", "AIDE EXCEPTIONNELLE"),
        _entry(904, day, Decimal("-312.40"), "ENERGIE DU CENTRE", "FACTURE 2207"),
        _entry(905, day, sum((one.apl_expected for one in avis), Decimal(0)), "CAF DU PUY DE DOME", "TIERS PAYANT"),
    ]
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{month:%Y%m}</MsgId></GrpHdr><Stmt><Id>{month:%Y%m}</Id>"
        f"<Acct><Id><IBAN>{world.residence.iban}</IBAN></Id></Acct>{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()
    by = world.users["gestionnaire"]
    fichier, _ = open_fichier(
        by=by, residence=world.residence, kind="bank", file_name=f"releve-{month:%Y-%m}.xml", content=content
    )
    # Namesakes: the gestionnaire says whose payment it is.
    theirs = {f"{day:%Y%m}-{rank:04d}": one.contrat.sejour_id for rank, one in enumerate(avis, 1)}
    asked_of = fichier.lignes.filter(status="to_decide", reference__in=theirs)
    choices = [Choice(pk, theirs[reference]) for pk, reference in asked_of.values_list("pk", "reference")]
    decide_fichier(by=by, fichier=fichier, choices=choices)
    apply_fichier(by=by, fichier=fichier)


def _entry(rank: int, day: datetime.date, amount: Decimal, payer: str, label: str) -> str:
    sign, side = ("CRDT", "Dbtr") if amount >= 0 else ("DBIT", "Cdtr")
    return (
        f'<Ntry><Amt Ccy="EUR">{abs(amount):.2f}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{day:%Y%m}-{rank:04d}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"<RltdPties><{side}><Nm>{escape(payer)}</Nm></{side}></RltdPties>"
        f"<RmtInf><Ustrd>{escape(label)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def months_debited(world: World) -> list[datetime.date]:
    """The months of which a remise is made."""
    this_month = month_start(world.today)
    return list(iter_months(add_months(this_month, -DEBITED_MONTHS), add_months(this_month, -1)))
