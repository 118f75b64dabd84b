"""Set what places and optional services cost, from a day on; open and close what a resident takes."""

import csv
import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from logement.models import (
    CategoriePlace,
    ContratOccupation,
    IndiceIRL,
    Prestation,
    RevisionRedevance,
    Souscription,
    Tarif,
    TarifPrestation,
)
from logement.queries.tarifs import Maxima, last_billed_month, last_called_month
from logement.rules.redevance import excess_over_maximum
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import Residence, User
from residence.rules.dates import add_months, eve
from residence.rules.money import euros


@transaction.atomic
def set_tarif(
    *,
    by: User | None,
    categorie: CategoriePlace,
    valid_from: datetime.date,
    rent: Decimal,
    charges: Decimal,
    services: Decimal = Decimal(0),
    reason: str = "",
    accept_called: bool = False,
    revision: RevisionRedevance | None = None,
) -> Tarif:
    """What a category costs from `valid_from`; the tariff before ends the day before, the one after stays as it is.

    ValidationError above the convention's maximum (CCH, R.353-157), and, unless `accept_called`, from a day of a month
    already called: those avis do not change by themselves. A tariff of the same day that nothing was called with gives
    way.
    """
    categorie = locked(categorie)
    _check_maximum(categorie, valid_from, rent, charges)
    last_called = last_called_month(categorie)
    called = last_called is not None and valid_from < add_months(last_called, 1)
    if called and not accept_called:
        raise ValidationError(
            {
                "valid_from": (
                    f"Des avis d’échéance sont déjà confirmés jusqu’à {last_called:%m/%Y} : commencez le "
                    f"{add_months(last_called, 1):%d/%m/%Y}, ou cochez que vous rectifierez ces avis un par un."
                )
            }
        )
    tarif = Tarif(
        residence_id=categorie.residence_id,
        categorie=categorie,
        valid_from=valid_from,
        rent=rent,
        charges=charges,
        services=services,
        reason=reason,
        revision=revision,
        created_by=by,
    )
    _make_room(Tarif.objects.filter(categorie=categorie), tarif, replaceable=not called)
    tarif.full_clean()
    tarif.save()
    record(
        "tarif.set",
        by=by,
        target=tarif,
        residence=categorie.residence,
        categorie=categorie.name,
        valid_from=valid_from,
        rent=rent,
        charges=charges,
        services=services,
    )
    return tarif


def _check_maximum(categorie: CategoriePlace, day: datetime.date, rent: Decimal, charges: Decimal) -> None:
    maximum = Maxima(categorie.residence).on(categorie.type_logement, day)
    over = excess_over_maximum(loyer=rent, charges=charges, maximum=maximum and maximum.amount)
    if maximum and over > 0:
        raise ValidationError(
            f"Loyer et charges font {euros(rent + charges)} par mois, soit {euros(over)} de plus que le maximum de "
            f"{euros(maximum.amount)} fixé par la {maximum.source} pour ce type de logement."
        )


def _make_room(rows: Any, new: Any, *, replaceable: bool) -> None:
    """End the row in force on the eve of `new`, and `new` on the eve of the next; one of the same day gives way."""
    same_day = rows.filter(valid_from=new.valid_from).first()
    if same_day is not None:
        if not replaceable:
            told = "Un tarif commence déjà ce jour-là, et des avis en tiennent compte : choisissez un autre jour."
            raise ValidationError({"valid_from": told})
        same_day.delete()
    rows.in_force(new.valid_from).update(valid_to=eve(new.valid_from))
    following = rows.filter(valid_from__gt=new.valid_from).order_by("valid_from").first()
    new.valid_to = eve(following.valid_from) if following else None


@transaction.atomic
def create_prestation(
    *,
    by: User | None,
    residence: Residence,
    name: str,
    monthly_amount: Decimal,
    valid_from: datetime.date,
    is_third_party_fee: bool = False,
    stops_when_away: bool = False,
) -> Prestation:
    """Offer an optional service, with its first price."""
    prestation = Prestation(
        residence=residence, name=name, is_third_party_fee=is_third_party_fee, stops_when_away=stops_when_away
    )
    prestation.full_clean()
    prestation.save()
    record("prestation.create", by=by, target=prestation, residence=residence, name=name)
    set_prestation_price(by=by, prestation=prestation, valid_from=valid_from, monthly_amount=monthly_amount)
    return prestation


@transaction.atomic
def set_prestation_price(
    *, by: User | None, prestation: Prestation, valid_from: datetime.date, monthly_amount: Decimal
) -> TarifPrestation:
    """What an optional service costs from `valid_from`. ValidationError from a day of a month already billed."""
    prestation = locked(prestation)
    billed = last_billed_month(prestation)
    if billed is not None and valid_from < add_months(billed, 1):
        raise ValidationError(
            {
                "valid_from": (
                    f"Cette prestation est déjà facturée jusqu’à {billed:%m/%Y} : commencez le "
                    f"{add_months(billed, 1):%d/%m/%Y}."
                )
            }
        )
    price = TarifPrestation(prestation=prestation, valid_from=valid_from, monthly_amount=monthly_amount)
    _make_room(TarifPrestation.objects.filter(prestation=prestation), price, replaceable=True)
    price.full_clean()
    price.save()
    record(
        "prestation.set_price",
        by=by,
        target=prestation,
        residence=prestation.residence,
        valid_from=valid_from,
        monthly_amount=monthly_amount,
    )
    return price


