"""Filters and tags of the pages: money and dates as France reads them, icons, badges, lists, the person's banner."""

import datetime
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from residence.components import MEANING_ICONS, SOON_IN_DAYS, Badge, Banner, Meaning, Row, Table, deadline
from residence.rules import money
from residence.rules.money import NBSP

register = template.Library()

PAGE_PARAM, SORT_PARAM = "page", "tri"


# Values


@register.filter
def euros(amount: Decimal | int | None) -> str:
    """« 1 234,56 € »; nothing for None. A float is refused: money is Decimal."""
    if amount is None or amount == "":
        return ""
    return money.euros(_exact(amount))


@register.filter
def decimals(value: Decimal | int | None, places: int = 2) -> str:
    """« 1 234,56 » with `places` decimals, rounded half up."""
    if value is None or value == "":
        return ""
    rounded = _exact(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{rounded:,}".replace(",", NBSP).replace(".", ",")


def _exact(value: Decimal | int) -> Decimal:
    if isinstance(value, float):
        raise TypeError("Money and measures are Decimal, not float.")
    return Decimal(value)


@register.filter
def nombre(count: int, nouns: str) -> str:
    """`{{ 3|nombre:"candidat,candidats" }}`: « 3 candidats »; nought and one take the singular, as in French."""
    singular, _, plural = nouns.partition(",")
    return f"{decimals(count, 0)}{NBSP}{singular if abs(count) < 2 else plural or singular + 's'}"


@register.filter
def dt(moment: datetime.date | None) -> str:
    """« 12/03/2026 » for a date, « 12/03/2026 à 14 h 05 » for an instant, in Paris time."""
    if not moment:
        return ""
    if isinstance(moment, datetime.datetime):
        local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
        return f"{local:%d/%m/%Y} à {local.hour}{NBSP}h{NBSP}{local:%M}"
    return f"{moment:%d/%m/%Y}"


@register.filter
def de(name: Any) -> str:
    """« de Martin », « d’Adjovi », « du dossier confidentiel n° 12 »: the name after the « de » that it asks for."""
    said = str(name)
    if said.startswith("dossier confidentiel"):
        return f"du {said}"
    first = unicodedata.normalize("NFD", said[:1]).casefold()[:1]
    return f"d’{said}" if first and first in "aeiouœæ" else f"de {said}"


@register.filter
def phone(number: str) -> str:
    """« 06 12 34 56 78 » for a French number, what was typed otherwise."""
    digits = number.replace(" ", "").replace(".", "").replace("+33", "0")
    if len(digits) == 10 and digits.isdigit():
        return NBSP.join(digits[i : i + 2] for i in range(0, 10, 2))
    return number


@register.filter
def echeance(due_on: datetime.date | None, soon_within: int = SOON_IN_DAYS) -> SafeString:
    """« dans 12 jours (4 déc.) », marked late or soon; `:61` where the trade plans in months."""
    if due_on is None:
        return mark_safe("")
    due = deadline(due_on, today=timezone.localdate(), soon_within=soon_within)
    sign = icon(MEANING_ICONS[due.meaning]) if due.meaning != "plain" else ""
    return format_html(
        '<time class="echeance is-{}" datetime="{}">{}{}</time>', due.meaning, due_on.isoformat(), sign, due.text
    )


# Signs


@register.simple_tag
@cache
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; with `label` it speaks, without it is decoration beside a word."""
    speaks = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    return format_html(
        '<svg class="icon" width="18" height="18" focusable="false"{}><use href="{}#{}"></use></svg>',
        speaks,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def badge(word: str | Badge, meaning: Meaning = "plain", sign: str = "") -> SafeString:
    """`{% badge "impayé" "late" %}` or `{% badge one %}`: the word, its colour and its icon."""
    shown = word if isinstance(word, Badge) else Badge(str(word), meaning, sign)
    drawn = icon(shown.sign) if shown.sign else ""
    return format_html('<span class="tag is-{}">{}{}</span>', shown.meaning, drawn, shown.word)


@register.simple_tag
def progress(done: int, total: int, label: str) -> SafeString:
    """A gauge with its figures: « 3 sur 5 pièces reçues »."""
    figures = f"{done}{NBSP}sur{NBSP}{total} {label}"
    state = "done" if total and done >= total else "plain"
    return format_html(
        '<span class="gauge is-{}"><progress value="{}" max="{}" aria-label="{}"></progress> <span>{}</span></span>',
        state,
        done,
        max(total, 1),
        label,
        figures,
    )


@register.simple_tag
def field_value(label: str, value: Any = None, url: str = "") -> SafeString:
    """A line of a `<dl class="facts">`; what is missing says « non renseigné »."""
    if isinstance(value, bool):
        shown: Any = "oui" if value else "non"
    elif isinstance(value, datetime.date):
        shown = dt(value)
    else:
        shown = value
    if shown is None or shown == "":
        shown = mark_safe('<span class="missing">non renseigné</span>')
    elif url:
        shown = format_html('<a href="{}">{}</a>', url, shown)
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, shown)


# Lists


@register.simple_tag(takes_context=True)
def query_replace(context: Context, **changes: Any) -> str:
    """The address's query with `changes` made, None or an empty value taking one out: `?q=&page=2`."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_link(context: Context, label: str, sort: str) -> SafeString:
    """A head that sorts by `?tri=sort`, then by `?tri=-sort`, keeping the filters and going back to the first page."""
    state = _sort_state(context, sort)
    href = query_replace(context, **{SORT_PARAM: f"-{sort}" if state == "ascending" else sort, PAGE_PARAM: None})
    drawn = {"ascending": icon("sort-up"), "descending": icon("sort-down")}.get(state, "")
    return format_html('<a class="sort" href="{}">{}{}</a>', href, label, drawn)


@register.simple_tag(takes_context=True)
def sort_header(context: Context, label: str, sort: str = "", kind: str = "") -> SafeString:
    """A whole `<th>`, which says how the list is sorted; `kind` as in `Column`."""
    inner = sort_link(context, label, sort) if sort else label
    state = _sort_state(context, sort) if sort else ""
    said = format_html(' aria-sort="{}"', state) if state else ""
    return format_html('<th scope="col" class="{}"{}>{}</th>', kind, said, inner)


def _sort_state(context: Context, sort: str) -> str:
    asked = context["request"].GET.get(SORT_PARAM, "")
    return {sort: "ascending", f"-{sort}": "descending"}.get(asked, "")


@register.inclusion_tag("components/_pagination.html", takes_context=True)
def pagination(context: Context, page: Page) -> dict[str, Any]:
    """Previous, next and the numbers around, keeping the filters; nothing when there is one page."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    links = [
        {
            "label": number,
            "url": query_replace(context, page=number) if isinstance(number, int) else "",
            "current": number == page.number,
        }
        for number in numbers
    ]
    return {
        "page": page,
        "links": links,
        "previous_url": query_replace(context, page=page.number - 1) if page.has_previous() else "",
        "next_url": query_replace(context, page=page.number + 1) if page.has_next() else "",
    }


@register.filter
def cell(value: Any, column: Any) -> Any:
    """A cell of `_table.html`, written as its column's kind asks."""
    if value is None or value == "":
        return mark_safe('<span class="missing">–</span>')
    match column.kind:
        case "money":
            return euros(value)
        case "date":
            return dt(value)
        case "deadline":
            return echeance(value, column.soon_within)
        case "tags":
            if isinstance(value, list):
                return format_html_join(" ", "{}", ((badge(one),) for one in value))
            return badge(value)
        case _:
            return value


@register.simple_tag
def row_cells(table: Table, row: Row) -> SafeString:
    """The cells of a row of `_table.html`; written here, since a page has hundreds of them."""
    return format_html_join(
        "",
        '<td class="{}"{}>{}</td>',
        (
            (
                column.kind,
                format_html(' data-word="{}"', column.word) if column.word else "",
                format_html('<a class="row-link" href="{}">{}</a>', row.url, cell(value, column))
                if column.kind.startswith("main") and row.url
                else cell(value, column),
            )
            for column, value in zip(table.columns, row.cells, strict=True)
        ),
    )


@register.simple_tag(takes_context=True)
def filters_in_words(context: Context, form: BaseForm) -> list[dict[str, str]]:
    """What the list is filtered by: label, value in words, and the address without that filter."""
    words = []
    for name, field in form.fields.items():
        value = form[name].value()
        if value in (None, "", [], False) or field.widget.is_hidden:
            continue
        words.append(
            {
                "label": str(field.label or name),
                "value": _in_words(field, value),
                "url": query_replace(context, **{form.add_prefix(name): None, PAGE_PARAM: None}),
            }
        )
    return words


def _in_words(field: Any, value: Any) -> str:
    if value is True or value == "on":
        return "oui"
    chosen = {str(one) for one in value} if isinstance(value, list | tuple | set) else {str(value)}
    choices = getattr(field, "choices", None)
    if choices is None:
        return dt(value) if isinstance(value, datetime.date) else ", ".join(sorted(chosen))
    flat = [pair for key, label in choices for pair in (label if isinstance(label, list | tuple) else [(key, label)])]
    return ", ".join(str(label) for key, label in flat if str(key) in chosen) or ", ".join(sorted(chosen))


@register.filter
def control(field: BoundField) -> SafeString:
    """The input of a field of a line of filters, in Bootstrap's classes."""
    css = {"checkbox": "form-check-input", "select": "form-select", "selectmultiple": "form-select"}
    return field.as_widget(attrs={"class": css.get(field.widget_type, "form-control")})


@register.filter
def labelled(field: BoundField, label: str) -> BoundField:
    """A field of a form that is not ours under our own label, without its placeholder."""
    field.label = label
    field.field.widget.attrs.pop("placeholder", None)
    return field


# The person


@register.inclusion_tag("components/_banner.html")
def person_banner(banner: Banner) -> dict[str, Any]:
    """The banner that announces a person, in every app the same."""
    return {"banner": banner}


# Forms


@register.inclusion_tag("components/_form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """What stops the form, once at its top, each with a link to its field."""
    listed = [{"text": text, "anchor": "", "label": ""} for text in form.non_field_errors()]
    for field in form:
        anchor = field.id_for_label or f"div_{field.auto_id}"
        listed += [{"text": text, "anchor": anchor, "label": field.label} for text in field.errors]
    return {"listed": listed, "bound": form.is_bound}


# Blocks


class CaptureNode(template.Node):
    """Renders what it holds into a variable of the context and prints nothing."""

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist = nodelist
        self.name = name

    def render(self, context: Context) -> str:
        context[self.name] = SafeString(self.nodelist.render(context).strip())
        return ""


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """`{% capture page_title %}{% block title %}{% endblock %}{% endcapture %}`: one block, shown in several places."""
    _, name = token.split_contents()
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(nodelist, name)
