"""The texts of the letters of the admissions, as a résidence may adapt them; everything else is on their own pages."""

from residence.admin.modeles import Text, offer_texts
from residence.models import DocumentKind

CLOSING = Text("closing", "Formule de fin", "Nous vous prions d’agréer nos salutations distinguées.")

offer_texts(DocumentKind.INVITATION, [CLOSING])
offer_texts(DocumentKind.LETTRE_CANDIDAT, [Text("recours", "Ce que le candidat peut faire ensuite"), CLOSING])
offer_texts(DocumentKind.LETTRE_PRESCRIPTEUR, [CLOSING])
offer_texts(DocumentKind.PROPOSITION, [CLOSING])
