"""The résidence, its convention and its dispositifs; the partners around it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q
from django.http import HttpRequest

from residence.admin.base import BaseAdmin
from residence.admin.cells import choice, text, whole
from residence.admin.columns import ResidenceFilter, yes_no
from residence.admin.exporting import Exported
from residence.admin.importing import Imported
from residence.admin.inlines import BaseInline
from residence.admin.resources import DeskResource
from residence.admin.scope import scoped
from residence.exports import Column
from residence.models import (
    ContactPartenaire,
    Convention,
    CritereDispositif,
    Dispositif,
    EntreeJournal,
    Partenaire,
    PieceRequise,
    PlafondRedevance,
    Residence,
    Ressource,
    Route,
    SurfaceDispositif,
)
from residence.permissions import Permission


class SettingAdmin(BaseAdmin):
    """What is set for a résidence: a technical act, that the technical administrator may do too."""

    section = "reglages"
    view_permission = Permission.ETABLISSEMENT_VIEW
    edit_permission = Permission.ETABLISSEMENT_EDIT
    journal_kind = EntreeJournal.Kind.TECHNIQUE
    fixed_fields = ("residence",)


@admin.register(Residence)
class ResidenceAdmin(SettingAdmin):
    noun = "residence"
    rank = 10
    list_display = ("name", "code", "city", "opened_on", "phone")
    search_codes = ("name", "code", "city")
    fixed_fields = ("code",)  # issued documents are numbered with it
    fieldsets = (
        (None, {"fields": ("name", "code", "organisme", "siret", "opened_on", "taken_over_on")}),
        (
            "Adresse et accueil",
            {"fields": ("address", "postal_code", "city", "phone", "email", "opening_hours", "is_confidential")},
        ),
        ("Documents", {"fields": ("signatory_name", "signatory_title", "logo")}),
        ("Paiements", {"fields": ("iban", "ics", "daily_living_threshold")}),
        ("Accompagnement", {"fields": ("heat_wave_age", "is_in_large_agglomeration")}),
        ("Tiers hébergés", {"fields": ("guests_at_once",)}),
        ("Incidents", {"fields": ("incident_follow_days", "incident_repeat_count", "incident_repeat_months")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new résidence is opened by who is trusted with the whole body: nobody else has a role there yet."""
        user: Any = request.user
        return user.is_authenticated and any(
            scope.residence_id is None for scope in user.scopes_for(Permission.ETABLISSEMENT_EDIT)
        )


class PlafondInline(BaseInline):
    model = PlafondRedevance


@admin.register(Convention)
class ConventionAdmin(SettingAdmin):
    noun = "convention"
    rank = 20
    list_display = ("number", "residence", "kind", "signed_on", "ends_on", "apl_scale", "apl_zone")
    list_select_related = ("residence",)
    list_filter = (ResidenceFilter, "kind")
    search_codes = ("number",)
    inlines = (PlafondInline,)
    fieldsets = (
        (None, {"fields": ("residence", "number", "kind", "signed_on", "ends_on", "document")}),
        ("APL", {"fields": ("apl_scale", "apl_zone")}),
        ("Réservataires", {"fields": ("prefect_share", "other_reservations")}),
    )


class ListedField(forms.TypedMultipleChoiceField):
    """Several of the list, kept as a list."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted(initial or []) != sorted(data or [])


def _listed(db_field: Any, choices: Any, *, required: bool = True) -> ListedField:
    return ListedField(
        label=str(db_field.verbose_name).capitalize(),
        choices=choices,
        required=required,
        help_text=db_field.help_text,
        widget=forms.CheckboxSelectMultiple,
    )


class BoundField(forms.DecimalField):
    """A bound of a criterion, shown as it was typed: 18, not 18,0000."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


class CritereInline(BaseInline):
    model = CritereDispositif
    template = "admin/edit_inline/stacked.html"
    fieldsets = ((None, {"fields": (("kind", "minimum", "maximum"), ("effect", "source"), "resources")}),)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "resources":
            return _listed(db_field, Ressource.Kind.choices, required=False)
        if db_field.name in ("minimum", "maximum"):
            kwargs |= {"form_class": BoundField, "localize": True}
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class SurfaceInline(BaseInline):
    model = SurfaceDispositif


class PieceInline(BaseInline):
    model = PieceRequise


