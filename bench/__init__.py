"""What `make bench` runs. Importing it sets Django up: each module then imports the models as usual."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "residence.settings")
django.setup()
