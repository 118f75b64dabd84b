"""Addresses of privacy at work: information, consents, one's own file."""

from django.urls import path

from accompagnement.views import vie_privee

urlpatterns = [
    path("vie-privee/<int:menage_id>/", vie_privee.vie_privee_detail, name="vie_privee_detail"),
    path("vie-privee/<int:menage_id>/informer/", vie_privee.information_give, name="information_give"),
    path("vie-privee/<int:menage_id>/accord/", vie_privee.consentement_record, name="consentement_record"),
    path("vie-privee/<int:menage_id>/demande/", vie_privee.acces_receive, name="acces_receive"),
    path(
        "vie-privee/accords/<int:consentement_id>/retirer/",
        vie_privee.consentement_withdraw,
        name="consentement_withdraw",
    ),
    path("vie-privee/demandes/<int:acces_id>/", vie_privee.acces_detail, name="acces_detail"),
    path("vie-privee/demandes/<int:acces_id>/notes/<int:note_id>/", vie_privee.acces_note, name="acces_note"),
    path("vie-privee/demandes/<int:acces_id>/donner/", vie_privee.acces_give, name="acces_give"),
    path("vie-privee/demandes/<int:acces_id>/prolonger/", vie_privee.acces_extend, name="acces_extend"),
    path("vie-privee/demandes/<int:acces_id>/editer/", vie_privee.acces_issue, name="acces_issue"),
    path("vie-privee/demandes/<int:acces_id>/remettre/", vie_privee.acces_deliver, name="acces_deliver"),
    path("vie-privee/demandes/<int:acces_id>/clore/", vie_privee.acces_close, name="acces_close"),
]
