"""The WSGI application that gunicorn serves."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "residence.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    # One line in the server's log; 4 is gunicorn's own code for an application that cannot be loaded.
    print(error, file=sys.stderr)
    sys.exit(4)
