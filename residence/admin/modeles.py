"""The wording that a résidence gives to its documents: clause by clause, version after version."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from residence.actions.statuses import locked
from residence.admin.acts import Act
from residence.admin.columns import ResidenceFilter, agent
from residence.admin.etablissement import SettingAdmin
from residence.admin.forms import DeskForm
from residence.admin.scope import scoped
from residence.models import DocumentKind, ModeleDocument, Residence
from residence.permissions import Permission

WORDS = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Text:
    """A text that a résidence may adapt. `default`: what stands where it has not. `source`: what asks for it.

    Emptied, a `clause` is taken out of the document, unless it is `required`; another text goes back to its default.
    """

    code: str
    title: str
    default: str = ""
    source: str = ""
    clause: bool = False
    required: bool = False

    @property
    def field_name(self) -> str:
        return f"text_{self.code}"


ADAPTED: dict[str, tuple[Text, ...]] = {}


def offer_texts(kind: DocumentKind, texts: Sequence[Text]) -> None:
    """Let a résidence adapt `texts` in its documents of this kind. Each app says so for its own."""
    ADAPTED[kind] = tuple(texts)


class TextsForm(DeskForm):
    """One field for each text of the kind, filled with what stands now."""

    kind: DocumentKind
    residence: Residence
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ModeleDocument
        fields = ("valid_from",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = _last(self.residence, self.kind)
        self._last_version = last.version if last else 0
        self.instance.residence, self.instance.kind = self.residence, self.kind
        self.instance.version = self._last_version + 1
        self.initial["based_on"] = self._last_version
        own = last.texts if last else {}
        for text in ADAPTED[self.kind]:
            field = self.fields[text.field_name]
            self.initial[text.field_name] = own.get(text.code, text.default)
            field.label = text.title
            field.help_text = f"Source : {text.source}." if text.source else ""

    def clean(self) -> Any:
        cleaned = super().clean()
        if cleaned.get("based_on") != self._last_version:
            self.data = self.data.copy()
            self.data[self.add_prefix("based_on")] = str(self._last_version)
            raise ValidationError(
                f"La version {self._last_version} a été écrite pendant que vous lisiez la précédente : rien n’est "
                "enregistré. Votre saisie est restée ; relisez cette version avant d’enregistrer la vôtre.",
                code="stale",
            )
        words = {word for text in ADAPTED[self.kind] for word in WORDS.findall(text.default)}
        for text in ADAPTED[self.kind]:
            written = (cleaned.get(text.field_name) or "").strip()
            if text.required and not written:
                self.add_error(text.field_name, "La loi demande cette clause : elle ne se retire pas.")
            unknown = sorted(set(WORDS.findall(written)) - words)
            if unknown:
                known = ", ".join(f"{{{word}}}" for word in sorted(words)) or "aucun"
                told = ", ".join(f"{{{word}}}" for word in unknown)
                self.add_error(text.field_name, f"Ces mots entre accolades n’existent pas : {told}. Ceux-ci : {known}.")
        return cleaned

    def texts(self) -> dict[str, str]:
        """What differs from the default, by code; an empty clause is one that is taken out."""
        own = {}
        for text in ADAPTED[self.kind]:
            written = _tidied(self.cleaned_data.get(text.field_name) or "")
            if written != _tidied(text.default) and (written or text.clause):
                own[text.code] = written
        return own


def _tidied(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _last(residence: Residence, kind: str) -> ModeleDocument | None:
    return ModeleDocument.objects.filter(residence=residence, kind=kind).order_by("-version").first()


@admin.register(ModeleDocument)
class ModeleDocumentAdmin(SettingAdmin):
    """A version stands for ever: documents cite it. Another wording is another version."""

    noun = "modele_document"
    section = "documents"
    rank = 20
    list_display = ("kind", "version", "residence", "valid_from", agent("created_by", "écrite par"))
    list_select_related = ("residence", "created_by")
    list_filter = ("kind", ResidenceFilter)
    fields = ("residence", "kind", "version", "valid_from", agent("created_by", "écrite par"), "wording")
    readonly_fields = ("wording",)
    acts = (
        Act(
            "Écrire la version suivante",
            "admin:residence_modeledocument_add",
            Permission.ETABLISSEMENT_EDIT,
            condition=lambda row: row.kind in ADAPTED,
            argument=None,
            query=lambda row: f"?{urlencode({'residence': row.residence_id, 'kind': row.kind})}",
            main=True,
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="textes adaptés")
    def wording(self, row: ModeleDocument) -> SafeString:
        titles = {text.code: text.title for text in ADAPTED.get(row.kind, ())}
        parts = [
            (
                titles.get(code, code),
                mark_safe(linebreaks(text, autoescape=True)) if text else "(clause retirée)",  # noqa: S308 (escaped)
            )
            for code, text in row.texts.items()
        ]
        if not parts:
            return mark_safe("Aucun : le document suit le texte du logiciel.")
        return format_html('<dl class="wording">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", parts))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First of which résidence and which document, then the texts."""
        asked = self._asked(request)
        if asked is None and self.has_add_permission(request):
            return self._choose(request)
        title = f"Textes : {asked[1].label}" if asked else ""
        return super().add_view(request, form_url, {"title": title, **(extra_context or {})})

    def _asked(self, request: HttpRequest) -> tuple[Residence, DocumentKind] | None:
        chosen, kind = request.GET.get("residence", ""), request.GET.get("kind", "")
        residences = scoped(Residence, request.user, Permission.ETABLISSEMENT_EDIT)
        residence = residences.filter(pk=chosen).first() if chosen.isdecimal() else None
        return (residence, DocumentKind(kind)) if residence and kind in ADAPTED else None

    def _choose(self, request: HttpRequest) -> HttpResponse:
        here = reverse("admin:residence_modeledocument_add")
        residences = list(scoped(Residence, request.user, Permission.ETABLISSEMENT_EDIT).order_by("name"))
        versions = {
            (row["residence"], row["kind"]): row["last"]
            for row in ModeleDocument.objects.filter(residence__in=residences)
            .order_by()
            .values("residence", "kind")
            .annotate(last=models.Max("version"))
        }
        choices = [
            (
                residence,
                [
                    (
                        DocumentKind(kind).label,
                        versions.get((residence.pk, kind)),
                        f"{here}?{urlencode({'residence': residence.pk, 'kind': str(kind)})}",
                    )
                    for kind in ADAPTED
                ],
            )
            for residence in residences
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": "De quel document adapter les textes ?",
            "opts": self.opts,
            "choices": choices,
        }
        return TemplateResponse(request, "admin/residence/modele_choose.html", context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        asked = self._asked(request)
        if obj is not None or asked is None:
            return super().get_form(request, obj, change=change, **kwargs)
        residence, kind = asked
        fields: dict[str, Any] = {
            text.field_name: forms.CharField(
                required=False, strip=False, widget=AdminTextareaWidget(attrs={"rows": max(3, len(text.default) // 90)})
            )
            for text in ADAPTED[kind]
        }
        form = type("KindForm", (TextsForm,), fields | {"kind": kind, "residence": residence})
        return super().get_form(request, obj, change=change, form=form, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = self._asked(request)
        if obj is not None or asked is None:
            return super().get_fieldsets(request, obj)
        residence, kind = asked
        words = sorted({word for text in ADAPTED[kind] for word in WORDS.findall(text.default)})
        told = "Les mots entre accolades sont remplacés par les faits du dossier : " if words else ""
        described = (
            "Un texte laissé tel quel suit le logiciel. Une clause facultative se retire en la vidant. "
            "Une ligne vide commence un paragraphe. Les documents déjà émis gardent leurs textes. "
        )
        return [
            (None, {"fields": ["valid_from"], "description": f"{residence} : {kind.label}. {described}"}),
            (
                "Textes",
                {
                    "fields": [text.field_name for text in ADAPTED[kind]],
                    "description": told + ", ".join(f"{{{word}}}" for word in words),
                },
            ),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        locked(form.residence)
        last = _last(form.residence, form.kind)
        obj.texts, obj.version = form.texts(), (last.version if last else 0) + 1
        super().save_model(request, obj, form, change)
