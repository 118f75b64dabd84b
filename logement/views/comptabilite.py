"""What goes to the accountant."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.forms.comptabilite import ComptabiliteForm
from logement.models import Ecriture, SchemaComptable
from logement.queries.comptabilite import COLUMNS, entries_of, schemes_of, total_of
from logement.views.parc import chosen_residence
from residence.actions.journal import record
from residence.exports import response
from residence.models import EntreeJournal, Residence
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.rules.dates import add_months, month_end, month_start


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMPTABILITE_EXPORT)
def comptabilite_export(request: HttpRequest) -> HttpResponse:
    """The entries of a period in the columns of the FEC, balanced, as CSV or XLSX."""
    residences = Residence.objects.visible_to(request.user, Permission.COMPTABILITE_EXPORT)
    before = add_months(month_start(today()), -1)
    form = ComptabiliteForm(
        request.POST or None,
        residences=residences,
        back=reverse("logement:mois_list"),
        initial={"start": before, "end": before, "residence": chosen_residence(request)},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        residence, start, end = given["residence"], given["start"], month_end(given["end"])
        count, total = total_of(residence, start, end)
        record(
            "comptabilite.export",
            by=request.user,
            residence=residence,
            kind=EntreeJournal.Kind.EXPORT,
            start=start,
            end=end,
            count=count,
            total=total,
        )
        title = f"ecritures {residence.code} {start:%Y-%m} {end:%Y-%m}"
        return response(title, COLUMNS, entries_of(residence, start, end), file_format=given["file_format"])
    shown = residences.filter(pk=chosen_residence(request) or 0).first() or residences.first()
    own = set(SchemaComptable.objects.filter(residence=shown).values_list("account", "kind")) if shown else set()
    context = {
        "form": form,
        "residence": shown,
        "schemes": [
            (Ecriture.Account(account).label, Ecriture.Kind(kind).label, scheme, (account, kind) in own)
            for (account, kind), scheme in (schemes_of(shown).items() if shown else ())
        ],
        "desk_url": reverse("admin:logement_schemacomptable_changelist"),
    }
    return render(request, "logement/comptabilite_export.html", context)
