"""What is set for the admissions: the order of the waiting list, the PLAI ceilings, the texts of the letters."""

from typing import Any

from django.contrib import admin

from admissions.models import CritereRang, PlafondPLAI
from residence.admin.columns import ResidenceFilter
from residence.admin.etablissement import SettingAdmin
from residence.admin.modeles import Text, offer_texts
from residence.models import DocumentKind

CLOSING = Text("closing", "Formule de fin", "Nous vous prions d’agréer nos salutations distinguées.")

offer_texts(DocumentKind.INVITATION, [CLOSING])
offer_texts(DocumentKind.LETTRE_CANDIDAT, [Text("recours", "Ce que le candidat peut faire ensuite"), CLOSING])
offer_texts(DocumentKind.LETTRE_PRESCRIPTEUR, [CLOSING])
offer_texts(DocumentKind.PROPOSITION, [CLOSING])


@admin.register(CritereRang)
class CritereRangAdmin(SettingAdmin):
    noun = "critere_rang"
    rank = 33
    list_display = ("dispositif", "kind", "named", "points", "most", "valid_from", "source")
    list_select_related = ("dispositif",)
    list_filter = ("kind",)
    fixed_fields = ("dispositif",)
    search_codes = ("dispositif__name", "source")
    fieldsets = (
        (None, {"fields": ("dispositif", "kind", "value", "points", "most")}),
        ("Depuis quand", {"fields": ("valid_from", "source")}),
    )

    @admin.display(description="lequel", ordering="value")
    def named(self, row: Any) -> str:
        return str(row.value_label)


@admin.register(PlafondPLAI)
class PlafondPLAIAdmin(SettingAdmin):
    noun = "plafond_plai"
    rank = 36
    list_display = ("residence", "valid_from", "category_1", "category_2", "category_3", "source")
    list_select_related = ("residence",)
    list_filter = (ResidenceFilter,)
    search_codes = ("source",)
    fieldsets = (
        (None, {"fields": ("residence", "valid_from", "source")}),
        (
            "Revenu fiscal de référence au plus",
            {
                "fields": (
                    "category_1",
                    "category_2",
                    "category_3",
                    "category_4",
                    "category_5",
                    "category_6",
                    "per_further",
                )
            },
        ),
    )
