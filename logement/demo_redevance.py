"""The demonstration's money: avis, APL, payments and receipts, lived month after month by the acts themselves."""

import datetime
import uuid
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from logement.actions.caisse import count_caisse, make_bordereau
from logement.actions.campagnes import issue_avis, send_campagne
from logement.actions.compte import post_all
from logement.actions.encaissements import Payment, record_encaissements
from logement.actions.impayes import record_demarche
from logement.actions.situations import count_again
from logement.demo_fichiers import (
    DEBITED_MONTHS,
    MOST_APL,
    MOST_TRANSFERS,
    collect,
    import_files,
    load_mandats,
    month_of_files,
    send_back,
)
from logement.models import (
    AvisEcheance,
    ClotureMensuelle,
    ContratOccupation,
    Decaissement,
    Ecriture,
    Encaissement,
    EnvoiQuittance,
    Quittance,
    RestitutionDepot,
    SituationCompte,
)
from logement.queries.caisse import caisse_of, cheques_to_hand
from residence.demo import World, lived_on
from residence.models import Menage
from residence.rules.dates import add_days, add_months, iter_months, month_end, month_start
from residence.rules.money import cents

# Share of the stays that pay a week late, and of those who live here and owe something.
LATE, OWING = 0.04, 0.018
# Months told day by day; in those before, everybody pays with the APL, on one day.
RECENT_MONTHS = 3
# Days after the end of the month.
APL_DAYS, LATE_DAYS = 5, 6
METHODS = {"transfer": 50, "debit": 0, "card": 14, "cheque": 16, "cash": 20}


def load_money(world: World) -> None:
    """Deposits, then each month: the avis on the 25th, what comes in before it falls due, the APL on the next 5th."""
    contrats: list[ContratOccupation] = world.shared["contrats"]
    habits = _habits(world, contrats)
    deposits = _deposits(world, contrats)
    this_month = month_start(world.today)
    for month in iter_months(world.begins, this_month):
        if received := deposits.pop(month, ()):
            with lived_on(max(payment.received_on for payment in received)):
                record_encaissements(received, by=world.users["gestionnaire"])
        if month == this_month:
            break
        if month == add_months(this_month, -DEBITED_MONTHS):
            load_mandats(world, contrats, habits)
        with lived_on(month.replace(day=25)):
            prepared = issue_avis(by=world.users["gestionnaire"], residence=world.residence, month=month)
            if prepared.campagne is None:
                continue
            send_campagne(by=world.users["gestionnaire"], campagne=prepared.campagne)
        _payments(world, month, habits)
        if month >= add_months(this_month, -DEBITED_MONTHS):
            collect(world, month)
        _to_the_bank(world, add_months(month, 1).replace(day=10))
    send_back(world)
    world.shared["habits"] = habits
    _give_back(world, contrats)
    _close(world)
    _arrears(world)
    _by_email(world)


def _give_back(world: World, contrats: list[ContratOccupation]) -> None:
    """The deposits of those who left, given back ten days after their keys; the last ones wait."""
    gestionnaire = world.users["gestionnaire"]
    last = {contrat.sejour_id: contrat for contrat in sorted(contrats, key=lambda one: one.start_on)}
    held = dict(
        Encaissement.objects.live().filter(is_deposit=True).order_by().values_list("sejour").annotate(sum=Sum("amount"))
    )
    over = [one for one in last.values() if one.keys_back_on and one.sejour.ended_on and held.get(one.sejour_id)]
    opening = over[0].sejour.residence.first_month if over else world.today
    days = [(one, max(add_days(one.keys_back_on, 10), opening)) for one in over]
    done = [(one, day) for one, day in days if day <= world.today]
    paid = Decaissement.objects.bulk_create(
        Decaissement(
            sejour=one.sejour,
            kind=Decaissement.Kind.DEPOSIT,
            paid_on=day,
            amount=held[one.sejour_id],
            method="transfer",
            payee="le résident",
            proof=f"virement {one.sejour_id}",
            form_key=_same_key(f"depot {one.sejour_id}"),
            recorded_by=gestionnaire,
        )
        for one, day in done
    )
    RestitutionDepot.objects.bulk_create(
        RestitutionDepot(
            sejour=one.sejour,
            contrat=one,
            keys_back_on=one.keys_back_on,
            settled_on=day,
            held=row.amount,
            refund=row.amount,
            decaissement=row,
            decided_by=gestionnaire,
        )
        for (one, day), row in zip(done, paid, strict=True)
    )
    kinds = Ecriture.Kind
    entries = []
    for (one, day), row in zip(done, paid, strict=True):
        for kind, amount, label in (
            (kinds.DEPOSIT_CALLED, -row.amount, "Dépôt de garantie : fin du séjour"),
            (kinds.DEPOSIT_REFUNDED, row.amount, "Dépôt de garantie rendu"),
        ):
            entries.append(
                Ecriture(
                    sejour=one.sejour,
                    account=Ecriture.Account.DEPOT,
                    kind=kind,
                    dated_on=day,
                    amount=amount,
                    label=label,
                    contrat=one,
                    decaissement=row if kind == kinds.DEPOSIT_REFUNDED else None,
                    recorded_by=gestionnaire,
                )
            )
    post_all(entries)


