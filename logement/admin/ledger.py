"""What the lists of the ledger share: its permission, and papers printed together."""

from collections import Counter
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from logement.admin.sejours import StayAdmin
from logement.queries.avis import print_papers
from residence.actions.journal import record
from residence.exports import file_name
from residence.models import EntreeJournal
from residence.permissions import Permission

# A batch is laid out while the person waits.
MOST_PAPERS = 300


class LedgerAdmin(StayAdmin):
    section = "redevance"
    view_permission = Permission.COMPTE_VIEW


class PrintedAdmin(LedgerAdmin):
    """Rows with a paper of their own, printed together for the letter boxes."""

    print_permission: Permission

    def has_print_permission(self, request: HttpRequest) -> bool:
        return self._holds(request, self.print_permission)

    @admin.action(description="Imprimer en un seul PDF", permissions=["print"])
    def print_papers(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """The papers of the rows chosen, in the order of the list; the journal keeps how many."""
        mine = self.rows_for(request.user, self.print_permission).order_by().values("pk")
        chosen = queryset.filter(pk__in=mine, document__isnull=False).select_related("document")
        rows = list(chosen[: MOST_PAPERS + 1])
        if not rows:
            self.message_user(request, "Ces lignes n’ont pas encore de document à imprimer.", "WARNING")
            return None
        if len(rows) > MOST_PAPERS:
            self.message_user(request, f"Imprimez au plus {MOST_PAPERS} documents à la fois.", "WARNING")
            return None
        name = str(capfirst(self.opts.verbose_name_plural))
        content = print_papers([row.document for row in rows], title=name)
        for residence, count in Counter(self.residence_of(row) for row in rows).items():
            record(
                f"{self.noun}.print",
                by=request.user,
                residence=residence,
                kind=EntreeJournal.Kind.EXPORT,
                count=count,
            )
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{file_name(name, "pdf")}"'
        response["Cache-Control"] = "private, no-store"
        return response
