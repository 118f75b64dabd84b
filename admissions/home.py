"""The candidates on the home page: how many wait, for what."""

from django.db.models import Count
from django.urls import reverse

from admissions.models import Orientation
from admissions.models.orientations import OrientationStatus
from residence.contracts import Panel
from residence.models import User
from residence.permissions import Permission

S = OrientationStatus

# The stages at which somebody of the team must act, in the order of the way in.
WAITING_FOR_AN_ACT = (
    (S.RECEIVED, "À contacter"),
    (S.INTERVIEW_PLANNED, "Entretien prévu"),
    (S.INCOMPLETE, "Dossier à compléter"),
    (S.READY, "À inscrire en commission"),
    (S.DECIDED, "Décision à suivre"),
    (S.WAITING, "En attente d’une place"),
    (S.PROPOSED, "Réponse attendue"),
)


def home(user: User, residence_id: int | None) -> list[Panel]:
    """Candidates in progress by stage, for who may read them; for the gestionnaire, those who wait for a place."""
    if user.holds(Permission.ORIENTATION_VIEW):
        rows = Orientation.objects.visible_to(user, Permission.ORIENTATION_VIEW).open()
        url, label = reverse("admissions:orientation_list"), "Voir les candidats"
    elif user.holds(Permission.CANDIDAT_VIEW):
        rows = Orientation.objects.visible_to(user, Permission.CANDIDAT_VIEW).candidates()
        url, label = reverse("admissions:candidat_list"), "Voir la liste d’attente"
    else:
        return []
    if residence_id is not None:
        rows = rows.filter(residence=residence_id)
    counts = {row["status"]: row["n"] for row in rows.order_by().values("status").annotate(n=Count("pk"))}
    return [
        Panel(
            title="Candidats qui attendent",
            lines=tuple((words, counts[stage]) for stage, words in WAITING_FOR_AN_ACT if counts.get(stage)),
            url=url,
            link_label=label,
            empty="Aucun candidat n’est en cours.",
            order=40,
        )
    ]
