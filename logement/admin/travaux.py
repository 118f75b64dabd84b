"""Works that wait for a place: planned by acts or from a spreadsheet, begun and dropped by acts."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from logement.actions.travaux import check_waits
from logement.models import TravauxPrevus
from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.cells import day, reference, residence_of_place, text, whole
from residence.admin.columns import ResidenceFilter, agent, yes_no
from residence.admin.exporting import Exported
from residence.admin.importing import Imported
from residence.admin.resources import DeskResource
from residence.admin.scope import scoped
from residence.exports import Column
from residence.permissions import Permission


class TravauxResource(DeskResource):
    """A line is known by its place and its first day; works that have begun are changed by acts alone."""

    residence = residence_of_place()
    place = reference("Place", "place", lambda row: (row.code,))
    from_on = day("À partir du", "from_on")
    days = whole("Durée (jours)", "days")
    reason = text("Travaux", "reason")

    required = ("days", "reason")

    class Meta(DeskResource.Meta):
        model = TravauxPrevus
        import_id_fields = ("residence", "place", "from_on")
        fields = ("residence", "place", "from_on", "days", "reason")

    def get_queryset(self) -> QuerySet[Any]:
        rows = scoped(TravauxPrevus, self.user, self.permission)
        return rows.filter(dropped_at__isnull=True).select_related("place__residence")

    def init_instance(self, row: Any = None) -> TravauxPrevus:
        return TravauxPrevus(planned_by=self.user)

    def validate_instance(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        super().validate_instance(instance, *args, **kwargs)
        if instance.occupation_id is not None:
            raise ValidationError("Ces travaux ont commencé : ils se changent sur la page de la place.")
        check_waits(instance)


@admin.register(TravauxPrevus)
class TravauxPrevusAdmin(Imported, Exported, BaseAdmin):
    noun = "travaux"
    import_resource = TravauxResource
    import_permission = Permission.PARC_EDIT
    section = "parc"
    rank = 55
    view_permission = Permission.PARC_VIEW
    list_display = ("place", "reason", "from_on", "days", "occupation", "dropped_at")
    list_select_related = ("place__residence", "occupation__place")
    list_filter = (
        yes_no(
            "état",
            "attente",
            "en attente",
            "commencés ou abandonnés",
            lambda: Q(occupation__isnull=True, dropped_at__isnull=True),
        ),
        ResidenceFilter,
    )
    search_codes = ("place__code", "reason")
    ordering = ("from_on", "place__code")
    fields = (
        "place",
        "reason",
        "from_on",
        "days",
        agent("planned_by", "prévus par"),
        "planned_at",
        "occupation",
        agent("dropped_by", "abandonnés par"),
        "dropped_at",
    )
    acts = (
        Act(
            "Commencer les travaux",
            "logement:travaux_begin",
            Permission.PARC_EDIT,
            condition=lambda row: row.occupation_id is None and row.dropped_at is None,
            main=True,
        ),
        Act("Ouvrir la place", "logement:place_detail", Permission.PARC_VIEW, argument=lambda row: row.place_id),
    )
    export_columns = (
        Column("Résidence", "place.residence.code"),
        Column("Place", "place.code"),
        Column("Travaux", "reason"),
        Column("À partir du", "from_on"),
        Column("Durée (jours)", "days"),
        Column("Commencés le", "occupation.start_on"),
        Column("Abandonnés le", "dropped_at"),
    )
