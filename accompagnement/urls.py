"""Addresses of the social support."""

from django.urls import path

from accompagnement.views import dossiers, notes, projets, rythmes

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
    path("dossiers/<int:dossier_id>/rythme/", rythmes.dossier_set_rhythm, name="dossier_set_rhythm"),
    path("dossiers/<int:dossier_id>/diagnostic/", rythmes.diagnostic_record, name="diagnostic_record"),
    path("diagnostics/<int:diagnostic_id>/refaire/", rythmes.diagnostic_again, name="diagnostic_again"),
    path("dossiers/<int:dossier_id>/projet/", projets.projet_detail, name="projet_detail"),
    path("dossiers/<int:dossier_id>/projet/point/", projets.projet_assess, name="projet_assess"),
    path("dossiers/<int:dossier_id>/projet/objectif/", projets.objectif_open, name="objectif_open"),
    path("points/<int:bilan_id>/suivant/", projets.bilan_next, name="bilan_next"),
    path("points/<int:bilan_id>/corriger/", projets.bilan_correct, name="bilan_correct"),
    path("points/<int:bilan_id>/editer/", projets.projet_issue, name="projet_issue"),
    path("points/<int:bilan_id>/signer/", projets.projet_sign, name="projet_sign"),
    path("objectifs/<int:objectif_id>/terminer/", projets.objectif_end, name="objectif_end"),
    path("objectifs/<int:objectif_id>/etape/", projets.etape_add, name="etape_add"),
    path("etapes/<int:etape_id>/", projets.etape_detail, name="etape_detail"),
    path("etapes/<int:etape_id>/faite/", projets.etape_finish, name="etape_finish"),
    path("visites/", rythmes.visite_list, name="visite_list"),
    path("canicule/", rythmes.veille_list, name="veille_list"),
    path("canicule/commencer/<int:residence_id>/", rythmes.veille_start, name="veille_start"),
    path("canicule/<int:veille_id>/", rythmes.veille_detail, name="veille_detail"),
    path("canicule/<int:veille_id>/appel/", rythmes.veille_call, name="veille_call"),
    path("canicule/<int:veille_id>/terminer/", rythmes.veille_end, name="veille_end"),
]
