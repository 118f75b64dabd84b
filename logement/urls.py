"""Addresses of the stock, the stays, the contracts, the états des lieux; the redevance's are in urls_redevance."""

from django.urls import include, path

from logement.views import (
    avenants,
    contrats,
    etats_des_lieux,
    parc,
    planning,
    presence,
    procedures,
    retenues,
    sejours,
    sorties,
    travaux,
    vacances,
)

app_name = "logement"

urlpatterns = [
    # The planning
    path("planning/", planning.planning_view, name="planning_view"),
    path("planning/jour/", planning.planning_day, name="planning_day"),
    # Vacancies
    path("vacances/", vacances.vacance_list, name="vacance_list"),
    path("vacances/exporter/", vacances.vacance_export, name="vacance_export"),
    path("vacances/signaler/", vacances.vacance_report, name="vacance_report"),
    path("vacances/signaler/<int:residence_id>/", vacances.vacance_tell, name="vacance_tell"),
    # The stock
    path("places/", parc.place_list, name="place_list"),
    path("places/<int:place_id>/", parc.place_detail, name="place_detail"),
    path("places/<int:place_id>/bloquer/", parc.occupation_create, name="occupation_create"),
    path("occupations/<int:occupation_id>/lever/", parc.occupation_release, name="occupation_release"),
    path("places/<int:place_id>/travaux/", travaux.travaux_plan, name="travaux_plan"),
    path("travaux/<int:travaux_id>/", travaux.travaux_begin, name="travaux_begin"),
    path("travaux/<int:travaux_id>/abandonner/", travaux.travaux_drop, name="travaux_drop"),
    path("presents/", parc.presents_list, name="presents_list"),
    path("presents/imprimer/", parc.presents_print, name="presents_print"),
    # Stays
    path("sejours/", sejours.sejour_list, name="sejour_list"),
    path("sejours/<int:sejour_id>/", sejours.sejour_detail, name="sejour_detail"),
    path("sejours/<int:sejour_id>/attestation/", sejours.attestation_issue, name="attestation_issue"),
    path("sejours/<int:sejour_id>/suite/", sejours.renouvellement_decide, name="renouvellement_decide"),
    path("sejours/<int:sejour_id>/apl/", sejours.apl_record, name="apl_record"),
    # Presence: absences, guests, entries
    path("sejours/<int:sejour_id>/presence/", presence.presence_detail, name="presence_detail"),
    path("sejours/<int:sejour_id>/absence/", presence.absence_declare, name="absence_declare"),
    path("absences/<int:absence_id>/retour/", presence.absence_end, name="absence_end"),
    path("absences/<int:absence_id>/annuler/", presence.absence_cancel, name="absence_cancel"),
    path("sejours/<int:sejour_id>/hebergement/", presence.tiers_declare, name="tiers_declare"),
    path("hebergements/<int:tiers_id>/depart/", presence.tiers_end, name="tiers_end"),
    path("hebergements/<int:tiers_id>/annuler/", presence.tiers_cancel, name="tiers_cancel"),
    path("sejours/<int:sejour_id>/entree/", presence.entree_record, name="entree_record"),
    path("entrees/<int:entree_id>/lettre/", presence.entree_issue, name="entree_issue"),
    path("entrees/<int:entree_id>/informer/", presence.entree_inform, name="entree_inform"),
    # Procedures
    path("contrats/<int:contrat_id>/que-se-passe-t-il/", procedures.procedure_open, name="procedure_open"),
    path("contrats/<int:contrat_id>/reste-dans-les-lieux/", procedures.maintien_record, name="maintien_record"),
    path("procedures/<int:procedure_id>/imprimer/", procedures.procedure_print, name="procedure_print"),
    path("procedures/<int:procedure_id>/", procedures.procedure_detail, name="procedure_detail"),
    path("procedures/<int:procedure_id>/etapes/<slug:code>/", procedures.etape_record, name="etape_record"),
    path("procedures/<int:procedure_id>/fin-du-contrat/", procedures.procedure_end, name="procedure_end"),
    path("etapes-de-procedure/<int:etape_procedure_id>/retirer/", procedures.etape_take_back, name="etape_take_back"),
    # Contracts
    path("contrats/", contrats.contrat_list, name="contrat_list"),
    path("contrats/pour-qui/", contrats.contrat_begin, name="contrat_begin"),
    path("menages/<int:menage_id>/contrat/", contrats.contrat_prepare, name="contrat_prepare"),
    path("contrats/<int:contrat_id>/", contrats.contrat_detail, name="contrat_detail"),
    path("contrats/<int:contrat_id>/modifier/", contrats.contrat_edit, name="contrat_edit"),
    path("contrats/<int:contrat_id>/editer/", contrats.contrat_issue, name="contrat_issue"),
    path("contrats/<int:contrat_id>/signer/", contrats.contrat_sign, name="contrat_sign"),
    path("contrats/<int:contrat_id>/annuler/", contrats.contrat_cancel, name="contrat_cancel"),
    path("contrats/<int:contrat_id>/assurance/", contrats.assurance_record, name="assurance_record"),
    path("contrats/<int:contrat_id>/changer-de-place/", avenants.mutation_prepare, name="mutation_prepare"),
    path("contrats/<int:contrat_id>/cles-de-la-place-quittee/", avenants.mutation_cles, name="mutation_cles"),
    path("contrats/<int:contrat_id>/avenant/", avenants.avenant_issue, name="avenant_issue"),
    path("avenants/<int:avenant_id>/", avenants.avenant_detail, name="avenant_detail"),
    path("avenants/<int:avenant_id>/annuler/", avenants.avenant_cancel, name="avenant_cancel"),
    # Notice and keys
    path("contrats/<int:contrat_id>/preavis/", sejours.preavis_record, name="preavis_record"),
    path("preavis/<int:preavis_id>/remise/", sejours.preavis_deliver, name="preavis_deliver"),
    path("preavis/<int:preavis_id>/retirer/", sejours.preavis_withdraw, name="preavis_withdraw"),
    path("preavis/<int:preavis_id>/lettre/", sejours.preavis_issue, name="preavis_issue"),
    path("contrats/<int:contrat_id>/cles/", sejours.cles_record, name="cles_record"),
    # États des lieux
    path("etats-des-lieux/", etats_des_lieux.etat_des_lieux_list, name="etat_des_lieux_list"),
    path(
        "contrats/<int:contrat_id>/etat-des-lieux-entree/",
        etats_des_lieux.etat_des_lieux_create,
        {"kind": "entry"},
        name="etat_des_lieux_entry",
    ),
    path(
        "contrats/<int:contrat_id>/etat-des-lieux-sortie/",
        etats_des_lieux.etat_des_lieux_create,
        {"kind": "exit"},
        name="etat_des_lieux_exit",
    ),
    path("etats-des-lieux/<int:edl_id>/", etats_des_lieux.etat_des_lieux_detail, name="etat_des_lieux_detail"),
    path("etats-des-lieux/<int:edl_id>/remplir/", etats_des_lieux.etat_des_lieux_edit, name="etat_des_lieux_edit"),
    path(
        "etats-des-lieux/<int:edl_id>/enregistrer/",
        etats_des_lieux.etat_des_lieux_save,
        name="etat_des_lieux_save",
    ),
    path(
        "etats-des-lieux/<int:edl_id>/photos/",
        etats_des_lieux.etat_des_lieux_photo_add,
        name="etat_des_lieux_photo_add",
    ),
    path("etats-des-lieux/photos/<int:photo_id>/", etats_des_lieux.etat_des_lieux_photo, name="etat_des_lieux_photo"),
    path(
        "etats-des-lieux/photos/<int:photo_id>/retirer/",
        etats_des_lieux.etat_des_lieux_photo_remove,
        name="etat_des_lieux_photo_remove",
    ),
    path("etats-des-lieux/<int:edl_id>/signer/", etats_des_lieux.etat_des_lieux_sign, name="etat_des_lieux_sign"),
    path(
        "etats-des-lieux/<int:edl_id>/abandonner/",
        etats_des_lieux.etat_des_lieux_cancel,
        name="etat_des_lieux_cancel",
    ),
    # The exit
    path("sejours/<int:sejour_id>/sortie/imprimer/", sorties.sortie_print, name="sortie_print"),
    path("sejours/<int:sejour_id>/sortie/", sorties.sortie_detail, name="sortie_detail"),
    path("sejours/<int:sejour_id>/sortie/<str:step>/", sorties.etape_sortie_record, name="etape_sortie_record"),
    path("etapes-sortie/<int:etape_id>/annuler/", sorties.etape_sortie_cancel, name="etape_sortie_cancel"),
    # What is kept of the deposit
    path("etats-des-lieux/<int:edl_id>/retenues/", retenues.retenue_list, name="retenue_list"),
    path("etats-des-lieux/lignes/<int:ligne_id>/retenue/", retenues.retenue_decide, name="retenue_decide"),
    path("retenues/<int:retenue_id>/annuler/", retenues.retenue_cancel, name="retenue_cancel"),
    path("retenues/<int:retenue_id>/justificatif/", retenues.retenue_proof, name="retenue_proof"),
    # The redevance
    path("redevance/", include("logement.urls_redevance")),
]
