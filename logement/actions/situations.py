"""Keep, with the ledger, the row that says where each account stands, and the file of those that are late.

Called by whatever changes what is paid or owed, in its transaction: a debt that is paid closes its file by itself.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction

from logement.models import AvisEcheance, DossierImpaye, PlanApurement, Sejour, SituationCompte
from logement.queries.impayes import terms_of
from logement.rules.impayes import caf_debt, caf_impaye_since
from residence import hooks
from residence.actions.journal import record
from residence.duties import refresh_duties
from residence.models import User
from residence.models.base import bulk_set, today

_COUNT = """
    INSERT INTO logement_situationcompte
        (sejour_id, overdue, overdue_from, overdue_terms, coming, coming_on, counted_on)
    SELECT stay.id,
           coalesce(sum(owed.to_pay) FILTER (WHERE owed.due_on < %(day)s), 0),
           min(owed.due_on) FILTER (WHERE owed.due_on < %(day)s),
           count(owed.to_pay) FILTER (WHERE owed.due_on < %(day)s),
           coalesce(sum(owed.to_pay) FILTER (WHERE owed.due_on = owed.next_on), 0),
           min(owed.next_on),
           %(day)s
    FROM unnest(%(sejours)s::bigint[]) AS stay(id)
    LEFT JOIN (
        SELECT raw.*, min(due_on) FILTER (WHERE due_on >= %(day)s) OVER (PARTITION BY sejour) AS next_on
        FROM ({rows}) AS raw(sejour, due_on, to_pay)
    ) AS owed ON owed.sejour = stay.id
    GROUP BY stay.id ORDER BY stay.id
    ON CONFLICT (sejour_id) DO UPDATE SET
        overdue = excluded.overdue, overdue_from = excluded.overdue_from, overdue_terms = excluded.overdue_terms,
        coming = excluded.coming, coming_on = excluded.coming_on, counted_on = excluded.counted_on
"""


@transaction.atomic
def keep_situations(sejours: Collection[int], *, by: User | None = None) -> None:
    """Count what these accounts have late, and open, bring up to date or close the files of those stays."""
    ids = sorted(set(sejours))
    if not ids:
        return
    day = today()
    rows = AvisEcheance.objects.unsettled().with_to_pay().filter(contrat__sejour__among=ids, to_pay__gt=0)
    inner, params = rows.order_by().values_list("contrat__sejour", "due_on", "to_pay").query.sql_with_params()
    # The filter of Django comes with its own placeholders: they are written in before ours.
    with connection.cursor() as cursor:
        sql = _COUNT.format(rows=cursor.mogrify(inner, params).decode().replace("%", "%%"))
        cursor.execute(sql, {"day": day, "sejours": ids})
    follow_arrears(ids, by=by)


@transaction.atomic
def follow_arrears(sejours: Collection[int] | None = None, *, by: User | None = None) -> tuple[int, int]:
    """Open the files of stays that begin to be late today, close those that are paid; how many of each.

    Of all stays unless `sejours` names some.
    """
    day = today()
    late = SituationCompte.objects.on(day).filter(late__gt=0)
    open_files = DossierImpaye.objects.open()
    if sejours is not None:
        late, open_files = late.filter(sejour__among=sejours), open_files.filter(sejour__among=sejours)
    since = dict(late.values_list("sejour_id", "late_since"))
    kept: dict[int, DossierImpaye] = {}
    paid: list[DossierImpaye] = []
    for dossier in open_files.select_for_update(of=("self",)).select_related("sejour__residence", "sejour__menage"):
        if dossier.sejour_id in since:
            kept[dossier.sejour_id] = dossier
        else:
            paid.append(dossier)
    opened = _open(since, kept, day, by=by)
    _close(paid, day, by=by)
    _bring_up_to_date(kept, since, day)
    for dossier in [*opened, *paid]:
        refresh_duties(dossier.sejour)
    return len(opened), len(paid)


def _open(
    since: dict[int, datetime.date], kept: dict[int, DossierImpaye], day: datetime.date, *, by: User | None
) -> list[DossierImpaye]:
    """Files of the stays that have none: the first term missed is told to the apps that wait for it."""
    stays = Sejour.objects.filter(pk__among=since.keys() - kept.keys()).select_related("residence", "menage")
    opened = DossierImpaye.objects.bulk_create(
        DossierImpaye(sejour=sejour, opened_on=day, late_from=since[sejour.pk]) for sejour in stays
    )
    by_residence: dict[Any, int] = defaultdict(int)
    for dossier in opened:
        kept[dossier.sejour_id] = dossier
        by_residence[dossier.sejour.residence] += 1
        hooks.call("ON_TERM_MISSED", sejour=dossier.sejour, by=by)
    for residence, count in by_residence.items():
        record("impaye.open", by=by, residence=residence, count=count)
    return opened


def _close(paid: list[DossierImpaye], day: datetime.date, *, by: User | None) -> None:
    """Everything stops by itself: files closed, plans kept to the end."""
    for dossier in paid:
        dossier.closed_on = max(day, dossier.opened_on)
        record(
            "impaye.close",
            by=by,
            target=dossier,
            residence=dossier.sejour.residence,
            menage=dossier.sejour.menage,
            since=dossier.late_from,
        )
    bulk_set(paid, ["closed_on"])
    plans = PlanApurement.objects.running().filter(dossier__in=paid)
    plans.update(status=PlanApurement.Status.DONE, ended_on=day)


def _bring_up_to_date(kept: dict[int, DossierImpaye], since: dict[int, datetime.date], day: datetime.date) -> None:
    """Since when each is late, and since when it is an impayé for the CAF or the MSA: kept until that debt is nil."""
    changed = []
    terms = terms_of(kept)
    for sejour_id, dossier in kept.items():
        constituted = caf_impaye_since(terms[sejour_id], today=day) if terms[sejour_id] else None
        if constituted is None and dossier.caf_constituted_on and caf_debt(terms[sejour_id], today=day) > 0:
            constituted = dossier.caf_constituted_on
        if dossier.caf_constituted_on and constituted:
            constituted = min(constituted, dossier.caf_constituted_on)
        reported = dossier.caf_reported_on if constituted else None
        new = (since[sejour_id], constituted, reported)
        if new != (dossier.late_from, dossier.caf_constituted_on, dossier.caf_reported_on):
            dossier.late_from, dossier.caf_constituted_on, dossier.caf_reported_on = new
            changed.append(dossier)
    bulk_set(changed, ["late_from", "caf_constituted_on", "caf_reported_on"])


def count_again() -> tuple[int, int]:
    """Count the accounts where something has fallen due since they were counted, or that never were.

    How many files that has opened and closed.
    """
    fallen = SituationCompte.objects.filter(coming__gt=0, coming_on__lt=today()).values_list("sejour_id", flat=True)
    called = AvisEcheance.objects.unsettled().filter(contrat__sejour__situation=None)
    keep_situations({*fallen, *called.order_by().values_list("contrat__sejour", flat=True)})
    return follow_arrears()


def quotidien(day: datetime.date) -> str:
    """The day's work on arrears, as `manage.py quotidien` says it."""
    opened, closed = count_again()
    return f"impayés : {opened} dossiers ouverts, {closed} réglés" if opened or closed else ""
