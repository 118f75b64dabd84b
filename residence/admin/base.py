"""The base of every page of the back office.

Rows in scope and rights from the table of permissions, no deletion, a line of the journal on every save, a stale form
that overwrites nothing, names masked as everywhere.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from residence.actions.journal import record, record_reading
from residence.admin.acts import Act
from residence.admin.columns import in_words
from residence.admin.forms import DeskForm, foreign_key, label_of
from residence.admin.scope import Scoped, scoped
from residence.duties import refresh_duties
from residence.journal_words import said
from residence.models import EntreeJournal, MembreMenage, Residence
from residence.models.base import PlainText
from residence.permissions import TABLE, Permission

# How a filter of a list may end, in an address.
SUFFIXES = {"", "exact", "id", "pk", "isnull", "in", "gte", "lte", "gt", "lt", "year", "month", "day"}
AUTHORS = ("created_by", "recorded_by")
PAGE = 50


class BaseAdmin(Scoped, admin.ModelAdmin):  # type: ignore[type-arg]
    """A model in the back office. Without `edit_permission` it is only read: what changes it is an act, on its page."""

    obeys_the_table = True

    section: str
    rank = 50  # among those of its section
    view_permission: Permission
    edit_permission: Permission | None = None
    can_add = True
    menage_path: str | None = None  # to the household whose name stands in the list
    search_codes: tuple[str, ...] = ()  # texts that are searched without accents
    search_private: tuple[str, ...] = ()  # texts that may say who: searched where the name may be read
    search_numbers: tuple[str, ...] = ()  # numbers that are found by their digits
    private_fields: tuple[str, ...] = ()  # what may say who: left out of the page of a masked household
    fixed_fields: tuple[str, ...] = ()  # chosen once, when the row is made
    acts: tuple[Act, ...] = ()
    totals: dict[str, models.Sum] = {}  # what is added up under the list, by its label
    noun = ""  # what the journal calls a row: « place » in « place.edit »
    journal_kind = EntreeJournal.Kind.ACTION

    form = DeskForm
    list_per_page = PAGE
    list_max_show_all = PAGE
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False
    actions_selection_counter = True
    change_list_template = "admin/residence/change_list.html"
    change_form_template = "admin/residence/change_form.html"

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        self._in_words = in_words(model)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.search_fields = (*cls.search_codes, *cls.search_private, *cls.search_numbers)

    # Scope

    def choices_permission(self) -> Permission:
        return self.edit_permission or self.view_permission

    def rows_for(self, user: Any, permission: Permission) -> models.QuerySet[Any]:
        """Rows where `user` holds `permission`, within the back office."""
        return scoped(self.model, user, permission)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = self.with_shown_name(self.rows_for(request.user, self.view_permission), request.user)
        # Said outright: a list that counts its lines would forget the order of the model.
        return rows.order_by(*(self.get_ordering(request) or self.opts.ordering))

    def with_shown_name(self, rows: models.QuerySet[Any], user: Any) -> models.QuerySet[Any]:
        """Rows with the name that this user reads, to sort by: a masked one has no place in the alphabet."""
        if self.menage_path is None:
            return rows
        return rows.annotate(
            shown_name=Case(
                When(self._readable(user), then=self._of_menage("sort_name")),
                default=Value(""),
                output_field=models.TextField(),
            )
        )

    def _of_menage(self, lookup: str) -> str:
        """The path from a row to `lookup` of its household."""
        return f"{self.menage_path}__{lookup}" if self.menage_path else lookup

    def _readable(self, user: Any) -> Q:
        return Q(**{self._of_menage("is_confidential"): False}) | Q(**{self._of_menage("pk__in"): user.opened_menages})

    @property
    def residence_path(self) -> str | None:
        """The path from a row to its résidence (« pk » when it is one), None when it has none."""
        return getattr(self.model._default_manager.all(), "residence_path", None)

    def residence_of(self, row: Any) -> Residence | None:
        """The résidence of a row."""
        path = self.residence_path
        if path is None:
            return None
        found = row
        for name in path.split("__"):
            found = found if name == "pk" else getattr(found, name)
        return found  # type: ignore[no-any-return]

    def menage_of(self, row: Any) -> Any:
        """The household that a row is about, or None."""
        if self.menage_path is None:
            return None
        found = row
        for name in filter(None, self.menage_path.split("__")):
            found = getattr(found, name)
        return found

    # Rights

    def _holds(self, request: HttpRequest, permission: Permission | None, row: Any = None) -> bool:
        user: Any = request.user
        if permission is None or not user.is_authenticated:
            return False
        if row is not None and row.pk is not None:
            residence = self.residence_of(row)
            residence_id = residence.pk if residence else None
            return user.holds(permission, residence_id) and user.holds(Permission.ADMIN_USE, residence_id)
        return user.holds(permission) and user.holds(Permission.ADMIN_USE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._holds(request, self.view_permission, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._holds(request, self.edit_permission, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_add and self._holds(request, self.edit_permission)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Lists

    @admin.display(description="ménage", ordering="shown_name")
    def menage_name(self, row: Any) -> str:
        return str(self.menage_of(row))

    def get_search_fields(self, request: HttpRequest) -> Any:
        return (*self.search_fields, *(["shown_name"] if self.menage_path is not None else []))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Filters of the list alone: an address typed by hand finds nobody by what the list does not show."""
        fields = [one for one in self.list_filter if isinstance(one, str | tuple)]
        own = {self.date_hierarchy, *(one if isinstance(one, str) else one[0] for one in fields)}
        for name in own - {None}:
            if lookup == name or lookup.startswith(f"{name}__"):
                return set(lookup.removeprefix(name).split("__")) <= SUFFIXES
        named = {one.parameter_name for one in self.list_filter if hasattr(one, "parameter_name")}
        return lookup in named | {"pk", "id", "pk__exact", "id__exact", "pk__in", "id__in"}

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Rows in which each word is found, accents or not. A masked household is found by its number alone."""
        codes = {f"plain_{rank}": path for rank, path in enumerate(self.search_codes + self.search_private)}
        if search_term.strip() and codes:
            queryset = queryset.alias(**{name: Lower(PlainText(models.F(path))) for name, path in codes.items()})
        for word in search_term.split()[:8]:
            sought = Lower(PlainText(Value(word)))
            found = Q(pk__in=[])
            for name, path in codes.items():
                one = Q(**{f"{name}__contains": sought})
                found |= one & self._readable(request.user) if path in self.search_private else one
            if word.isdecimal() and len(word) < 10:
                for path in self.search_numbers:
                    found |= Q(**{path: int(word)})
            if self.menage_path is not None:
                members = MembreMenage.objects.filter(personne__search_name__contains=sought).values("menage")
                named = Q(**{self._of_menage("sort_name__contains"): sought}) | Q(
                    **{self._of_menage("pk__in"): members}
                )
                found |= named & self._readable(request.user)
            queryset = queryset.filter(found)
        return queryset, False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        buttons = self.buttons(request, [act for act in self.acts if act.on_list])
        title = capfirst(self.opts.verbose_name_plural)
        response = super().changelist_view(request, {"acts": buttons, "title": title, **(extra_context or {})})
        if self.totals and isinstance(response, TemplateResponse) and "cl" in (response.context_data or {}):
            rows = response.context_data["cl"].queryset.order_by()
            sums = rows.aggregate(**{f"sum_{rank}": total for rank, total in enumerate(self.totals.values())})
            response.context_data["totals"] = list(zip(self.totals, sums.values(), strict=True))
        return response

    # The page of a row

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is None or request.method != "POST":
            return row
        # Two people save the same row: the second reads it once the first has finished.
        self.model._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        return super().get_object(request, object_id, from_field)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = self.fixed_fields if obj is not None else ()
        shown = [name for name in self._own_fields() if callable(name)]
        return (*super().get_readonly_fields(request, obj), *fixed, *shown, *self._in_words.values())

    def _own_fields(self) -> list[Any]:
        if self.fieldsets:
            return [name for _, options in self.fieldsets for name in options["fields"]]
        return list(self.fields or ())

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns; that of the résidence for who works in several only."""
        columns = [self._in_words.get(name, name) for name in super().get_list_display(request)]
        user: Any = request.user
        places = {scope.residence_id for scope in user.scopes_for(self.view_permission)}
        if len(places) == 1 and None not in places:
            return [name for name in columns if name not in ("residence", "residence_name")]
        return columns

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if obj is not None and not self.has_change_permission(request, obj):
            sets = [
                (title, {**options, "fields": [self._in_words.get(name, name) for name in options["fields"]]})
                for title, options in sets
            ]
        menage = self.menage_of(obj) if obj is not None and self.private_fields else None
        if menage is None or not menage.is_masked:
            return sets
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in self.private_fields]})
            for title, options in sets
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.lines = [
            (inline.model, foreign_key(inline.model, self.model, inline.fk_name))
            for inline in self.get_inline_instances(request, obj)
            if inline.has_change_permission(request, obj)
        ]
        return form

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        title = capfirst(self.opts.verbose_name)
        response = super().change_view(request, object_id, form_url, {"title": title, **(extra_context or {})})
        row = (getattr(response, "context_data", None) or {}).get("original")
        if row is not None:
            response.context_data["acts"] = self.buttons(request, [act for act in self.acts if not act.on_list], row)
            menage = self.menage_of(row)
            if request.method == "GET" and menage is not None and menage.is_confidential and not menage.is_masked:
                record_reading(menage, by=request.user, what=row, residence=self.residence_of(row))
        return response

    def buttons(self, request: HttpRequest, acts: Iterable[Act], row: Any = None) -> list[dict[str, Any]]:
        """Acts that this user may do now, with where they are done."""
        menage = self.menage_of(row) if row is not None else None
        masked = menage is not None and menage.is_masked
        shown = []
        for act in acts:
            if masked and not TABLE[act.permission].on_number:
                continue
            if self._holds(request, act.permission, row) and (row is None or act.condition(row)):
                url = act.url(row)
                if url:
                    shown.append({"label": act.label, "url": url, "main": act.main})
        return shown

    # Saving

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        for name in AUTHORS:
            if hasattr(obj, f"{name}_id") and getattr(obj, f"{name}_id") is None:
                setattr(obj, name, request.user)
        super().save_model(request, obj, form, change)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> dict[str, Any]:
        """Names of what was filled in or changed, never the values."""
        details: dict[str, Any] = {"fields": sorted(set(form.changed_data) - {"row_version"})}
        for formset in formsets or ():
            name = formset.model._meta.model_name
            changed = sorted({field for _, fields in formset.changed_objects for field in fields})
            if formset.new_objects:
                details[f"{name}_added"] = len(formset.new_objects)
            if changed:
                details[f"{name}_fields"] = changed
        return {key: value for key, value in details.items() if value}

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self._record(request, "create", obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        if message:
            self._record(request, "edit", obj, message)

    def _record(self, request: HttpRequest, verb: str, row: Any, details: dict[str, Any]) -> None:
        record(
            f"{self.noun}.{verb}",
            by=request.user,
            target=row,
            residence=self.residence_of(row),
            kind=self.journal_kind,
            **details,
        )
        refresh_duties(row)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The acts done on a row, as our journal keeps them."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        entries = EntreeJournal.objects.filter(
            target_type=ContentType.objects.get_for_model(self.model),
            target_id=row.pk,
            kind__in=[EntreeJournal.Kind.ACTION, EntreeJournal.Kind.TECHNIQUE],
        ).select_related("by")
        page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Qui a fait quoi",
            "subtitle": str(row),
            "object": row,
            "opts": self.opts,
            "page_obj": page,
            "lines": [(entry, *self._told(entry)) for entry in page],
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, "admin/residence/object_history.html", context)

    def _told(self, entry: EntreeJournal) -> tuple[str, str]:
        """What a line of the journal says, and the fields that it names, in French."""
        names = [name for key, value in entry.details.items() if key.endswith("fields") for name in value]
        return said(entry.action), ", ".join(label_of(self.model, name) for name in names)
