"""Addresses of accounts, roles and delegations, in the namespace `residence`."""

from django.urls import path

from residence.views import delegations, staff

urlpatterns = [
    path("comptes/", staff.utilisateur_list, name="utilisateur_list"),
    path("comptes/ouvrir/", staff.utilisateur_open, name="utilisateur_open"),
    path("comptes/<int:utilisateur_id>/", staff.utilisateur_detail, name="utilisateur_detail"),
    path("comptes/<int:utilisateur_id>/modifier/", staff.utilisateur_edit, name="utilisateur_edit"),
    path("comptes/<int:utilisateur_id>/inviter/", staff.utilisateur_invite, name="utilisateur_invite"),
    path("comptes/<int:utilisateur_id>/fermer/", staff.utilisateur_close, name="utilisateur_close"),
    path("comptes/<int:utilisateur_id>/rouvrir/", staff.utilisateur_reopen, name="utilisateur_reopen"),
    path("comptes/<int:utilisateur_id>/second-facteur/", staff.second_facteur_reset, name="second_facteur_reset"),
    path("comptes/<int:utilisateur_id>/roles/donner/", staff.role_grant, name="role_grant"),
    path("comptes/roles/<int:role_id>/retirer/", staff.role_end, name="role_end"),
    path("delegations/", delegations.delegation_list, name="delegation_list"),
    path("delegations/nouvelle/", delegations.delegation_create, name="delegation_create"),
    path("delegations/<int:delegation_id>/finir/", delegations.delegation_end, name="delegation_end"),
]
