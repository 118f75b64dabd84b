"""Every address of the site; sister apps are named by string only."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("compte/", include("residence.urls_compte")),
    path("admin/", admin.site.urls),
    path("", include("residence.urls")),
    path("logement/", include("logement.urls")),
    path("admissions/", include("admissions.urls")),
    path("accompagnement/", include("accompagnement.urls")),
]
