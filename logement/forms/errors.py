"""What an action refused, shown on the form that asked for it."""

from typing import Any

from django.core.exceptions import ValidationError


def put_errors(form: Any, error: ValidationError) -> None:
    """Each sentence at its field when the form shows it, at the top otherwise."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error.messages)
        return
    for name, errors in error.error_dict.items():
        sentences = [sentence for one in errors for sentence in one.messages]
        form.add_error(name if name in form.fields else None, sentences)
