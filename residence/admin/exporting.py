"""Take a list away as a spreadsheet: what is filtered, with names or without, and a line in the journal."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from residence.actions.journal import record
from residence.exports import FORMATS, XLSX_ROWS, Column, response
from residence.models import EntreeJournal, Residence
from residence.permissions import Permission


class ExportForm(forms.Form):
    """How the list is taken away."""

    content = forms.ChoiceField(label="Contenu", widget=forms.RadioSelect)
    file_format = forms.ChoiceField(
        label="Format", choices=list(FORMATS.items()), initial="xlsx", widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, contents: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["content"].choices = contents  # type: ignore[attr-defined]
        self.fields["content"].initial = contents[0][0]


class Exported:
    """An admin whose list is exported, as `export_columns` says."""

    export_columns: tuple[Column, ...] = ()

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"  # type: ignore[attr-defined]
        view = self.admin_site.admin_view(self.export_view)  # type: ignore[attr-defined]
        return [path("export/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    @property
    def names_somebody(self) -> bool:
        return any(column.named for column in self.export_columns)

    def export_contents(self, request: HttpRequest) -> list[tuple[str, str]]:
        """What this user may take away: (code, what it is)."""
        if not self.export_columns or not self.has_view_permission(request):  # type: ignore[attr-defined]
            return []
        user: Any = request.user
        found = []
        if self.names_somebody and user.holds(Permission.EXPORT_NAMED):
            found.append(("named", "avec les noms"))
        if user.holds(Permission.EXPORT_ANONYMOUS):
            found.append(("anonymous", "sans les noms" if self.names_somebody else "toutes les colonnes"))
        return found

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        url = ""
        if self.export_contents(request):
            opts = self.opts  # type: ignore[attr-defined]
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_export")
            if request.GET:
                url += f"?{request.GET.urlencode()}"
        return super().changelist_view(request, {"export_url": url, **(extra_context or {})})  # type: ignore[misc]

    def exported_rows(self, request: HttpRequest, permission: Permission) -> models.QuerySet[Any]:
        """Rows of the list as it is filtered and sorted, where `permission` is held."""
        shown: models.QuerySet[Any] = self.get_changelist_instance(request).queryset  # type: ignore[attr-defined]
        return shown.filter(pk__in=self.rows_for(request.user, permission).order_by().values("pk"))  # type: ignore[attr-defined]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Choose how, then download; the journal keeps what was taken, by whom, how many rows."""
        contents = self.export_contents(request)
        if not contents:
            raise PermissionDenied("Votre rôle n’ouvre pas cet export.")
        form = ExportForm(request.POST or None, contents=contents)
        if request.method == "POST" and form.is_valid():
            named = form.cleaned_data["content"] == "named"
            rows = self.exported_rows(request, Permission.EXPORT_NAMED if named else Permission.EXPORT_ANONYMOUS)
            count = rows.count()
            if form.cleaned_data["file_format"] == "xlsx" and count > XLSX_ROWS:
                form.add_error(
                    "file_format",
                    f"Un classeur s’arrête ici à {XLSX_ROWS} lignes et il y en a {count} : "
                    "filtrez la liste, ou choisissez le CSV.",
                )
            else:
                return self._download(request, rows, named=named, file_format=form.cleaned_data["file_format"])
        permission = Permission.EXPORT_NAMED if contents[0][0] == "named" else Permission.EXPORT_ANONYMOUS
        opts = self.opts  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": f"Exporter : {opts.verbose_name_plural}",
            "opts": opts,
            "form": form,
            "count": self.exported_rows(request, permission).count(),
            "filtered": bool(request.GET),
            "named_labels": [column.label for column in self.export_columns if column.named],
            "labels": [column.label for column in self.export_columns if not column.named],
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, "admin/residence/export.html", context)

    @transaction.atomic
    def _download(
        self, request: HttpRequest, rows: models.QuerySet[Any], *, named: bool, file_format: str
    ) -> HttpResponse:
        columns = [column for column in self.export_columns if named or not column.named]
        opts = self.opts  # type: ignore[attr-defined]
        for residence, count in self._by_residence(rows):
            record(
                f"{self.noun}.export",
                by=request.user,
                residence=residence,
                kind=EntreeJournal.Kind.EXPORT,
                rows=count,
                named=named and self.names_somebody,
                file_format=file_format,
                filters=sorted(request.GET),
            )
        # One read of the rows after the count: what is written is what was counted, within the same transaction.
        return response(str(opts.verbose_name_plural), columns, rows.iterator(chunk_size=2000), file_format=file_format)

    def _by_residence(self, rows: models.QuerySet[Any]) -> list[tuple[Residence | None, int]]:
        """How many rows of each résidence leave: each résidence's journal has its line."""
        found = self.residence_path  # type: ignore[attr-defined]
        if found is None:
            return [(None, rows.count())]
        counts = dict(rows.order_by().values_list(found).annotate(Count("pk")))
        residences = Residence.objects.in_bulk(counts)
        return [(residences[pk], count) for pk, count in counts.items()] or [(None, 0)]
