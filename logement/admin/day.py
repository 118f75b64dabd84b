"""What the first page of the back office says of the day, each with the list behind it."""

import datetime
from typing import Any

from django.contrib import admin
from django.urls import reverse

from logement.models import AssuranceOccupant, AvisEcheance, Campagne, ContratOccupation, Encaissement, Place, Preavis
from residence.admin.scope import scoped
from residence.admin_site import DayLink
from residence.components import SOON_IN_DAYS, Meaning
from residence.models.base import today
from residence.permissions import Permission


def _link(label: str, rows: Any, query: str, meaning: Meaning = "plain") -> DayLink:
    model = rows.model._meta
    return DayLink(
        label, rows.count(), f"{reverse(f'admin:{model.app_label}_{model.model_name}_changelist')}?{query}", meaning
    )


@admin.site.offer_day_links
def day_links(user: Any) -> list[DayLink]:
    """Contracts, notices, avis, payments and places that wait for the gestionnaire."""
    day = today()
    soon = day + datetime.timedelta(days=SOON_IN_DAYS)
    contrats = scoped(ContratOccupation, user, Permission.CONTRAT_VIEW)
    preavis = scoped(Preavis, user, Permission.CONTRAT_VIEW).live()
    assurances = scoped(AssuranceOccupant, user, Permission.CONTRAT_VIEW)
    avis = scoped(AvisEcheance, user, Permission.COMPTE_VIEW)
    payments = scoped(Encaissement, user, Permission.COMPTE_VIEW)
    campagnes = scoped(Campagne, user, Permission.COMPTE_VIEW)
    places = scoped(Place, user, Permission.PARC_VIEW)
    return [
        _link("avis en retard de paiement", avis.overdue(day), "retard=oui", "late"),
        _link(
            "contrats d’occupants sans titre",
            contrats.filter(status="occupant_sans_titre"),
            "status__exact=occupant_sans_titre",
            "late",
        ),
        _link("contrats à signer", contrats.filter(status="to_sign"), "status__exact=to_sign", "soon"),
        _link(
            f"préavis qui finissent avant le {soon:%d/%m}",
            preavis.filter(ends_on__gte=day, ends_on__lt=soon),
            f"vivant=oui&ends_on__gte={day}&ends_on__lt={soon}",
            "soon",
        ),
        _link(
            f"assurances qui finissent avant le {soon:%d/%m}",
            assurances.filter(end_on__gte=day, end_on__lt=soon),
            f"end_on__gte={day}&end_on__lt={soon}",
            "soon",
        ),
        _link("campagnes à confirmer", campagnes.filter(status="prepared"), "status__exact=prepared", "soon"),
        _link("paiements avec un reste à imputer", payments.with_surplus(), "reste=oui", "information"),
        _link("places libres aujourd’hui", places.free_on(day), "prise=non&service=oui", "information"),
    ]
