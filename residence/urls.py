"""Addresses of the pages that all the apps share."""

from django.urls import include, path

from residence.views import accueil, confidentiels, documents, droits, fusions, journal, menages, recherche, rendez_vous

app_name = "residence"

urlpatterns = [
    path("", accueil.accueil, name="accueil"),
    path("residence/", accueil.residence_choose, name="residence_choose"),
    path("recherche/", recherche.recherche, name="recherche"),
    # A household
    path("menages/<int:menage_id>/", menages.menage_detail, name="menage_detail"),
    path("menages/<int:menage_id>/modifier/", menages.menage_edit, name="menage_edit"),
    path("menages/<int:menage_id>/membres/ajouter/", menages.membre_add, name="membre_add"),
    path("membres/<int:membre_id>/identite/", menages.personne_edit, name="personne_edit"),
    path("membres/<int:membre_id>/depart/", menages.membre_end, name="membre_end"),
    path("menages/<int:menage_id>/confidentiel/masquer/", confidentiels.menage_mask, name="menage_mask"),
    path("menages/<int:menage_id>/confidentiel/", confidentiels.confidentiel_detail, name="confidentiel_detail"),
    path("menages/<int:menage_id>/confidentiel/lever/", confidentiels.menage_unmask, name="menage_unmask"),
    path("confidentiels/", confidentiels.confidentiel_list, name="confidentiel_list"),
    path("confidentiels/lecteurs/<int:access_id>/retirer/", confidentiels.reader_end, name="reader_end"),
    # Two records of one household
    path("menages/<int:menage_id>/regrouper/", fusions.fusion_choose, name="fusion_choose"),
    path("menages/<int:menage_id>/regrouper/<int:autre_id>/", fusions.fusion_make, name="fusion_make"),
    path("menages/<int:menage_id>/personnes/regrouper/", fusions.personne_merge, name="personne_merge"),
    path("regroupements/<int:fusion_id>/", fusions.fusion_detail, name="fusion_detail"),
    path("regroupements/<int:fusion_id>/separer/", fusions.fusion_undo, name="fusion_undo"),
    path("ressemblances/<int:ressemblance_id>/", fusions.ressemblance_settle, name="ressemblance_settle"),
    # Documents and attachments
    path("menages/<int:menage_id>/documents/", documents.document_list, name="document_list"),
    path("documents/<int:document_id>/", documents.document_open, name="document_open"),
    path("menages/<int:menage_id>/pieces/joindre/", documents.piece_add, name="piece_add"),
    path("pieces/<int:piece_id>/", documents.piece_open, name="piece_open"),
    path("pieces/<int:piece_id>/retirer/", documents.piece_withdraw, name="piece_withdraw"),
    # Appointments
    path("rendez-vous/", rendez_vous.rendez_vous_list, name="rendez_vous_list"),
    path("rendez-vous/nouveau/", rendez_vous.rendez_vous_choose, name="rendez_vous_choose"),
    path("menages/<int:menage_id>/rendez-vous/nouveau/", rendez_vous.rendez_vous_create, name="rendez_vous_create"),
    path("rendez-vous/<int:rendez_vous_id>/", rendez_vous.rendez_vous_detail, name="rendez_vous_detail"),
    path("rendez-vous/<int:rendez_vous_id>/deplacer/", rendez_vous.rendez_vous_move, name="rendez_vous_move"),
    path("rendez-vous/<int:rendez_vous_id>/agenda/", rendez_vous.rendez_vous_ics, name="rendez_vous_ics"),
    # Journal and rights
    path("journal/", journal.journal_list, name="journal_list"),
    path("journal/technique/", journal.journal_technique_list, name="journal_technique_list"),
    path("droits/", droits.droits, name="droits"),
    path("", include("residence.urls_staff")),
]
