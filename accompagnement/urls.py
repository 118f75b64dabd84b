"""Addresses of the social support."""

from django.urls import path

from accompagnement.views import dossiers, notes

app_name = "accompagnement"

urlpatterns = [
    path("", dossiers.dossier_list, name="dossier_list"),
    path("dossiers/nouveau/", dossiers.dossier_create, name="dossier_create"),
    path("dossiers/ouvrir/<int:menage_id>/", dossiers.dossier_open, name="dossier_open"),
    path("dossiers/<int:dossier_id>/", dossiers.dossier_detail, name="dossier_detail"),
    path("dossiers/<int:dossier_id>/imprimer/", dossiers.dossier_print, name="dossier_print"),
    path("dossiers/<int:dossier_id>/clore/", dossiers.dossier_close, name="dossier_close"),
    path("dossiers/<int:dossier_id>/poursuivre/", dossiers.dossier_continue, name="dossier_continue"),
    path("dossiers/<int:dossier_id>/rouvrir/", dossiers.dossier_reopen, name="dossier_reopen"),
    path("dossiers/<int:dossier_id>/epingler/", dossiers.dossier_pin, name="dossier_pin"),
    path("dossiers/<int:dossier_id>/referents/", dossiers.dossier_referents, name="dossier_referents"),
    path("dossiers/<int:dossier_id>/notes/nouvelle/", notes.note_write, name="note_write"),
    path("dossiers/<int:dossier_id>/brouillon/", notes.note_draft, name="note_draft"),
    path("notes/<int:note_id>/", notes.note_detail, name="note_detail"),
    path("notes/<int:note_id>/corriger/", notes.note_correct, name="note_correct"),
    path("notes/<int:note_id>/suite-donnee/", notes.note_finish_next_step, name="note_finish_next_step"),
]
