"""Tells Django which site the back office is."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    default_site = "residence.admin_site.BackOfficeSite"