@transaction.atomic
def open_souscription(
    *,
    by: User | None,
    contrat: ContratOccupation,
    prestation: Prestation,
    start_on: datetime.date,
    end_on: datetime.date | None = None,
) -> Souscription:
    """A resident takes an optional service, from day to day."""
    if prestation.residence_id != contrat.sejour.residence_id:
        raise ValidationError({"prestation": "Cette prestation est celle d’une autre résidence."})
    if start_on < contrat.start_on or (contrat.end_on and start_on > contrat.end_on):
        raise ValidationError({"start_on": "Ce jour n’est pas un jour du contrat."})
    souscription = Souscription(contrat=contrat, prestation=prestation, start_on=start_on, end_on=end_on, created_by=by)
    souscription.full_clean()
    souscription.save()
    record(
        "souscription.open",
        by=by,
        target=souscription,
        residence=contrat.sejour.residence,
        menage=contrat.sejour.menage,
        prestation=prestation.name,
        start_on=start_on,
    )
    return souscription


@transaction.atomic
def close_souscription(*, by: User | None, souscription: Souscription, end_on: datetime.date) -> Souscription:
    """The last day on which a resident takes an optional service."""
    souscription = locked(souscription)
    if souscription.end_on is not None and souscription.end_on <= end_on:
        raise ValidationError(f"Cette prestation est déjà arrêtée au {souscription.end_on:%d/%m/%Y}.")
    souscription.end_on = end_on
    souscription.full_clean()
    souscription.save(update_fields=["end_on"])
    sejour = souscription.contrat.sejour
    record(
        "souscription.close",
        by=by,
        target=souscription,
        residence=sejour.residence,
        menage=sejour.menage,
        end_on=end_on,
    )
    return souscription


IRL_COLUMNS = ("quarter", "value", "published_on")
IRL_QUARTER = re.compile(r"(\d{4})[-_ ]?[TQ]([1-4])", re.IGNORECASE)


@dataclass(frozen=True)
class IrlImport:
    """How many indices an import added, changed, and found as they were."""

    added: int
    changed: int
    same: int


@transaction.atomic
def import_irl(lines: Iterable[str], *, by: User | None, source: str = "") -> IrlImport:
    """Keep the indices of a CSV file (`quarter,value,published_on`); all of it, or nothing when a line is wrong.

    A quarter is written 2026-Q2 or 2026-T2. Idempotent. ValidationError lists every wrong line with its number.
    """
    rows = csv.DictReader(lines)
    missing = [name for name in IRL_COLUMNS[:2] if name not in (rows.fieldnames or [])]
    if missing:
        raise ValidationError(f"Il manque la colonne {' et '.join(missing)} (attendu : {','.join(IRL_COLUMNS)}).")
    read: dict[str, tuple[Decimal, datetime.date | None]] = {}
    wrong: list[str] = []
    for row in rows:
        try:
            quarter, value, published_on = _irl_row(row)
        except ValueError as error:
            wrong.append(f"ligne {rows.line_num} : {error}")
            continue
        if quarter in read:
            wrong.append(f"ligne {rows.line_num} : le trimestre {quarter} y est deux fois")
        read[quarter] = (value, published_on)
    if wrong:
        raise ValidationError(wrong)
    if not read:
        raise ValidationError("Le fichier ne contient aucun indice.")
    known = {index.quarter: index for index in IndiceIRL.objects.select_for_update().filter(quarter__in=read)}
    added, changed = [], []
    for quarter, (value, published_on) in read.items():
        index = known.get(quarter)
        if index is None:
            index = IndiceIRL(quarter=quarter, value=value, published_on=published_on, source=source)
            index.full_clean()
            added.append(index)
        elif (index.value, index.published_on) != (value, published_on or index.published_on):
            index.value, index.published_on, index.source = value, published_on or index.published_on, source
            changed.append(index)
    # Two imports at once: the second finds the rows of the first, and leaves them.
    IndiceIRL.objects.bulk_create(added, ignore_conflicts=True)
    IndiceIRL.objects.bulk_update(changed, ["value", "published_on", "source"])
    if added or changed:
        record("irl.import", by=by, added=len(added), changed=len(changed))
        for residence in Residence.objects.all():
            refresh_duties(residence)
    return IrlImport(len(added), len(changed), len(read) - len(added) - len(changed))


def _irl_row(row: dict[str, Any]) -> tuple[str, Decimal, datetime.date | None]:
    found = IRL_QUARTER.fullmatch((row["quarter"] or "").strip())
    if found is None:
        raise ValueError(f"« {row['quarter']} » n’est pas un trimestre (2026-Q2)")
    try:
        value = Decimal((row["value"] or "").strip().replace(",", "."))
    except InvalidOperation:
        raise ValueError(f"« {row['value']} » n’est pas une valeur d’indice") from None
    if not 50 <= value < 1000 or value != round(value, 2):
        raise ValueError(f"la valeur {row['value']} n’est pas celle d’un IRL (entre 50 et 1 000, deux décimales)")
    written = (row.get("published_on") or "").strip()
    try:
        published_on = datetime.date.fromisoformat(written) if written else None
    except ValueError:
        raise ValueError(f"« {written} » n’est pas une date (2026-07-15)") from None
    return f"{found[1]}-T{found[2]}", value, published_on
