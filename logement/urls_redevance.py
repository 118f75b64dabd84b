"""Addresses of the redevance, included by `logement.urls` in its namespace."""

from django.urls import path

from logement.views import apl, avis, campagnes, compte, encaissements, fichiers, impayes, quittances, revisions, tarifs

urlpatterns = [
    # Accounts
    path("arrieres/", impayes.arriere_list, name="arriere_list"),
    path("arrieres/<int:sejour_id>/", impayes.impaye_detail, name="impaye_detail"),
    path("arrieres/<int:sejour_id>/demarche/", impayes.impaye_record, name="impaye_record"),
    path("arrieres/<int:sejour_id>/lettre/", impayes.impaye_remind, name="impaye_remind"),
    path("arrieres/<int:sejour_id>/mise-en-demeure/", impayes.impaye_notify, name="impaye_notify"),
    path("arrieres/<int:sejour_id>/plan/", impayes.impaye_plan, name="impaye_plan"),
    path("arrieres/plans/<int:plan_id>/arreter/", impayes.plan_stop, name="plan_stop"),
    path("arrieres/demarches/<int:demarche_id>/remise/", impayes.demarche_deliver, name="demarche_deliver"),
    path("arrieres/demarches/<int:demarche_id>/annuler/", impayes.demarche_cancel, name="demarche_cancel"),
    path("comptes/", compte.compte_list, name="compte_list"),
    path("comptes/<int:sejour_id>/", compte.compte_detail, name="compte_detail"),
    path("comptes/<int:sejour_id>/releve/", compte.compte_statement, name="compte_statement"),
    path("comptes/<int:sejour_id>/paiement/", encaissements.encaissement_record, name="encaissement_record"),
    path("contrats/<int:contrat_id>/prestation/", tarifs.souscription_open, name="souscription_open"),
    path("souscriptions/<int:souscription_id>/arreter/", tarifs.souscription_close, name="souscription_close"),
    # Payments and receipts
    path("paiements/", encaissements.encaissement_list, name="encaissement_list"),
    path("paiements/<int:encaissement_id>/annuler/", encaissements.encaissement_cancel, name="encaissement_cancel"),
    path("paiements/fichiers/", fichiers.fichier_list, name="fichier_list"),
    path("paiements/fichiers/importer/", fichiers.fichier_open, name="fichier_open"),
    path("paiements/fichiers/<int:fichier_id>/", fichiers.fichier_detail, name="fichier_detail"),
    path("paiements/fichiers/<int:fichier_id>/colonnes/", fichiers.fichier_columns, name="fichier_columns"),
    path("paiements/fichiers/<int:fichier_id>/passer/", fichiers.fichier_apply, name="fichier_apply"),
    path("paiements/fichiers/<int:fichier_id>/abandonner/", fichiers.fichier_drop, name="fichier_drop"),
    path("apl/", apl.apl_list, name="apl_list"),
    path("apl/sejours/<int:sejour_id>/depart/", apl.apl_report_departure, name="apl_report_departure"),
    path("quittances/", quittances.quittance_list, name="quittance_list"),
    path("quittances/imprimer/", quittances.quittances_issue, name="quittances_issue"),
    # The month
    path("campagnes/", campagnes.campagne_list, name="campagne_list"),
    path("campagnes/preparer/", campagnes.campagne_prepare, name="campagne_prepare"),
    path("campagnes/residence/<int:residence_id>/", campagnes.campagne_open, name="campagne_open"),
    path("campagnes/<int:campagne_id>/", campagnes.campagne_detail, name="campagne_detail"),
    path("campagnes/<int:campagne_id>/refaire/", campagnes.campagne_redo, name="campagne_redo"),
    path("campagnes/<int:campagne_id>/confirmer/", campagnes.campagne_confirm, name="campagne_confirm"),
    path("campagnes/<int:campagne_id>/retirer/", campagnes.campagne_drop, name="campagne_drop"),
    path("campagnes/<int:campagne_id>/annuler/", campagnes.campagne_undo, name="campagne_undo"),
    path("campagnes/<int:campagne_id>/imprimer/", campagnes.campagne_print, name="campagne_print"),
    path("campagnes/<int:campagne_id>/envoyer/", campagnes.campagne_send, name="campagne_send"),
    path("avis/", avis.avis_list, name="avis_list"),
    path("avis/<int:avis_id>/", avis.avis_detail, name="avis_detail"),
    path("avis/<int:avis_id>/rectifier/", avis.avis_rectify, name="avis_rectify"),
    path("mois/", compte.mois_list, name="mois_list"),
    path("mois/residence/<int:residence_id>/", compte.mois_close, name="mois_close"),
    # Tariffs
    path("tarifs/", tarifs.tarif_list, name="tarif_list"),
    path("tarifs/fixer/", tarifs.tarif_set, name="tarif_set"),
    path("tarifs/residence/<int:residence_id>/afficher/", tarifs.tarif_print, name="tarif_print"),
    path("tarifs/residence/<int:residence_id>/revision/", revisions.revision_detail, name="revision_detail"),
    path("tarifs/residence/<int:residence_id>/revision/decider/", revisions.revision_decide, name="revision_decide"),
    path("tarifs/residence/<int:residence_id>/revision/faire/", revisions.revision_apply, name="revision_apply"),
    path("tarifs/residence/<int:residence_id>/revision/lettres/", revisions.revision_letters, name="revision_letters"),
    path("prestations/proposer/", tarifs.prestation_create, name="prestation_create"),
    path("prestations/<int:prestation_id>/prix/", tarifs.prestation_set_price, name="prestation_set_price"),
]
