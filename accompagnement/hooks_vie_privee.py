"""Privacy at work, as the pages of a household tell it."""

from django.urls import reverse

from accompagnement.models import Consentement, DemandeAcces, InformationRgpd
from residence.components import Event, Tab
from residence.contracts import BannerPart, MenagePart, Told
from residence.permissions import Permission


class ViePrivee(MenagePart):
    """What a household was told of its data, and agrees to."""

    def banner(self) -> BannerPart:
        if not self.reader.opens(Permission.VIE_PRIVEE_RECORD):
            return BannerPart()
        url = reverse("accompagnement:vie_privee_detail", args=[self.menage.pk])
        return BannerPart(tabs=(Tab("Vie privée", url),))

    def timeline(self) -> list[Event | Told]:
        """Sheets given, consents given and withdrawn, files asked for."""
        if not self.user.holds(Permission.VIE_PRIVEE_RECORD):
            return []
        told: list[Event | Told] = [
            Told(self.reader.rows(InformationRgpd, Permission.VIE_PRIVEE_RECORD), ("given_on", "menage"), _of_sheet),
            Told(
                self.reader.rows(Consentement, Permission.VIE_PRIVEE_RECORD),
                ("given_on", "purpose", "withdrawn_on", "menage"),
                _of_consent,
            ),
        ]
        if self.user.holds(Permission.ACCES_ANSWER):
            rows = self.reader.rows(DemandeAcces, Permission.ACCES_ANSWER)
            told.append(Told(rows, ("received_on", "answered_on", "closed_reason"), _of_demande))
        return told


def _event(on: object, sentence: str, menage_id: int) -> Event:
    return Event(
        on=on,  # type: ignore[arg-type]
        sentence=sentence,
        theme="vie privée",
        icon="shield",
        url=reverse("accompagnement:vie_privee_detail", args=[menage_id]),
    )


def _of_sheet(row: InformationRgpd) -> Event:
    return _event(row.given_on, "Fiche d’information sur les données remise", row.menage_id)


def _of_consent(row: Consentement) -> Event:
    end = f", retiré le {row.withdrawn_on:%d/%m/%Y}" if row.withdrawn_on else ""
    return _event(row.given_on, f"Accord donné pour {row.get_purpose_display()}{end}", row.menage_id)


def _of_demande(row: DemandeAcces) -> Event:
    end = f", {'close' if row.closed_reason else 'remis'} le {row.answered_on:%d/%m/%Y}" if row.answered_on else ""
    return Event(
        on=row.received_on,
        sentence=f"Demande d’accès à son dossier{end}",
        theme="vie privée",
        icon="shield",
        url=row.get_absolute_url(),
    )
