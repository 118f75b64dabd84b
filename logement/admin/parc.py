"""The stock: buildings, logements, places, their categories, and what takes each place."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.http import HttpRequest

from logement.actions.parc import described, in_the_way
from logement.models import Batiment, CategoriePlace, Logement, OccupationPlace, Place
from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.cells import amount, choice, day, flag, reference, residence_field, text, whole
from residence.admin.columns import ResidenceFilter, agent, within_reach, yes_no, yes_or_no
from residence.admin.exporting import Exported
from residence.admin.forms import DeskForm
from residence.admin.importing import Imported
from residence.admin.inlines import BaseInline
from residence.admin.resources import DeskResource
from residence.exports import Column
from residence.models import TypeLogement
from residence.models.base import today
from residence.permissions import Permission


class StockAdmin(BaseAdmin):
    section = "parc"
    view_permission = Permission.PARC_VIEW
    edit_permission = Permission.PARC_EDIT
    fixed_fields = ("residence",)


def _numbers(row: Any) -> tuple[str, ...]:
    return (row.number,)


def _names(row: Any) -> tuple[str, ...]:
    return (row.name,)


def _codes(row: Any) -> tuple[str, ...]:
    return (row.code,)


class BatimentResource(DeskResource):
    residence = residence_field()
    name = text("Bâtiment", "name")
    address = text("Adresse", "address")

    class Meta(DeskResource.Meta):
        model = Batiment
        import_id_fields = ("residence", "name")
        fields = ("residence", "name", "address")


@admin.register(Batiment)
class BatimentAdmin(Imported, Exported, StockAdmin):
    noun = "batiment"
    rank = 40
    import_resource = BatimentResource
    list_display = ("name", "residence", "address", "logements_count")
    list_select_related = ("residence",)
    list_filter = (ResidenceFilter,)
    search_codes = ("name", "address")
    fields = ("residence", "name", "address")
    export_columns = (
        Column("Résidence", "residence.code"),
        Column("Bâtiment", "name"),
        Column("Adresse", "address"),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).annotate(number_of_logements=Count("logements"))

    @admin.display(description="logements", ordering="number_of_logements")
    def logements_count(self, row: Any) -> int:
        return row.number_of_logements  # type: ignore[no-any-return]


class CategorieResource(DeskResource):
    residence = residence_field()
    name = text("Catégorie", "name")
    type_logement = choice("Type conventionné", "type_logement", TypeLogement)

    required = ("type_logement",)

    class Meta(DeskResource.Meta):
        model = CategoriePlace
        import_id_fields = ("residence", "name")
        fields = ("residence", "name", "type_logement")


@admin.register(CategoriePlace)
class CategoriePlaceAdmin(Imported, Exported, StockAdmin):
    noun = "categorie"
    rank = 30
    import_resource = CategorieResource
    list_display = ("name", "residence", "type_logement", "places_count")
    list_select_related = ("residence",)
    list_filter = ("type_logement", ResidenceFilter)
    search_codes = ("name",)
    fields = ("residence", "name", "type_logement")
    export_columns = (
        Column("Résidence", "residence.code"),
        Column("Catégorie", "name"),
        Column("Type conventionné", "get_type_logement_display"),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).annotate(number_of_places=Count("places"))

    @admin.display(description="places", ordering="number_of_places")
    def places_count(self, row: Any) -> int:
        return row.number_of_places  # type: ignore[no-any-return]


def labelled_now() -> Q:
    day = today()
    return Q(labelled_on__lte=day) & (Q(label_ends_on__isnull=True) | Q(label_ends_on__gte=day))


class LogementResource(DeskResource):
    residence = residence_field()
    number = text("Numéro", "number")
    batiment = reference("Bâtiment", "batiment", _names, required=False)
    floor = whole("Étage", "floor")
    type_logement = choice("Type", "type_logement", TypeLogement)
    surface = amount("Surface (m²)", "surface")
    usage = choice("Usage", "usage", Logement.Usage)
    is_shared = flag("Appartement partagé", "is_shared")
    is_accessible = flag("Accessible en fauteuil", "is_accessible")
    is_furnished = flag("Meublé", "is_furnished")
    equipment = text("Équipement", "equipment")
    label = text("Label", "label")
    labelled_on = day("Labellisé le", "labelled_on")
    label_ends_on = day("Label valable jusqu’au", "label_ends_on")

    required = ("type_logement", "surface")

    class Meta(DeskResource.Meta):
        model = Logement
        import_id_fields = ("residence", "number")
        fields = (
            "residence",
            "number",
            "batiment",
            "floor",
            "type_logement",
            "surface",
            "usage",
            "is_shared",
            "is_accessible",
            "is_furnished",
            "equipment",
            "label",
            "labelled_on",
            "label_ends_on",
        )


class PlaceInline(BaseInline):
    model = Place
    fields = ("code", "categorie", "dispositif", "surface", "capacity", "is_accessible", "opened_on", "closed_on")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("categorie", "dispositif")


@admin.register(Logement)
class LogementAdmin(Imported, Exported, StockAdmin):
    noun = "logement"
    rank = 10
    import_resource = LogementResource
    list_display = (
        "number",
        "residence",
        "batiment",
        "floor_shown",
        "type_logement",
        "surface",
        "usage",
        "is_shared",
        "is_accessible",
        "places_count",
    )
    list_select_related = ("residence", "batiment")
    list_filter = (
        ResidenceFilter,
        within_reach("batiment"),
        "type_logement",
        "usage",
        "is_shared",
        "is_accessible",
        yes_no("label", "label", "label en cours", "sans label en cours", labelled_now),
        "floor",
    )
    search_codes = ("number", "batiment__name", "equipment")
    inlines = (PlaceInline,)
    fieldsets = (
        (None, {"fields": ("residence", "batiment", "number", "floor", "type_logement", "surface", "usage")}),
        ("Ce qu’il offre", {"fields": ("is_shared", "is_accessible", "is_furnished", "equipment")}),
        ("Label", {"fields": ("label", "labelled_on", "label_ends_on")}),
    )
    totals = {"Surface (m²)": Sum("surface", output_field=models.IntegerField())}
    export_columns = (
        Column("Résidence", "residence.code"),
        Column("Numéro", "number"),
        Column("Bâtiment", "batiment.name"),
        Column("Étage", "floor"),
        Column("Type", "get_type_logement_display"),
        Column("Surface (m²)", "surface"),
        Column("Usage", "get_usage_display"),
        Column("Appartement partagé", "is_shared"),
        Column("Accessible en fauteuil", "is_accessible"),
        Column("Meublé", "is_furnished"),
        Column("Équipement", "equipment"),
        Column("Label", "label"),
        Column("Labellisé le", "labelled_on"),
        Column("Label valable jusqu’au", "label_ends_on"),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).annotate(number_of_places=Count("places"))

    @admin.display(description="étage", ordering="floor")
    def floor_shown(self, row: Logement) -> str:
        return row.floor_name

    @admin.display(description="places", ordering="number_of_places")
    def places_count(self, row: Any) -> int:
        return row.number_of_places  # type: ignore[no-any-return]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A place belongs to the résidence of its logement."""
        for place in formset.save(commit=False):
            place.residence = form.instance.residence
            place.full_clean()
            place.save()
        formset.save_m2m()


