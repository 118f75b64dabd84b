#!/usr/bin/env python
"""Runs a command of the project."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db.utils import OperationalError

from residence import database


def main() -> None:
    """Run the command line; what the installation lacks is told in one line, not in a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "residence.settings")
    try:
        # Read now: the command line would take settings that cannot be read for a command that does not exist.
        _ = settings.INSTALLED_APPS
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except OperationalError as error:
        sentence = database.explain(error)
        if sentence is None:
            raise
        sys.exit(sentence)


if __name__ == "__main__":
    main()
