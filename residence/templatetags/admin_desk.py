"""What the templates of the back office write."""

from decimal import Decimal
from typing import Any

from django import template

from residence.templatetags.residence_ui import decimals, euros

register = template.Library()


@register.filter
def summed(value: Any) -> str:
    """A total: euros for a sum of amounts, a plain number for a sum of things."""
    return euros(value) if isinstance(value, Decimal) else decimals(value or 0, 0)