@admin.register(Dispositif)
class DispositifAdmin(SettingAdmin):
    noun = "dispositif"
    rank = 30
    list_display = ("name", "residence", "stay", "renewals_max", "has_shared_flats", "is_open", "places_count")
    list_select_related = ("residence",)
    list_filter = (ResidenceFilter, "is_open")
    search_codes = ("name", "code")
    inlines = (CritereInline, SurfaceInline, PieceInline)
    fieldsets = (
        (None, {"fields": ("residence", "name", "code", "is_open")}),
        ("Public", {"fields": ("public", "admission_conditions", "routes", "has_shared_flats")}),
        (
            "Séjour",
            {
                "fields": (
                    "stay_months",
                    "renewals_max",
                    "stay_months_max",
                    "deposit_months",
                    "taux_effort_maximum",
                    "requires_insurance",
                    "turnaround_days",
                )
            },
        ),
        ("Admission", {"fields": ("notice_of_interview_days", "proposal_answer_days", "active_share_minimum")}),
        (
            "Accompagnement",
            {
                "fields": (
                    "requires_social_file",
                    "referent_from_partner",
                    "first_meeting_days",
                    "project_within_days",
                    "visit_every_days",
                    "review_every_months",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).annotate(number_of_places=Count("places"))

    @admin.display(description="places", ordering="number_of_places")
    def places_count(self, row: Any) -> int:
        return row.number_of_places  # type: ignore[no-any-return]

    @admin.display(description="durée du séjour", ordering="stay_months")
    def stay(self, row: Dispositif) -> str:
        return f"{row.stay_months} mois" if row.stay_months else "sans limitation"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, ArrayField) and db_field.name == "routes":
            return _listed(db_field, Route.choices)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


# Partners


class PartenaireResource(DeskResource):
    kind = choice("Nature", "kind", Partenaire.Kind)
    name = text("Nom", "name")
    themes = text("Thèmes", "themes")
    address = text("Adresse", "address")
    postal_code = text("Code postal", "postal_code")
    city = text("Commune", "city")
    phone = text("Téléphone", "phone")
    email = text("Courriel", "email")
    contact_within_days = whole("Prendre contact sous (jours)", "contact_within_days")
    answer_within_days = whole("Répondre sous (jours)", "answer_within_days")
    cancels_after_days = whole("Demande annulée sans contact au bout de (jours)", "cancels_after_days")
    no_shows_max = whole("Absences à l’entretien avant clôture", "no_shows_max")

    class Meta(DeskResource.Meta):
        model = Partenaire
        import_id_fields = ("kind", "name")
        fields = (
            "kind",
            "name",
            "themes",
            "address",
            "postal_code",
            "city",
            "phone",
            "email",
            "contact_within_days",
            "answer_within_days",
            "cancels_after_days",
            "no_shows_max",
        )


class ContactInline(BaseInline):
    model = ContactPartenaire
    fields = ("name", "function", "phone", "email", "left_on")


@admin.register(Partenaire)
class PartenaireAdmin(Imported, Exported, BaseAdmin):
    noun = "partenaire"
    section = "partenaires"
    view_permission = Permission.PARTENAIRE_EDIT
    edit_permission = Permission.PARTENAIRE_EDIT
    import_resource = PartenaireResource
    list_display = ("name", "kind", "city", "phone", "email", "contacts_count")
    list_filter = (
        "kind",
        yes_no("activité", "actif", "partenaires actuels", "anciens", lambda: Q(closed_on__isnull=True)),
    )
    search_codes = ("name", "city", "themes", "contacts__name")
    filter_horizontal = ("residences",)
    inlines = (ContactInline,)
    ordering = ("sort_name",)
    fieldsets = (
        (None, {"fields": ("kind", "name", "themes", "closed_on")}),
        ("Coordonnées", {"fields": ("address", "postal_code", "city", "phone", "email", "email_agreed_on")}),
        (
            "Travail commun",
            {
                "fields": (
                    "residences",
                    "contact_within_days",
                    "answer_within_days",
                    "cancels_after_days",
                    "no_shows_max",
                    "refusal_costs_seniority",
                )
            },
        ),
    )
    export_columns = (
        Column("Nature", "get_kind_display"),
        Column("Nom", "name"),
        Column("Thèmes", "themes"),
        Column("Adresse", "address"),
        Column("Code postal", "postal_code"),
        Column("Commune", "city"),
        Column("Téléphone", "phone"),
        Column("Courriel", "email"),
        Column("Prendre contact sous (jours)", "contact_within_days"),
        Column("Répondre sous (jours)", "answer_within_days"),
        Column("Demande annulée sans contact au bout de (jours)", "cancels_after_days"),
        Column("Absences à l’entretien avant clôture", "no_shows_max"),
        Column("Un refus irrecevable fait perdre l’ancienneté", "refusal_costs_seniority"),
        Column("N’est plus partenaire depuis", "closed_on"),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        here = Count("contacts", filter=Q(contacts__left_on__isnull=True))
        return super().get_queryset(request).annotate(number_of_contacts=here)

    @admin.display(description="contacts", ordering="number_of_contacts")
    def contacts_count(self, row: Any) -> int:
        return row.number_of_contacts  # type: ignore[no-any-return]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        found, _ = super().get_search_results(request, Partenaire.objects.order_by(), search_term)
        # Several contacts of one partner may answer: the list is of partners.
        return (queryset.filter(pk__in=found.values("pk")) if search_term.strip() else queryset), False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Keep the ties to the résidences that this user does not see: the form could not show them."""
        reach = scoped(Residence, request.user, self.choices_permission()).values("pk")
        hidden = list(form.instance.residences.exclude(pk__in=reach)) if change else []
        super().save_related(request, form, formsets, change)
        form.instance.residences.add(*hidden)