def _arrears(world: World) -> None:
    """Who is late, counted; for the one who owes most, somebody rang the bell and asked the FSL."""
    count_again()
    most = SituationCompte.objects.on(world.today).filter(late__gt=0).order_by("-late").select_related("sejour").first()
    if most is None:
        return
    for kind, days, outcome in (("talk", 12, "unreached"), ("fsl", 5, "pending")):
        record_demarche(
            by=world.users["coordinatrice"],
            sejour=most.sejour,
            kind=kind,
            done_on=world.days_ago(days),
            outcome=outcome,
            form_key=_same_key(f"impaye {kind}"),
        )


def _by_email(world: World) -> None:
    """Two households have their receipts by e-mail, those of the first are gone; a third wants them on paper."""
    receipts = (
        Quittance.objects.live()
        .filter(kind=Quittance.Kind.QUITTANCE, sejour__residence=world.residence, sejour__dispositif=world.temporaire)
        .filter(sejour__ended_on=None, sejour__menage__is_confidential=False)
    )
    menages = list(Menage.objects.filter(sejours__in=receipts.values("sejour")).order_by("pk").distinct()[:3])
    agreed_on = world.past(100)
    for rank, menage in enumerate(menages):
        menage.email = f"menage{rank + 1}@residents.exemple"
        menage.email_agreed_on = agreed_on if rank < 2 else None
    Menage.objects.bulk_update(menages, ["email", "email_agreed_on"])
    of_first = receipts.filter(sejour__menage__in=menages[:1], document__issued_at__date__gte=agreed_on)
    EnvoiQuittance.objects.bulk_create(
        EnvoiQuittance(
            quittance=one,
            address=menages[0].email,
            asked_by=world.users["gestionnaire"],
            asked_at=one.document.issued_at,
            sent_on=timezone.localdate(one.document.issued_at),
        )
        for one in of_first.select_related("document")
    )


def _close(world: World) -> None:
    """The books of each month closed on the 20th of the next one, save the last two."""
    last = add_months(month_start(world.today), -3)
    if last >= world.begins:
        ClotureMensuelle.objects.bulk_create(
            ClotureMensuelle(
                residence=world.residence,
                month=month,
                closed_by=world.users["gestionnaire"],
                closed_at=world.at(add_months(month, 1).replace(day=20)),
            )
            for month in iter_months(world.begins, last)
        )


def _habits(world: World, contrats: list[ContratOccupation]) -> dict[int, tuple[str, datetime.date]]:
    """How each stay pays, and since when it no longer does."""
    chance, this_month = world.chance, month_start(world.today)
    habits = {contrat.sejour_id: ("late" if chance.random() < LATE else "on_time", this_month) for contrat in contrats}
    here = [one for one in contrats if one.status == "running" and one.start_on < add_months(this_month, -3)]
    for rank, contrat in enumerate(chance.sample(here, min(len(here), max(2, round(len(here) * OWING))))):
        since = add_months(this_month, -chance.randint(1, RECENT_MONTHS))
        habits[contrat.sejour_id] = ("partial" if rank % 2 else "stopped", since)
    return habits


