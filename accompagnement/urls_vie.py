"""Addresses of the life of the house: incidents, hand-over log, services."""

from django.urls import path

from accompagnement.views import incidents, services, transmissions

urlpatterns = [
    path("incidents/", incidents.incident_list, name="incident_list"),
    path("incidents/signaler/", incidents.incident_report, name="incident_report"),
    path("incidents/compte/", incidents.incident_count, name="incident_count"),
    path("incidents/<int:incident_id>/", incidents.incident_detail, name="incident_detail"),
    path("incidents/<int:incident_id>/suite/", incidents.incident_follow, name="incident_follow"),
    path("incidents/<int:incident_id>/nature/", incidents.incident_requalify, name="incident_requalify"),
    path("incidents/<int:incident_id>/clore/", incidents.incident_close, name="incident_close"),
    path("transmissions/", transmissions.transmission_list, name="transmission_list"),
    path("transmissions/lues/", transmissions.transmission_read, name="transmission_read"),
    path(
        "transmissions/<int:transmission_id>/retirer/",
        transmissions.transmission_withdraw,
        name="transmission_withdraw",
    ),
    path("services/", services.service_list, name="service_list"),
    path("services/nouveau/", services.service_create, name="service_create"),
    path("services/comptes/", services.service_count, name="service_count"),
    path("services/<int:service_id>/", services.service_detail, name="service_detail"),
    path("services/<int:service_id>/regler/", services.service_edit, name="service_edit"),
    path("services/<int:service_id>/jour/", services.service_note, name="service_note"),
    path("services/tournees/<int:tournee_id>/", services.tournee_detail, name="tournee_detail"),
    path("services/tournees/<int:tournee_id>/imprimer/", services.tournee_print, name="tournee_print"),
    path("services/tournees/<int:tournee_id>/cocher/", services.tournee_tick, name="tournee_tick"),
    path("services/tournees/<int:tournee_id>/jour/", services.tournee_move, name="tournee_move"),
    path("services/tournees/<int:tournee_id>/terminer/", services.tournee_close, name="tournee_close"),
]
