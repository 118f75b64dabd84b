"""What places and services cost: read here, set by the acts, filled from a spreadsheet through the same acts."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q

from logement.actions.tarifs import set_tarif
from logement.admin.contrats import OfContratAdmin
from logement.models import IndiceIRL, Prestation, RevisionRedevance, Souscription, Tarif, TarifPrestation
from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.cells import amount, day, reference, residence_field, text
from residence.admin.columns import ResidenceFilter, agent, money, within_reach, yes_no
from residence.admin.exporting import Exported
from residence.admin.importing import Imported
from residence.admin.inlines import BaseInline
from residence.admin.resources import DeskResource
from residence.exports import Column
from residence.models.base import today
from residence.permissions import Permission


class PriceAdmin(BaseAdmin):
    section = "redevance"
    view_permission = Permission.TARIF_VIEW


class TarifResource(DeskResource):
    residence = residence_field()
    categorie = reference("Catégorie", "categorie", lambda row: (row.name,))
    valid_from = day("À partir du", "valid_from")
    rent = amount("Équivalent de loyer (€)", "rent")
    charges = amount("Équivalent de charges (€)", "charges")
    services = amount("Prestations obligatoires (€)", "services")
    reason = text("Raison", "reason")

    required = ("rent", "charges")

    class Meta(DeskResource.Meta):
        model = Tarif
        import_id_fields = ("residence", "categorie", "valid_from")
        fields = ("residence", "categorie", "valid_from", "rent", "charges", "services", "reason")

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """The fields alone: the act ends the tariff before, which would otherwise be in the way."""
        errors = dict(import_validation_errors or {})
        try:
            instance.clean_fields(exclude=list(errors))
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        saved = set_tarif(
            by=self.user,
            categorie=instance.categorie,
            valid_from=instance.valid_from,
            rent=instance.rent,
            charges=instance.charges,
            services=instance.services,
            reason=instance.reason,
        )
        instance.pk, instance.valid_to = saved.pk, saved.valid_to


def in_force_today() -> Q:
    day = today()
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


@admin.register(Tarif)
class TarifAdmin(Imported, Exported, PriceAdmin):
    noun = "tarif"
    rank = 60
    import_permission = Permission.TARIF_EDIT
    import_resource = TarifResource
    list_display = (
        "categorie",
        "residence",
        "valid_from",
        "valid_to",
        money("rent", "loyer"),
        money("charges", "charges"),
        money("services", "prestations"),
        money("redevance", "redevance"),
        "reason",
    )
    list_select_related = ("residence", "categorie")
    list_filter = (
        yes_no("validité", "en_vigueur", "en vigueur", "passés ou à venir", in_force_today),
        ResidenceFilter,
        within_reach("categorie"),
    )
    date_hierarchy = "valid_from"
    search_codes = ("categorie__name", "reason")
    fields = (
        "residence",
        "categorie",
        "valid_from",
        "valid_to",
        "rent",
        "charges",
        "services",
        "reason",
        agent("created_by", "saisi par"),
    )
    acts = (
        Act("Fixer un tarif", "logement:tarif_set", Permission.TARIF_EDIT, argument=None, on_list=True, main=True),
        Act("Voir les tarifs", "logement:tarif_list", Permission.TARIF_VIEW, on_list=True),
        Act(
            "Afficher les tarifs de la résidence",
            "logement:tarif_print",
            Permission.TARIF_VIEW,
            argument=lambda row: row.residence_id,
        ),
    )
    export_columns = (
        Column("Résidence", "residence.code"),
        Column("Catégorie", "categorie.name"),
        Column("À partir du", "valid_from"),
        Column("Jusqu’au", "valid_to"),
        Column("Équivalent de loyer (€)", "rent"),
        Column("Équivalent de charges (€)", "charges"),
        Column("Prestations obligatoires (€)", "services"),
        Column("Redevance (€)", "redevance"),
        Column("Raison", "reason"),
    )


class PriceInline(BaseInline):
    model = TarifPrestation
    read_only = True
    fields = ("valid_from", "valid_to", "monthly_amount")


@admin.register(Prestation)
class PrestationAdmin(PriceAdmin):
    rank = 70
    list_display = ("name", "residence", "is_third_party_fee", "stops_when_away")
    list_select_related = ("residence",)
    list_filter = (ResidenceFilter, "is_third_party_fee")
    search_codes = ("name",)
    inlines = (PriceInline,)
    fields = ("residence", "name", "is_third_party_fee", "stops_when_away")
    acts = (
        Act(
            "Proposer une prestation", "logement:prestation_create", Permission.TARIF_EDIT, argument=None, on_list=True
        ),
        Act("Fixer un prix", "logement:prestation_set_price", Permission.TARIF_EDIT, main=True),
    )


@admin.register(Souscription)
class SouscriptionAdmin(OfContratAdmin):
    noun = "souscription"
    section = "redevance"
    rank = 80
    list_display = ("menage_name", "place", "prestation", "start_on", "end_on")
    list_select_related = (*OfContratAdmin.list_select_related, "prestation")
    list_filter = (
        yes_no("validité", "en_cours", "en cours", "arrêtées", lambda: Q(end_on__isnull=True) | Q(end_on__gte=today())),
        within_reach("prestation"),
        ResidenceFilter,
    )
    search_codes = ("contrat__place__code", "prestation__name")
    fields = (
        "menage_name",
        "place",
        "prestation",
        "start_on",
        "end_on",
        agent("created_by", "saisi par"),
        "created_at",
    )
    readonly_fields = ("menage_name", "place")
    acts = (
        Act(
            "Arrêter la prestation",
            "logement:souscription_close",
            Permission.AVIS_ISSUE,
            condition=lambda row: row.end_on is None,
            main=True,
        ),
    )
    export_columns = (
        Column("N° de contrat", "contrat_id"),
        Column("Ménage", lambda row: str(row.contrat.sejour.menage), named=True),
        Column("Place", "contrat.place.code"),
        Column("Prestation", "prestation.name"),
        Column("Depuis le", "start_on"),
        Column("Jusqu’au", "end_on"),
    )


@admin.register(IndiceIRL)
class IndiceIRLAdmin(Exported, PriceAdmin):
    """Published values, the same for all: typed in when they come out."""

    noun = "irl"
    rank = 90
    edit_permission = Permission.TARIF_EDIT
    list_display = ("quarter", "value", "published_on", "source")
    search_codes = ("quarter",)
    fixed_fields = ("quarter",)
    fields = ("quarter", "value", "published_on", "source")
    export_columns = (
        Column("Trimestre", "quarter"),
        Column("Valeur", "value"),
        Column("Publié le", "published_on"),
    )


@admin.register(RevisionRedevance)
class RevisionRedevanceAdmin(Exported, PriceAdmin):
    """How each year was revised; decided and done on its page."""

    noun = "revision"
    rank = 65
    list_display = ("residence", "year", "rate", "old_index", "new_index", "effective_on", "reason")
    list_select_related = ("residence",)
    list_filter = (ResidenceFilter, "year")
    search_codes = ("reason",)
    fields = (
        "residence",
        "year",
        "rate",
        "reason",
        agent("decided_by", "décidée par"),
        "decided_at",
        "old_index",
        "new_index",
        "effective_on",
        agent("applied_by", "faite par"),
        "applied_at",
    )
    acts = (
        Act(
            "Ouvrir la révision",
            "logement:revision_detail",
            Permission.TARIF_VIEW,
            argument=lambda row: row.residence_id,
            main=True,
        ),
    )
    export_columns = (
        Column("Résidence", "residence.code"),
        Column("Année", "year"),
        Column("Taux fixé (%)", "rate"),
        Column("Raison", "reason"),
        Column("Ancien indice", "old_index"),
        Column("Nouvel indice", "new_index"),
        Column("Prend effet le", "effective_on"),
    )