def _deposits(world: World, contrats: list[ContratOccupation]) -> dict[datetime.date, list[Payment]]:
    """Every deposit called; those paid, by month: all save those of who is just in, the older ones on the first day."""
    gestionnaire = world.users["gestionnaire"]
    opening = world.residence.first_month
    post_all(
        Ecriture(
            sejour=contrat.sejour,
            account=Ecriture.Account.DEPOT,
            kind=Ecriture.Kind.DEPOSIT_CALLED,
            dated_on=max(contrat.start_on, opening),
            amount=contrat.deposit_amount,
            label="Dépôt de garantie demandé",
            contrat=contrat,
            recorded_by=gestionnaire,
        )
        for contrat in contrats
    )
    paid: dict[datetime.date, list[Payment]] = {}
    for contrat in contrats:
        if contrat.start_on < world.days_ago(7):
            day = max(contrat.start_on, opening)
            deposit = Payment(contrat.sejour, day, contrat.deposit_amount, "cheque", is_deposit=True, key=_key(world))
            paid.setdefault(month_start(day), []).append(deposit)
    return paid


def _payments(world: World, month: datetime.date, habits: dict[int, tuple[str, datetime.date]]) -> None:
    """What comes in for the avis of `month`, as far as today reaches."""
    chance = world.chance
    avis = list(
        AvisEcheance.objects.called().filter(month=month).select_related("contrat__sejour__menage", "contrat__place")
    )
    by_day: dict[datetime.date, list[Payment]] = {}
    due_on = month_end(month)
    is_old = month < add_months(month_start(world.today), -RECENT_MONTHS)
    by_file = month == month_of_files(world)
    listed: list[AvisEcheance] = []
    transferred: list[AvisEcheance] = []
    unpaid: list[AvisEcheance] = []

    def pay(days: int, one: AvisEcheance, amount: Decimal, method: str, **more: object) -> None:
        when = add_days(due_on, days)
        if amount > 0 and when <= world.today:
            payment = Payment(one.contrat.sejour, when, cents(amount), method, key=_key(world), **more)  # type: ignore[arg-type]
            by_day.setdefault(when, []).append(payment)

    for one in avis:
        if one.apl_expected and by_file and len(listed) < MOST_APL:
            listed.append(one)
        elif one.apl_expected:
            pay(APL_DAYS, one, one.apl_expected, "apl", payer="CAF", for_month=month)
        habit, since = habits[one.contrat.sejour_id]
        method = chance.choices(list(METHODS), list(METHODS.values()))[0]
        if is_old:
            pay(APL_DAYS, one, one.net, method)
        elif habit == "on_time" and by_file and method == "transfer" and len(transferred) < MOST_TRANSFERS:
            transferred.append(one)
        elif habit == "on_time":
            pay(0, one, one.net, method)
        elif habit == "late":
            pay(LATE_DAYS, one, one.net, method)
        elif habit == "partial":
            pay(0, one, one.net * (Decimal("0.6") if month >= since else 1), method)
        elif habit == "stopped" and month < since:
            pay(0, one, one.net, method)
        elif habit == "stopped":
            unpaid.append(one)
    for day, payments in sorted(by_day.items()):
        with lived_on(day):
            record_encaissements(payments, by=world.users["gestionnaire"])
    if by_file:
        import_files(world, month, listed, transferred, unpaid)


def _to_the_bank(world: World, day: datetime.date) -> None:
    """On the 10th, the cheques go to the bank on one slip, and the cash with them."""
    if day > world.today:
        return
    gestionnaire = world.users["gestionnaire"]
    with lived_on(day):
        cheques = cheques_to_hand(world.residence).filter(received_on__lte=day).values_list("pk", flat=True)
        if cheques:
            make_bordereau(by=gestionnaire, residence=world.residence, cheques=set(cheques), handed_on=day)
        in_the_box = caisse_of(world.residence).expected
        count_caisse(
            by=gestionnaire,
            residence=world.residence,
            counted=in_the_box,
            taken=in_the_box,
            form_key=_same_key(f"caisse {day}"),
        )


def _key(world: World) -> uuid.UUID:
    return uuid.UUID(int=world.chance.getrandbits(128), version=4)


def _same_key(what: str) -> uuid.UUID:
    """A key that is the same at each loading and draws no chance."""
    return uuid.uuid5(uuid.NAMESPACE_OID, what)
