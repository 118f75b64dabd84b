"""The texts of the social support that a résidence may adapt."""

from accompagnement.wording import INFORMATION
from residence.admin.modeles import Text, offer_texts
from residence.models import DocumentKind

offer_texts(
    DocumentKind.INFORMATION_RGPD,
    [Text(one.code, one.title, default=one.text, source=one.source, clause=True, required=True) for one in INFORMATION],
)
