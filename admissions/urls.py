"""Addresses of the admissions."""

from django.urls import path

from admissions.views import (
    agenda,
    attente,
    decisions,
    entretiens,
    imports,
    orientations,
    passages,
    propositions,
    sessions,
    siao,
)

app_name = "admissions"

urlpatterns = [
    path("", orientations.orientation_list, name="orientation_list"),
    path("orientations/nouvelle/", orientations.orientation_create, name="orientation_create"),
    path("orientations/<int:orientation_id>/", orientations.orientation_detail, name="orientation_detail"),
    path("orientations/<int:orientation_id>/modifier/", orientations.orientation_edit, name="orientation_edit"),
    path("orientations/<int:orientation_id>/prete/", orientations.orientation_ready, name="orientation_ready"),
    path(
        "orientations/<int:orientation_id>/completer/", orientations.orientation_complete, name="orientation_complete"
    ),
    path("orientations/<int:orientation_id>/reponse/", orientations.orientation_answer, name="orientation_answer"),
    path("orientations/<int:orientation_id>/clore/", orientations.orientation_close, name="orientation_close"),
    path("orientations/<int:orientation_id>/rouvrir/", orientations.orientation_reopen, name="orientation_reopen"),
    path("orientations/<int:orientation_id>/pieces/<int:piece_id>/", orientations.piece_record, name="piece_record"),
    path("orientations/<int:orientation_id>/rendez-vous/", entretiens.entretien_plan, name="entretien_plan"),
    path("orientations/<int:orientation_id>/absence/", entretiens.entretien_miss, name="entretien_miss"),
    path("orientations/<int:orientation_id>/entretien/", entretiens.entretien_record, name="entretien_record"),
    path("orientations/<int:orientation_id>/entretien/budget/", entretiens.entretien_budget, name="entretien_budget"),
    path(
        "orientations/<int:orientation_id>/entretien/lignes/<slug:lines>/",
        entretiens.entretien_lines,
        name="entretien_lines",
    ),
    path("orientations/<int:orientation_id>/seance/", agenda.passage_add, name="passage_add"),
    path("orientations/<int:orientation_id>/derogations/", decisions.derogation_grant, name="derogation_grant"),
    path("orientations/<int:orientation_id>/proposer/", propositions.proposition_make, name="proposition_make"),
    path("reponses/", siao.reponse_export, name="reponse_export"),
    path("imports/", imports.import_list, name="import_list"),
    path("imports/nouveau/", imports.import_open, name="import_open"),
    path("imports/<int:importation_id>/", imports.import_detail, name="import_detail"),
    path("imports/<int:importation_id>/colonnes/", imports.import_columns, name="import_columns"),
    path("imports/<int:importation_id>/saisir/", imports.import_enter, name="import_enter"),
    path("imports/<int:importation_id>/abandonner/", imports.import_drop, name="import_drop"),
    path("attente/", attente.candidat_list, name="candidat_list"),
    path("attente/places/", attente.attribution_list, name="attribution_list"),
    path("attente/places/<int:place_id>/", attente.attribution_detail, name="attribution_detail"),
    path("propositions/<int:proposition_id>/", propositions.proposition_detail, name="proposition_detail"),
    path("propositions/<int:proposition_id>/reponse/", propositions.proposition_answer, name="proposition_answer"),
    path("commission/", sessions.session_list, name="session_list"),
    path("commission/nouvelle/", sessions.session_prepare, name="session_prepare"),
    path("commission/<int:session_id>/", sessions.session_detail, name="session_detail"),
    path("commission/<int:session_id>/modifier/", sessions.session_edit, name="session_edit"),
    path("commission/<int:session_id>/ordre-du-jour/", agenda.session_agenda, name="session_agenda"),
    path("commission/<int:session_id>/convoquer/", sessions.session_convene, name="session_convene"),
    path("commission/<int:session_id>/ouvrir/", sessions.session_open, name="session_open"),
    path("commission/<int:session_id>/clore/", sessions.session_close, name="session_close"),
    path("commission/dossiers/<int:passage_id>/", passages.passage_detail, name="passage_detail"),
    path("commission/dossiers/<int:passage_id>/synthese/", passages.passage_synthese, name="passage_synthese"),
    path("commission/dossiers/<int:passage_id>/avis/", passages.opinion_give, name="opinion_give"),
    path("commission/dossiers/<int:passage_id>/retirer/", agenda.passage_withdraw, name="passage_withdraw"),
    path("commission/dossiers/<int:passage_id>/deplacer/", agenda.passage_move, name="passage_move"),
    path("commission/dossiers/<int:passage_id>/lien/", agenda.lien_declare, name="lien_declare"),
    path("commission/dossiers/<int:passage_id>/decision/", decisions.decision_record, name="decision_record"),
    path("decisions/<int:decision_id>/lettres/", decisions.decision_letters, name="decision_letters"),
    path("decisions/<int:decision_id>/reserve/", decisions.reserve_lift, name="reserve_lift"),
]
