"""Who may do what: one table, read by views, queries, the admin and the guide.

A role is held for a résidence. A permission is held in a résidence when one of the roles held there has it; each role
opens it for some causes of attachment of a household only (candidature, séjour, suivi).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse


class Role(TextChoices):
    COORDINATRICE = "coordinatrice", "coordinatrice d’actions sociales"
    GESTIONNAIRE = "gestionnaire", "gestionnaire des résidences"
    VIE_RESIDENTIELLE = "vie_residentielle", "chargé de vie résidentielle"
    COMMISSION = "commission", "membre de la commission"
    DIRECTION = "direction", "direction"
    TECHNIQUE = "technique", "administrateur technique"


# Roles that open files on persons: nobody may give one of them to oneself.
ROLES_READING_FILES = frozenset(Role) - {Role.TECHNIQUE}
# Roles whose second factor is compulsory.
ROLES_SECOND_FACTOR = frozenset({Role.DIRECTION, Role.TECHNIQUE})


class Cause(TextChoices):
    """Why a household is attached to a résidence."""

    CANDIDATURE = "candidature", "candidature"
    SEJOUR = "sejour", "séjour"
    SUIVI = "suivi", "suivi"


class Permission(TextChoices):
    # What everybody shares
    ACCUEIL_VIEW = "accueil.view", "voir son accueil et ses échéances"
    RECHERCHE_USE = "recherche.use", "rechercher une personne, une place, un contrat, un document"
    DROITS_VIEW = "droits.view", "voir le tableau des droits"
    MENAGE_VIEW = "menage.view", "voir un ménage : noms, composition, place"
    MENAGE_EDIT = "menage.edit", "modifier l’identité et la composition d’un ménage"
    MENAGE_MERGE = "menage.merge", "regrouper deux fiches d’un même ménage, et les séparer"
    MENAGE_SENSITIVE_VIEW = "menage.sensitive_view", "voir le titre de séjour et les faits sensibles d’un ménage"
    RESSOURCE_VIEW = "ressource.view", "voir les ressources, charges et dettes d’un ménage"
    RESSOURCE_EDIT = "ressource.edit", "saisir les ressources, charges et dettes d’un ménage"
    PIECE_VIEW = "piece.view", "ouvrir les pièces jointes d’un ménage"
    PIECE_ADD = "piece.add", "joindre une pièce à un ménage"
    CONFIDENTIEL_MANAGE = "confidentiel.manage", "rendre un dossier confidentiel et nommer qui le lit"
    RENDEZ_VOUS_VIEW = "rendez_vous.view", "voir les rendez-vous"
    RENDEZ_VOUS_EDIT = "rendez_vous.edit", "fixer et déplacer les rendez-vous"
    PARTENAIRE_VIEW = "partenaire.view", "consulter l’annuaire des partenaires"
    PARTENAIRE_EDIT = "partenaire.edit", "tenir l’annuaire des partenaires"
    ETABLISSEMENT_VIEW = "etablissement.view", "voir la résidence, sa convention et ses dispositifs"
    ETABLISSEMENT_EDIT = "etablissement.edit", "régler la résidence, sa convention et ses dispositifs"
    UTILISATEUR_MANAGE = "utilisateur.manage", "ouvrir et fermer les comptes, donner les rôles"
    DELEGATION_CREATE = "delegation.create", "déléguer son rôle pendant une absence"
    JOURNAL_VIEW = "journal.view", "lire le journal des actes et des lectures"
    JOURNAL_TECHNIQUE_VIEW = "journal.technique_view", "lire le journal des actes techniques"
    EXPORT_NAMED = "export.named", "exporter des listes avec les noms"
    EXPORT_ANONYMOUS = "export.anonymous", "exporter des listes sans les noms"
    ADMIN_USE = "admin.use", "travailler dans l’administration"
    # Admissions
    ORIENTATION_VIEW = "orientation.view", "voir les orientations"
    ORIENTATION_CREATE = "orientation.create", "saisir une orientation"
    ORIENTATION_CLOSE = "orientation.close", "clore ou rouvrir une candidature"
    ENTRETIEN_VIEW = "entretien.view", "lire l’entretien de préadmission et son évaluation"
    ENTRETIEN_RECORD = "entretien.record", "tenir l’entretien de préadmission"
    COMMISSION_VIEW = "commission.view", "voir l’ordre du jour et les décisions de la commission"
    COMMISSION_PREPARE = "commission.prepare", "préparer et convoquer une séance de la commission"
    COMMISSION_CLOSE = "commission.close", "clore une séance de la commission"
    SYNTHESE_VIEW = "synthese.view", "lire la synthèse d’un dossier de la commission"
    OPINION_GIVE = "opinion.give", "donner son avis en commission"
    DECISION_RECORD = "decision.record", "consigner la décision de la commission"
    DECISION_VIEW = "decision.view", "lire une décision et ses motifs"
    LETTRE_ISSUE = "lettre.issue", "éditer les lettres de décision"
    DEROGATION_GRANT = "derogation.grant", "accorder une dérogation motivée"
    CANDIDAT_VIEW = "candidat.view", "voir les candidats en attente ou proposés, sans la cause du besoin"
    PROPOSITION_MAKE = "proposition.make", "proposer une place et recueillir la réponse"
    # Logement
    PARC_VIEW = "parc.view", "voir les logements et les places"
    PARC_EDIT = "parc.edit", "tenir les logements et les places"
    SEJOUR_VIEW = "sejour.view", "voir les séjours : qui habite où, jusqu’à quand"
    PRESENTS_VIEW = "presents.view", "voir la liste des présents par étage"
    CONTRAT_VIEW = "contrat.view", "lire les contrats d’occupation"
    CONTRAT_PREPARE = "contrat.prepare", "préparer un contrat d’occupation"
    CONTRAT_SIGN = "contrat.sign", "faire signer un contrat d’occupation"
    ATTESTATION_ISSUE = "attestation.issue", "éditer une attestation de résidence"
    ASSURANCE_RECORD = "assurance.record", "enregistrer l’assurance d’un résident"
    APL_RECORD = "apl.record", "suivre la demande d’APL d’un résident"
    RENOUVELLEMENT_DECIDE = "renouvellement.decide", "décider du renouvellement ou du dépassement d’un séjour"
    PREAVIS_RECORD = "preavis.record", "enregistrer ou retirer un préavis"
    CLES_RECORD = "cles.record", "enregistrer la remise des clés et la fin d’un contrat"
    PRESENCE_VIEW = "presence.view", "voir absences, personnes hébergées et entrées dans un logement"
    PRESENCE_RECORD = "presence.record", "noter une absence, une personne hébergée, une entrée dans un logement"
    PROCEDURE_VIEW = "procedure.view", "voir les étapes d’un décès, d’une disparition, d’un maintien dans les lieux"
    PROCEDURE_RECORD = "procedure.record", "ouvrir ces étapes, les noter et les clore"
    ETAT_DES_LIEUX_VIEW = "etat_des_lieux.view", "lire les états des lieux"
    ETAT_DES_LIEUX_RECORD = "etat_des_lieux.record", "dresser et faire signer un état des lieux"
    RETENUE_DECIDE = "retenue.decide", "décider des retenues sur le dépôt de garantie"
    TARIF_VIEW = "tarif.view", "voir les tarifs"
    TARIF_EDIT = "tarif.edit", "fixer les tarifs"
    COMPTE_VIEW = "compte.view", "voir le compte d’un séjour et les soldes"
    AVIS_ISSUE = "avis.issue", "préparer et confirmer les avis d’échéance"
    ENCAISSEMENT_RECORD = "encaissement.record", "enregistrer un paiement"
    PRELEVEMENT_MANAGE = "prelevement.manage", "tenir les mandats de prélèvement et les remises à la banque"
    QUITTANCE_ISSUE = "quittance.issue", "éditer quittances et reçus"
    IMPAYE_FOLLOW = "impaye.follow", "suivre un impayé : échanges, plan d’apurement, FSL, CCAPEX"
    IMPAYE_WRITE = "impaye.write", "écrire une lettre de rappel ou une mise en demeure, signaler à la CAF"
    REMBOURSEMENT_RECORD = "remboursement.record", "rendre un dépôt, un solde créditeur, un excédent d’APL"
    COMPTABILITE_EXPORT = "comptabilite.export", "exporter les écritures pour la comptabilité"
    # Accompagnement
    DOSSIER_VIEW = "dossier.view", "lire un dossier social"
    DOSSIER_OPEN = "dossier.open", "ouvrir, clore et rouvrir un dossier social"
    DOSSIER_PRINT = "dossier.print", "imprimer un dossier social entier"
    NOTE_WRITE = "note.write", "écrire une note au dossier social"
    PROJET_EDIT = "projet.edit", "tenir le projet personnalisé et le rythme des visites"
    RELOGEMENT_EDIT = "relogement.edit", "préparer le relogement : demande, priorités, pièces, offres"
    RSA_EDIT = "rsa.edit", "suivre le RSA : contrats d’engagement, entretiens"
    VEILLE_CALL = "veille.call", "tenir la veille canicule et noter les appels"
    VIE_PRIVEE_RECORD = "vie_privee.record", "remettre la fiche d’information, recueillir et retirer un accord"
    ACCES_ANSWER = "acces.answer", "préparer et remettre son dossier à la personne qui le demande"
    PARTENAIRE_ORIENT = "partenaire.orient", "orienter une personne vers un partenaire, avec son accord"
    INSTANCE_VIEW = "instance.view", "lire les instances partenariales où l’on est nommé"
    INSTANCE_EDIT = "instance.edit", "tenir une instance partenariale : participants, ordre du jour, décisions"
    ACTION_VIEW = "action.view", "voir les actions collectives, leur calendrier et leurs comptes, sans les noms"
    ACTION_EDIT = "action.edit", "préparer une action collective, annuler une séance"
    ACTION_ATTEND = "action.attend", "inscrire à une action collective et noter les présents"
    TRANSMISSION_USE = "transmission.use", "lire et écrire les transmissions de l’équipe"
    INCIDENT_REPORT = "incident.report", "signaler un incident, lire ceux de la maison"
    INCIDENT_FOLLOW = "incident.follow", "noter les suites d’un incident"
    INCIDENT_CLOSE = "incident.close", "clore un incident, changer sa nature"
    INCIDENT_PROTECTED = "incident.protected", "lire et suivre les violences, enfants en danger et malaises"
    SERVICE_RUN = "service.run", "tenir les services de la maison : linge, buanderie, ordinateurs"
    SERVICE_SET = "service.set", "régler les services de la maison : jours, heures, rythme"


ALL_CAUSES = frozenset(Cause)
STAYING = frozenset({Cause.SEJOUR})


@dataclass(frozen=True)
class Grant:
    """What the table says of one permission.

    `roles`: the causes of attachment that each role opens. `past`: roles that keep it once the attachment has ended.
    `on_number`: the act goes on for a confidential household, seen as its number, by who was not named on it.
    """

    roles: dict[Role, frozenset[Cause]]
    past: frozenset[Role] = field(default_factory=frozenset)
    on_number: bool = False


_KEEPING = frozenset({Role.COORDINATRICE, Role.GESTIONNAIRE, Role.DIRECTION})


def _grant(*roles: Role, on_number: bool = False, **causes: frozenset[Cause]) -> Grant:
    """Grant to `roles` for every cause, save those named in `causes` by role code."""
    held = {role: causes.get(role.value, ALL_CAUSES) for role in roles}
    return Grant(roles=held, past=frozenset(held) & _KEEPING, on_number=on_number)


_C, _G, _V, _M, _D, _T = (
    Role.COORDINATRICE,
    Role.GESTIONNAIRE,
    Role.VIE_RESIDENTIELLE,
    Role.COMMISSION,
    Role.DIRECTION,
    Role.TECHNIQUE,
)
P = Permission

TABLE: dict[Permission, Grant] = {
    P.ACCUEIL_VIEW: _grant(_C, _G, _V, _M, _D, _T),
    P.RECHERCHE_USE: _grant(_C, _G, _V, _D, gestionnaire=STAYING, vie_residentielle=STAYING, direction=STAYING),
    P.DROITS_VIEW: _grant(_C, _G, _V, _M, _D, _T),
    P.MENAGE_VIEW: _grant(_C, _G, _V, _D, gestionnaire=STAYING, vie_residentielle=STAYING, direction=STAYING),
    P.MENAGE_EDIT: _grant(_C, _G, gestionnaire=STAYING),
    P.MENAGE_MERGE: _grant(_C),
    P.MENAGE_SENSITIVE_VIEW: _grant(_C),
    P.RESSOURCE_VIEW: _grant(_C),
    P.RESSOURCE_EDIT: _grant(_C),
    P.PIECE_VIEW: _grant(_C),
    P.PIECE_ADD: _grant(_C),
    P.CONFIDENTIEL_MANAGE: _grant(_C),
    P.RENDEZ_VOUS_VIEW: _grant(_C, _G, gestionnaire=STAYING),
    P.RENDEZ_VOUS_EDIT: _grant(_C, _G, gestionnaire=STAYING),
    P.PARTENAIRE_VIEW: _grant(_C, _G, _V, _D),
    P.PARTENAIRE_EDIT: _grant(_C, _G),
    P.ETABLISSEMENT_VIEW: _grant(_C, _G, _D, _T),
    P.ETABLISSEMENT_EDIT: _grant(_G, _T),
    P.UTILISATEUR_MANAGE: _grant(_T),
    P.DELEGATION_CREATE: _grant(_C, _G, _V, _D),
    P.JOURNAL_VIEW: _grant(_D),
    P.JOURNAL_TECHNIQUE_VIEW: _grant(_T),
    P.EXPORT_NAMED: _grant(_C, _G, gestionnaire=STAYING, on_number=True),
    P.EXPORT_ANONYMOUS: _grant(_C, _G, _D, on_number=True),
    P.ADMIN_USE: _grant(_G, _T, on_number=True),
    P.ORIENTATION_VIEW: _grant(_C),
    P.ORIENTATION_CREATE: _grant(_C),
    P.ORIENTATION_CLOSE: _grant(_C),
    P.ENTRETIEN_VIEW: _grant(_C),
    P.ENTRETIEN_RECORD: _grant(_C),
    P.COMMISSION_VIEW: _grant(_C, _D, _M),
    P.COMMISSION_PREPARE: _grant(_C),
    P.COMMISSION_CLOSE: _grant(_D),
    P.SYNTHESE_VIEW: _grant(_C, _M),
    P.OPINION_GIVE: _grant(_M),
    P.DECISION_RECORD: _grant(_C),
    P.DECISION_VIEW: _grant(_C, _D),
    P.LETTRE_ISSUE: _grant(_C),
    P.DEROGATION_GRANT: _grant(_D),
    P.CANDIDAT_VIEW: _grant(_C, _G),
    P.PROPOSITION_MAKE: _grant(_C),
    P.PARC_VIEW: _grant(_C, _G, _V, _D),
    P.PARC_EDIT: _grant(_G),
    P.SEJOUR_VIEW: _grant(_C, _G, _V, _D, on_number=True),
    P.PRESENTS_VIEW: _grant(_C, _G, _V, _D, on_number=True),
    P.CONTRAT_VIEW: _grant(_C, _G, _D, on_number=True),
    P.CONTRAT_PREPARE: _grant(_G),
    P.CONTRAT_SIGN: _grant(_G),
    P.ATTESTATION_ISSUE: _grant(_C, _G),
    P.ASSURANCE_RECORD: _grant(_G),
    P.APL_RECORD: _grant(_G),
    P.RENOUVELLEMENT_DECIDE: _grant(_D),
    P.PREAVIS_RECORD: _grant(_G),
    P.CLES_RECORD: _grant(_G),
    P.PRESENCE_VIEW: _grant(_C, _G, _V, _D),
    P.PRESENCE_RECORD: _grant(_C, _G, _V),
    P.PROCEDURE_VIEW: _grant(_C, _G, _D),
    P.PROCEDURE_RECORD: _grant(_C, _G),
    P.ETAT_DES_LIEUX_VIEW: _grant(_G, _V, on_number=True),
    P.ETAT_DES_LIEUX_RECORD: _grant(_G, _V, on_number=True),
    P.RETENUE_DECIDE: _grant(_G, on_number=True),
    P.TARIF_VIEW: _grant(_C, _G, _D),
    P.TARIF_EDIT: _grant(_G),
    P.COMPTE_VIEW: _grant(_C, _G, _D, on_number=True),
    P.AVIS_ISSUE: _grant(_G, on_number=True),
    P.ENCAISSEMENT_RECORD: _grant(_G, on_number=True),
    P.PRELEVEMENT_MANAGE: _grant(_G, on_number=True),
    P.QUITTANCE_ISSUE: _grant(_G, on_number=True),
    P.IMPAYE_FOLLOW: _grant(_C, _G, on_number=True),
    P.IMPAYE_WRITE: _grant(_G, on_number=True),
    P.REMBOURSEMENT_RECORD: _grant(_G, on_number=True),
    P.COMPTABILITE_EXPORT: _grant(_G, on_number=True),
    P.DOSSIER_VIEW: _grant(_C),
    P.DOSSIER_OPEN: _grant(_C),
    P.DOSSIER_PRINT: _grant(_C),
    P.NOTE_WRITE: _grant(_C),
    P.PROJET_EDIT: _grant(_C),
    P.RELOGEMENT_EDIT: _grant(_C),
    P.RSA_EDIT: _grant(_C),
    P.VEILLE_CALL: _grant(_C, _G, _V, on_number=True),
    P.VIE_PRIVEE_RECORD: _grant(_C, _G, gestionnaire=STAYING),
    P.ACCES_ANSWER: _grant(_C),
    P.PARTENAIRE_ORIENT: _grant(_C),
    P.INSTANCE_VIEW: _grant(_C, _G, _V, _D),
    P.INSTANCE_EDIT: _grant(_C),
    P.ACTION_VIEW: _grant(_C, _G, _V, _D),
    P.ACTION_EDIT: _grant(_C),
    P.ACTION_ATTEND: _grant(_C, _V, vie_residentielle=STAYING),
    P.TRANSMISSION_USE: _grant(_C, _G, _V),
    P.INCIDENT_REPORT: _grant(_C, _G, _V, gestionnaire=STAYING, vie_residentielle=STAYING),
    P.INCIDENT_FOLLOW: _grant(_C, _G, _V, gestionnaire=STAYING, vie_residentielle=STAYING),
    P.INCIDENT_CLOSE: _grant(_C, _G, gestionnaire=STAYING),
    P.INCIDENT_PROTECTED: _grant(_C),
    P.SERVICE_RUN: _grant(_C, _G, _V, on_number=True),
    P.SERVICE_SET: _grant(_G),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Every permission that at least one of `roles` gives."""
    held = set(roles)
    return frozenset(permission for permission, grant in TABLE.items() if held & grant.roles.keys())


def require_permission(*permissions: Permission) -> Callable[..., Any]:
    """Let in a signed-in user who holds one of `permissions` in at least one résidence, refuse the others with 403.

    The scope is the query's business: outside of it, the page answers 404.
    """

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(request.user.holds(permission) for permission in permissions):
                raise PermissionDenied("Votre rôle n’ouvre pas cette page.")
            return view(request, *args, **kwargs)

        guarded = login_required(guarded)
        guarded.permissions = permissions
        return guarded

    return decorator
