"""Fill a list from a spreadsheet: what would change is shown first, then all of it is written, or nothing.

A row is found again by what names it (the number of a logement, the code of a place): the same file twice changes
nothing.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import tablib
from django import forms
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from import_export.results import RowResult

from residence.actions.journal import record
from residence.admin.cells import RESIDENCE
from residence.admin.resources import DeskResource
from residence.admin.scope import scoped
from residence.duties import refresh_duties
from residence.imports import COLUMNS, FILE_BYTES, ROWS, Sheet, bare, read_upload
from residence.models import Residence
from residence.permissions import Permission

KEPT_FOR = 30 * 60
SHOWN = 200


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Fichier",
        help_text=f"Classeur Excel (.xlsx) ou CSV, {ROWS} lignes et {FILE_BYTES // 1024 // 1024} Mo au plus.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": "Choisissez un fichier.", "empty": "Le fichier est vide."},
    )


@dataclass(frozen=True)
class Outcome:
    """What a file does, or would do: rows by kind, faults by line, and a word that two identical outcomes share."""

    created: list[tuple[int, str, list[tuple[str, str, str]]]]
    changed: list[tuple[int, str, list[tuple[str, str, str]]]]
    unchanged: int
    faults: list[tuple[int, str, str]]
    rows: list[tuple[Any, bool]]

    @property
    def parts(self) -> list[tuple[str, list[tuple[int, str, list[tuple[str, str, str]]]]]]:
        return [("Fiches modifiées", self.changed), ("Fiches nouvelles", self.created)]

    @property
    def digest(self) -> str:
        text = json.dumps([self.created, self.changed], cls=DjangoJSONEncoder)
        return hashlib.sha256(text.encode()).hexdigest()


class Imported:
    """An admin whose list is filled from a spreadsheet, as `import_resource` says."""

    import_resource: type[DeskResource]
    import_permission: Permission | None = None  # where it is not the right to edit row by row

    def needed_to_import(self) -> Permission:
        return self.import_permission or self.edit_permission  # type: ignore[attr-defined, no-any-return]

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_import"  # type: ignore[attr-defined]
        view = self.admin_site.admin_view(self.import_view)  # type: ignore[attr-defined]
        return [path("import/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self._holds(request, self.needed_to_import()))  # type: ignore[attr-defined]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        url = self._import_url() if self.has_import_permission(request) else ""
        return super().changelist_view(request, {"import_url": url, **(extra_context or {})})  # type: ignore[misc]

    def _import_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")  # type: ignore[attr-defined]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Choose a file, read what it would do, then do it."""
        if not self.has_import_permission(request):
            raise PermissionDenied("Votre rôle n’ouvre pas cet import.")
        if request.method == "POST" and "confirm" in request.POST:
            return self._confirm(request)
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if form.is_valid():
            try:
                sheet = read_upload(
                    form.cleaned_data["file"], known=[head for head, _ in self.import_resource.columns()]
                )
                outcome, ignored = self._run(request, sheet, dry_run=True)
            except ValidationError as error:
                form.add_error("file", error.messages)
            else:
                return self._preview(request, sheet, outcome, ignored)
        return self._page(request, form=form)

    def _resource(self, request: HttpRequest) -> DeskResource:
        return self.import_resource(user=request.user, permission=self.needed_to_import())

    def _run(self, request: HttpRequest, sheet: Sheet, *, dry_run: bool) -> tuple[Outcome, list[str]]:
        """Read the lines into rows; written unless `dry_run` or a fault, and then all of them or none."""
        resource = self._resource(request)
        dataset, ignored = _dataset(sheet, resource, request.user)
        with transaction.atomic():
            result = resource.import_data(
                dataset, dry_run=dry_run, use_transactions=True, rollback_on_validation_errors=True
            )
        return _outcome(resource, sheet, result), ignored

    def _preview(
        self, request: HttpRequest, sheet: Sheet, outcome: Outcome, ignored: list[str], *, again: bool = False
    ) -> HttpResponse:
        token = ""
        if not outcome.faults and (outcome.created or outcome.changed):
            token = uuid4().hex
            cache.set(self._cache_key(request, token), (sheet, outcome.digest), KEPT_FOR)
        return self._page(request, outcome=outcome, ignored=ignored, token=token, again=again)

    def _cache_key(self, request: HttpRequest, token: str) -> str:
        return f"import:{self.opts.label_lower}:{request.user.pk}:{token}"  # type: ignore[attr-defined]

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        key = self._cache_key(request, request.POST.get("confirm", "")[:64])
        kept = cache.get(key)
        if kept is None:
            form = UploadForm()
            self.message_user(  # type: ignore[attr-defined]
                request, "Cet import a déjà été fait, ou a trop attendu : choisissez le fichier de nouveau.", "WARNING"
            )
            return self._page(request, form=form)
        sheet, digest = kept
        cache.delete(key)
        with transaction.atomic():
            outcome, ignored = self._run(request, sheet, dry_run=True)
            if outcome.digest == digest and not outcome.faults:
                outcome, ignored = self._run(request, sheet, dry_run=False)
                if not outcome.faults:
                    self._record_import(request, outcome)
                    self.message_user(request, _told(outcome), "SUCCESS")  # type: ignore[attr-defined]
                    opts = self.opts  # type: ignore[attr-defined]
                    return redirect(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        return self._preview(request, sheet, outcome, ignored, again=True)

    def _record_import(self, request: HttpRequest, outcome: Outcome) -> None:
        """One line of the journal for each résidence that the file touched."""
        counts: dict[Residence | None, list[int]] = {}
        for row, new in outcome.rows:
            counts.setdefault(self.residence_of(row), [0, 0])[0 if new else 1] += 1  # type: ignore[attr-defined]
            refresh_duties(row)
        for residence, (created, changed) in counts.items():
            record(
                f"{self.noun}.import",  # type: ignore[attr-defined]
                by=request.user,
                residence=residence,
                kind=self.journal_kind,  # type: ignore[attr-defined]
                created=created,
                changed=changed,
            )

    def _page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        opts = self.opts  # type: ignore[attr-defined]
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(
            request,
            "admin/residence/import.html",
            {
                **self.admin_site.each_context(request),  # type: ignore[attr-defined]
                "title": f"Importer : {opts.verbose_name_plural}",
                "opts": opts,
                "columns": self.import_resource.columns(),
                "form": UploadForm(),
                "shown": SHOWN,
                **context,
            },
        )


def _dataset(sheet: Sheet, resource: DeskResource, user: Any) -> tuple[tablib.Dataset, list[str]]:
    """The lines under the heads that the resource knows, and the heads that it does not."""
    names = {bare(head): head for head, _ in resource.columns()}
    heads = [names.get(bare(head), "") for head in sheet.heads]
    ignored = [head for head, known in zip(sheet.heads, heads, strict=True) if head and not known]
    missing = [head for head, needed in resource.columns() if needed and head not in heads]
    only: Any = None
    if RESIDENCE in missing:
        reach = list(scoped(Residence, user, resource.permission)[:2])
        if len(reach) == 1:
            only = reach[0].code
            missing.remove(RESIDENCE)
    if missing:
        raise ValidationError(
            f"Il manque {'la colonne' if len(missing) == 1 else 'les colonnes'} : {', '.join(missing)}."
        )
    kept = [rank for rank, head in enumerate(heads) if head][:COLUMNS]
    dataset = tablib.Dataset(headers=[*(heads[rank] for rank in kept), *([RESIDENCE] if only else []), "__line__"])
    for line in sheet.lines:
        dataset.append([*(line.cells[rank] for rank in kept), *([only] if only else []), line.number])
    return dataset, ignored


def _outcome(resource: DeskResource, sheet: Sheet, result: Any) -> Outcome:
    created, changed, rows, unchanged = [], [], [], 0
    for line, row in zip(sheet.lines, result.rows, strict=False):
        if row.import_type == RowResult.IMPORT_TYPE_SKIP:
            unchanged += 1
        elif row.import_type in (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE):
            new = row.import_type == RowResult.IMPORT_TYPE_NEW
            (created if new else changed).append((line.number, str(row.instance), resource.changes(row)))
            rows.append((row.instance, new))
    return Outcome(created, changed, unchanged, _faults(resource, sheet, result), rows)


def _faults(resource: DeskResource, sheet: Sheet, result: Any) -> list[tuple[int, str, str]]:
    """(line, column, what to put right), in the order of the file."""
    columns = {field.attribute: field.column_name for field in resource.fields.values()}
    faults = [(0, "", str(error.error)) for error in result.base_errors]
    for invalid in result.invalid_rows:
        number = sheet.lines[invalid.number - 1].number
        for name, messages in invalid.error_dict.items():
            label = "" if name == "__all__" else columns.get(name) or _verbose(resource, name)
            faults += [(number, label, message) for message in messages]
    for broken in result.error_rows:
        # What the database refused, or what nobody foresaw: the person gets the line, the log gets the rest.
        faults.append(
            (sheet.lines[broken.number - 1].number, "", "Cette ligne ne peut pas être enregistrée telle quelle.")
        )
    return sorted(faults)


def _verbose(resource: DeskResource, name: str) -> str:
    return str(resource._meta.model._meta.get_field(name).verbose_name)


def _told(outcome: Outcome) -> str:
    parts = [
        f"{len(outcome.created)} créée{'s' if len(outcome.created) > 1 else ''}",
        f"{len(outcome.changed)} modifiée{'s' if len(outcome.changed) > 1 else ''}",
        f"{outcome.unchanged} sans changement",
    ]
    return f"Import terminé. Lignes : {', '.join(parts)}."