class PlaceResource(DeskResource):
    residence = residence_field()
    code = text("Place", "code")
    logement = reference("Logement", "logement", _numbers)
    categorie = reference("Catégorie", "categorie", _names)
    dispositif = reference("Dispositif", "dispositif", lambda row: (row.name, row.code))
    surface = amount("Surface privative (m²)", "surface")
    capacity = whole("Personnes au plus", "capacity")
    is_accessible = flag("Accessible en fauteuil", "is_accessible")
    keys = text("Clés", "keys")
    mailbox = text("Boîte aux lettres", "mailbox")
    joined_with = reference("Se joint à", "joined_with", _codes, required=False)
    reservataire = reference("Réservataire", "reservataire", _names, required=False)
    opened_on = day("En service depuis le", "opened_on")
    closed_on = day("Hors service depuis le", "closed_on")

    required = ("logement", "categorie", "dispositif", "surface")

    class Meta(DeskResource.Meta):
        model = Place
        import_id_fields = ("residence", "code")
        fields = (
            "residence",
            "code",
            "logement",
            "categorie",
            "dispositif",
            "surface",
            "capacity",
            "is_accessible",
            "keys",
            "mailbox",
            "joined_with",
            "reservataire",
            "opened_on",
            "closed_on",
        )

    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """A later line may join the place that this one makes."""
        self.fields["joined_with"].widget.known.add((instance.residence_id, instance.code), instance)

    def validate_instance(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        super().validate_instance(instance, *args, **kwargs)
        refuse_closing(instance)


def refuse_closing(place: Place) -> None:
    """ValidationError where a place would go out of service while something still holds it."""
    if place.pk is not None and place.closed_on is not None:
        found = in_the_way(place, place.closed_on, None)
        if found:
            told = ", ".join(described(one) for one in found)
            raise ValidationError({"closed_on": f"La place est encore prise : {told}. Libérez-la d’abord."})


class PlaceForm(DeskForm):
    def clean(self) -> Any:
        cleaned = super().clean()
        if cleaned and cleaned.get("closed_on") and self.instance.pk:
            refuse_closing(Place(pk=self.instance.pk, closed_on=cleaned["closed_on"]))
        return cleaned


def held_now() -> Q:
    return Q(Exists(OccupationPlace.objects.holding(today()).filter(place=OuterRef("pk"))))


def in_service_now() -> Q:
    day = today()
    return Q(opened_on__lte=day) & (Q(closed_on__isnull=True) | Q(closed_on__gt=day))


@admin.register(Place)
class PlaceAdmin(Imported, Exported, StockAdmin):
    noun = "place"
    rank = 20
    form = PlaceForm
    import_resource = PlaceResource
    list_display = (
        "code",
        "residence",
        "logement",
        "categorie",
        "dispositif",
        "surface",
        "capacity",
        "is_accessible",
        yes_or_no("is_taken", "prise aujourd’hui"),
        "closed_on",
    )
    list_select_related = ("residence", "logement", "categorie", "dispositif", "joined_with", "reservataire")
    list_filter = (
        ResidenceFilter,
        yes_no("occupation du jour", "prise", "prise", "libre", held_now),
        yes_no("service", "service", "en service", "hors service", in_service_now),
        within_reach("dispositif"),
        within_reach("categorie"),
        ("reservataire", admin.RelatedOnlyFieldListFilter),
        "is_accessible",
    )
    search_codes = ("code", "logement__number", "categorie__name", "mailbox")
    autocomplete_fields = ("logement", "joined_with")
    fieldsets = (
        (None, {"fields": ("residence", "logement", "code", "categorie", "dispositif")}),
        ("Ce qu’elle offre", {"fields": ("surface", "capacity", "is_accessible", "joined_with", "reservataire")}),
        ("Clés et courrier", {"fields": ("keys", "mailbox")}),
        ("Service", {"fields": ("opened_on", "closed_on")}),
    )
    totals = {"Personnes au plus": Sum("capacity")}
    acts = (
        Act("Ouvrir la place", "logement:place_detail", Permission.PARC_VIEW, main=True),
        Act("Bloquer la place", "logement:occupation_create", Permission.PARC_EDIT),
    )
    export_columns = (
        Column("Résidence", "residence.code"),
        Column("Place", "code"),
        Column("Logement", "logement.number"),
        Column("Catégorie", "categorie.name"),
        Column("Dispositif", "dispositif.name"),
        Column("Surface privative (m²)", "surface"),
        Column("Personnes au plus", "capacity"),
        Column("Accessible en fauteuil", "is_accessible"),
        Column("Clés", "keys"),
        Column("Boîte aux lettres", "mailbox"),
        Column("Se joint à", "joined_with.code"),
        Column("Réservataire", "reservataire.name"),
        Column("En service depuis le", "opened_on"),
        Column("Hors service depuis le", "closed_on"),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).annotate(is_taken=held_now())


@admin.register(OccupationPlace)
class OccupationPlaceAdmin(Exported, BaseAdmin):
    """What takes a place: put and lifted by acts, never by hand."""

    noun = "occupation"
    section = "parc"
    rank = 50
    view_permission = Permission.SEJOUR_VIEW
    list_display = ("place", "kind", "first_day", "last_day", "holder", "reason", "keys_back_on", "released_at")
    list_select_related = ("place__residence", "contrat__sejour__menage")
    list_filter = (
        "kind",
        yes_no("état", "vivante", "en vigueur", "levée", lambda: Q(released_at__isnull=True)),
        ResidenceFilter,
    )
    search_codes = ("place__code", "place__logement__number", "reason")
    ordering = ("-period", "place__code")
    fields = (
        "place",
        "kind",
        "first_day",
        "last_day",
        "holder",
        "reason",
        "keys_back_on",
        agent("created_by", "saisie par"),
        "created_at",
        agent("released_by", "levée par"),
        "released_at",
    )
    readonly_fields = ("first_day", "last_day", "holder")
    acts = (
        Act(
            "Ouvrir le séjour",
            "logement:sejour_detail",
            Permission.SEJOUR_VIEW,
            condition=lambda row: row.contrat_id is not None,
            argument=lambda row: row.contrat.sejour_id,
            main=True,
        ),
        Act("Ouvrir la place", "logement:place_detail", Permission.PARC_VIEW, argument=lambda row: row.place_id),
        Act(
            "Libérer la place",
            "logement:occupation_release",
            Permission.PARC_EDIT,
            condition=lambda row: row.contrat_id is None and row.released_at is None,
        ),
    )
    export_columns = (
        Column("Résidence", "place.residence.name"),
        Column("Place", "place.code"),
        Column("Nature", "get_kind_display"),
        Column("Premier jour", "start_on"),
        Column("Dernier jour", "end_on"),
        Column("N° de séjour", "contrat.sejour_id"),
        Column("Ménage", lambda row: str(row.contrat.sejour.menage) if row.contrat else "", named=True),
        Column("Raison", "reason"),
        Column("Clés rendues le", "keys_back_on"),
        Column("Levée le", "released_at"),
    )

    @admin.display(description="premier jour", ordering="period__startswith")
    def first_day(self, row: OccupationPlace) -> Any:
        return row.start_on

    @admin.display(description="dernier jour", ordering="period__endswith")
    def last_day(self, row: OccupationPlace) -> Any:
        return row.end_on

    @admin.display(description="ménage")
    def holder(self, row: OccupationPlace) -> str:
        return str(row.contrat.sejour.menage) if row.contrat else ""
