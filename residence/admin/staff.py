"""The accounts and their roles, read only: the staff's pages open, give and close them. The technical journal."""

from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import models

from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.columns import agent
from residence.admin.inlines import BaseInline
from residence.models import Delegation, EntreeJournal, RoleAttribution, User
from residence.permissions import Permission


class AccountAdmin(BaseAdmin):
    section = "comptes"
    view_permission = Permission.UTILISATEUR_MANAGE


class AttributionInline(BaseInline):
    model = RoleAttribution
    fk_name = "user"
    read_only = True
    fields = ("role", "residence", "start_on", "end_on", "ended_at")


@admin.register(User)
class UserAdmin(AccountAdmin):
    rank = 10
    list_display = ("person", "username", "email", "function", "is_active", "last_login")
    list_filter = ("is_active",)
    search_codes = ("last_name", "first_name", "username", "email", "function")
    ordering = ("last_name", "first_name")
    fields = ("username", "first_name", "last_name", "email", "phone", "function", "is_active", "last_login")
    inlines = (AttributionInline,)
    acts = (
        Act("Ouvrir un compte", "residence:utilisateur_open", Permission.UTILISATEUR_MANAGE, on_list=True, main=True),
        Act("Gérer ce compte", "residence:utilisateur_detail", Permission.UTILISATEUR_MANAGE, main=True),
    )

    @admin.display(description="nom", ordering="last_name")
    def person(self, row: User) -> str:
        return f"{row.last_name} {row.first_name}"


@admin.register(RoleAttribution)
class RoleAttributionAdmin(AccountAdmin):
    rank = 20
    list_display = ("user", "role", "residence", "start_on", "end_on", "ended_at", "granted_by")
    list_select_related = ("user", "residence", "granted_by")
    list_filter = ("role",)
    search_codes = ("user__last_name", "user__first_name", "user__username")
    fields = (
        "user",
        "role",
        "residence",
        "start_on",
        "end_on",
        agent("granted_by", "donné par"),
        "granted_at",
        agent("ended_by", "retiré par"),
        "ended_at",
    )
    acts = (
        Act(
            "Gérer le compte",
            "residence:utilisateur_detail",
            Permission.UTILISATEUR_MANAGE,
            argument=lambda row: row.user_id,
            main=True,
        ),
        Act(
            "Retirer ce rôle",
            "residence:role_end",
            Permission.UTILISATEUR_MANAGE,
            condition=lambda row: row.ended_at is None,
        ),
    )


@admin.register(Delegation)
class DelegationAdmin(AccountAdmin):
    rank = 30
    list_display = ("from_user", "to_user", "role", "residence", "start_on", "end_on", "ended_at")
    list_select_related = ("from_user", "to_user", "residence")
    list_filter = ("role",)
    date_hierarchy = "start_on"
    fields = (
        "from_user",
        "to_user",
        "role",
        "residence",
        "start_on",
        "end_on",
        "reason",
        agent("ended_by", "retiré par"),
        "ended_at",
    )


@admin.register(EntreeJournal)
class EntreeJournalAdmin(AccountAdmin):
    """The technical acts; those on persons are on the direction's own page."""

    rank = 40
    view_permission = Permission.JOURNAL_TECHNIQUE_VIEW
    list_display = ("at", "action", "by", "residence", "about", "fields_named")
    list_select_related = ("by", "residence", "target_type")
    list_filter = ("action",)
    date_hierarchy = "at"
    search_codes = ("action", "by__last_name", "by__first_name")
    fields = ("at", "action", "by", "residence", "about", "fields_named")
    readonly_fields = ("about", "fields_named")

    def rows_for(self, user: Any, permission: Permission) -> models.QuerySet[Any]:
        rows = EntreeJournal.objects.filter(kind=EntreeJournal.Kind.TECHNIQUE)
        return rows if user.holds(permission) else rows.none()

    @admin.display(description="fiche")
    def about(self, row: EntreeJournal) -> str:
        if row.target_type_id is None:
            return ""
        model = ContentType.objects.get_for_id(row.target_type_id).model_class()
        return f"{model._meta.verbose_name} n° {row.target_id}" if model else ""

    @admin.display(description="détail")
    def fields_named(self, row: EntreeJournal) -> str:
        said = []
        for name, value in row.details.items():
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            said.append(f"{name} : {shown}")
        return " · ".join(said)
