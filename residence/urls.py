"""Addresses of the pages that all the apps share."""

from django.urls import path

from residence.views import accueil, confidentiels, documents, droits, journal, menages, recherche, rendez_vous

app_name = "residence"

urlpatterns = [
    path("", accueil.accueil, name="accueil"),
    path("residence/", accueil.residence_choose, name="residence_choose"),
    path("recherche/", recherche.recherche, name="recherche"),
    path("menages/<int:menage_id>/", menages.menage_detail, name="menage_detail"),
    path("menages/<int:menage_id>/documents/", documents.document_list, name="document_list"),
    path("documents/<int:document_id>/", documents.document_open, name="document_open"),
    path("rendez-vous/", rendez_vous.rendez_vous_list, name="rendez_vous_list"),
    path("journal/", journal.journal_list, name="journal_list"),
    path("journal/technique/", journal.journal_technique_list, name="journal_technique_list"),
    path("confidentiels/", confidentiels.confidentiel_list, name="confidentiel_list"),
    path("droits/", droits.droits, name="droits"),
]
