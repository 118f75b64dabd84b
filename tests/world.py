"""One row of each kind in one résidence, about one household: what the tests of rights open, page after page.

`kwargs_of(url_name, converters)` gives what an address takes. A new argument of an address needs a maker here: a
property of `World` named as the argument without its `_id`, or an entry in `STATES` when the page wants a state.
"""

import datetime
import uuid
from functools import cached_property
from typing import Any, Self

from django.core.files.base import ContentFile
from django.utils import timezone

from accompagnement import models as accompagnement
from accompagnement.models import DossierSocial
from admissions import models as admissions
from logement import models as logement
from logement.actions.situations import keep_situations
from logement.models.parc import days
from residence import models as people
from residence.actions.documents import letterhead
from residence.models.base import today
from residence.permissions import Cause, Role
from tests import factories

# Nobody else is called so: where it shows, the household shows.
NAME = "Introuvable"

# What a page needs when any row would not do: URL name -> argument -> attribute of World.
STATES: dict[str, dict[str, str]] = {
    "accompagnement:dossier_open": {"menage_id": "menage_without_dossier"},
    "accompagnement:dossier_continue": {"dossier_id": "dossier"},
    "accompagnement:dossier_reopen": {"dossier_id": "dossier_closed"},
    "admissions:orientation_reopen": {"orientation_id": "orientation_closed"},
    "admissions:piece_record": {"piece_id": "piece_requise"},
    "logement:contrat_prepare": {"menage_id": "menage_without_stay"},
    "logement:contrat_edit": {"contrat_id": "contrat_draft"},
    "logement:contrat_issue": {"contrat_id": "contrat_draft"},
    "logement:contrat_sign": {"contrat_id": "contrat_to_sign"},
    "logement:contrat_cancel": {"contrat_id": "contrat_draft"},
    "logement:etape_sortie_cancel": {"etape_id": "etape_sortie"},
    "logement:retenue_list": {"edl_id": "edl_exit"},
    "logement:mutation_prepare": {"contrat_id": "contrat_running"},
    "logement:mutation_cles": {"contrat_id": "contrat_left"},
    "logement:maintien_record": {"contrat_id": "contrat_notice"},
    "logement:avenant_issue": {"contrat_id": "contrat_running"},
    "residence:menage_unmask": {"menage_id": "menage_hidden"},
    "residence:confidentiel_detail": {"menage_id": "menage_hidden"},
    "residence:utilisateur_reopen": {"utilisateur_id": "utilisateur_closed"},
}


# What the template of a letter reads.
LETTER = {
    "title": "Lettre",
    "object": "Votre demande",
    "salutation": "Madame,",
    "paragraphs": ["Bonjour."],
    "signatory": {"function": "directrice", "name": "Hélène Roussel"},
    "recipient_lines": ["Madame Awa Introuvable"],
    "document_number": "1",
}


class World:
    """Rows of one résidence."""

    def __init__(self, *, is_confidential: bool = False) -> None:
        self.is_confidential = is_confidential

    def make(self) -> Self:
        """Make every row: what one test would make, its end would take away from the next."""
        for name, member in vars(type(self)).items():
            if isinstance(member, cached_property):
                getattr(self, name)
        return self

    def kwargs_of(self, url_name: str, converters: dict[str, Any]) -> dict[str, Any]:
        """The arguments of an address of this résidence."""
        states = STATES.get(url_name, {})
        found = {}
        for name in converters:
            maker = states.get(name, name.removesuffix("_id"))
            if not hasattr(type(self), maker):
                raise AssertionError(f"{url_name}: tests/world.py does not make « {maker} »")
            made = getattr(self, maker)
            found[name] = made.pk if hasattr(made, "pk") else made
        return found

    # People

    @cached_property
    def residence(self) -> people.Residence:
        return factories.ResidenceFactory(name="Résidence du monde")

    @cached_property
    def author(self) -> people.User:
        """Who wrote everything; holds nothing now."""
        return factories.UserFactory(last_name="Autrice")

    @cached_property
    def utilisateur(self) -> people.User:
        return factories.UserFactory(role=Role.COORDINATRICE, residence=self.residence)

    @cached_property
    def utilisateur_closed(self) -> people.User:
        user = factories.UserFactory()
        user.close()
        user.save()
        return user

    @cached_property
    def role(self) -> people.RoleAttribution:
        return self.utilisateur.attributions.get()

    @cached_property
    def delegation(self) -> people.Delegation:
        return factories.DelegationFactory(residence=self.residence, from_user=self.utilisateur)

    # The household

    def _menage(self, *causes: Cause, is_confidential: bool | None = None) -> people.Menage:
        hidden = self.is_confidential if is_confidential is None else is_confidential
        menage = factories.MenageFactory(name=f"{NAME.upper()} Awa", is_confidential=hidden)
        for cause in causes:
            factories.RattachementFactory(menage=menage, residence=self.residence, cause=cause)
        return menage

    @cached_property
    def menage(self) -> people.Menage:
        """Attached for every cause: it asks, it stays, it is followed."""
        self.__dict__["menage"] = menage = self._menage()
        # Each attaches it.
        _ = self.orientation, self.sejour, self.dossier
        return menage

    @cached_property
    def menage_without_stay(self) -> people.Menage:
        return self._menage(Cause.CANDIDATURE, Cause.SEJOUR, Cause.SUIVI)

    @cached_property
    def menage_without_dossier(self) -> people.Menage:
        return self._menage(Cause.CANDIDATURE, Cause.SEJOUR, Cause.SUIVI)

    @cached_property
    def menage_hidden(self) -> people.Menage:
        return self._menage(Cause.CANDIDATURE, Cause.SEJOUR, Cause.SUIVI, is_confidential=True)

    @cached_property
    def membre(self) -> people.MembreMenage:
        return people.MembreMenage.objects.create(
            menage=self.menage,
            personne=factories.PersonneFactory(last_name=NAME, is_confidential=self.is_confidential),
            tie=people.MembreMenage.Tie.CHILD,
            start_on=datetime.date(2020, 1, 1),
        )

    @cached_property
    def access(self) -> people.AccesConfidentiel:
        return people.AccesConfidentiel.objects.create(
            menage=self.menage_hidden, user=self.author, capacity="gestionnaire", granted_by=self.author
        )

    @cached_property
    def rendez_vous(self) -> people.RendezVous:
        start = timezone.now() + datetime.timedelta(days=1)
        return people.RendezVous.objects.create(
            residence=self.residence,
            menage=self.menage,
            user=self.author,
            kind="visite",
            start_at=start,
            end_at=start + datetime.timedelta(hours=1),
            created_by=self.author,
        )

    @cached_property
    def piece(self) -> people.PieceJointe:
        return people.PieceJointe.objects.create(
            menage=self.menage,
            name="Pièce",
            file=ContentFile(b"%PDF-1.7", name="piece.pdf"),
            content_type="application/pdf",
            size=1,
            sha256="0" * 64,
            added_by=self.author,
        )

    @cached_property
    def documents(self) -> list[people.DocumentEmis]:
        """One of each kind."""
        return [self._document(kind) for kind in people.DocumentKind]

    @cached_property
    def document(self) -> people.DocumentEmis:
        return self.documents[0]

    def _document(self, kind: str) -> people.DocumentEmis:
        return people.DocumentEmis.objects.create(
            kind=kind,
            residence=self.residence,
            menage=self.menage,
            year=2016,
            rank=1,
            issued_on=datetime.date(2016, 3, 12),
            issued_by=self.author,
            template="pdf/letter.html",
            data={**LETTER, "residence": letterhead(self.residence)},
            data_sha256="0" * 64,
        )

    @cached_property
    def autre(self) -> people.Menage:
        """Another record of the household."""
        return self._menage(Cause.CANDIDATURE, Cause.SEJOUR, Cause.SUIVI)

    @cached_property
    def fusion(self) -> people.Fusion:
        return people.Fusion.objects.create(
            kept=self.menage, absorbed=self._menage(), residence=self.residence, made_by=self.author
        )

    @cached_property
    def ressemblance(self) -> people.RessemblanceMasquee:
        return people.RessemblanceMasquee.objects.create(
            menage=self.menage_hidden,
            personne=self.membre.personne,
            typed_at_residence=self.residence,
        )

    # The stock and the stays

    @cached_property
    def dispositif(self) -> people.Dispositif:
        return factories.DispositifFactory(residence=self.residence)

    @cached_property
    def place(self) -> logement.Place:
        return factories.PlaceFactory(residence=self.residence, dispositif=self.dispositif)

    @cached_property
    def occupation(self) -> logement.OccupationPlace:
        return logement.OccupationPlace.objects.create(
            place=factories.PlaceFactory(residence=self.residence, dispositif=self.dispositif),
            kind="works",
            period=days(today(), today() + datetime.timedelta(days=9)),
            created_by=self.author,
        )

    @cached_property
    def travaux(self) -> logement.TravauxPrevus:
        return logement.TravauxPrevus.objects.create(
            place=self.contrat.place, from_on=today(), days=5, reason="Peinture", planned_by=self.author
        )

    @cached_property
    def sejour(self) -> logement.Sejour:
        return factories.SejourFactory(menage=self.menage, residence=self.residence, dispositif=self.dispositif)

    @cached_property
    def contrat(self) -> logement.ContratOccupation:
        return factories.ContratFactory(sejour=self.sejour)

    def _contrat(self, status: str, **more: Any) -> logement.ContratOccupation:
        sejour = factories.SejourFactory(menage=self._menage(), residence=self.residence, dispositif=self.dispositif)
        return factories.ContratFactory(sejour=sejour, status=status, **more)

    @cached_property
    def contrat_draft(self) -> logement.ContratOccupation:
        return self._contrat("draft")

    @cached_property
    def contrat_to_sign(self) -> logement.ContratOccupation:
        return self._contrat("to_sign")

    @cached_property
    def preavis(self) -> logement.Preavis:
        return logement.Preavis.objects.create(
            contrat=self.contrat,
            given_by_whom="resident",
            form="letter",
            notified_on=today(),
            ends_on=today() + datetime.timedelta(days=30),
            recorded_by=self.author,
        )

    @cached_property
    def avenant(self) -> logement.Avenant:
        return logement.Avenant.objects.create(
            contrat=self.contrat,
            rank=1,
            subject="arrival",
            effect_on=today(),
            personne=self.membre.personne,
            capacity="occupant",
            created_by=self.author,
        )

    @cached_property
    def absence(self) -> logement.Absence:
        return logement.Absence.objects.create(sejour=self.sejour, start_on=today(), recorded_by=self.author)

    @cached_property
    def tiers(self) -> logement.TiersHeberge:
        return logement.TiersHeberge.objects.create(
            sejour=self.sejour,
            last_name=NAME,
            first_names="Aminata",
            start_on=today(),
            end_on=today(),
            recorded_by=self.author,
        )

    @cached_property
    def entree(self) -> logement.EntreeLogement:
        return logement.EntreeLogement.objects.create(
            sejour=self.sejour,
            kind="emergency",
            entered_at=timezone.now(),
            purpose="Fuite d’eau",
            staff_names="Camille",
            recorded_by=self.author,
        )

    @cached_property
    def procedure(self) -> logement.Procedure:
        _ = self.contrat
        return logement.Procedure.objects.create(
            sejour=self.sejour,
            contrat=self.contrat,
            kind="unseen",
            event_on=today(),
            opened_on=today(),
            opened_by=self.author,
        )

    @cached_property
    def etape_procedure(self) -> logement.EtapeProcedure:
        return logement.EtapeProcedure.objects.create(
            procedure=self.procedure, code="knock", done_on=today(), recorded_by=self.author
        )

    @cached_property
    def code(self) -> str:
        return "asked"

    @cached_property
    def contrat_notice(self) -> logement.ContratOccupation:
        return self._contrat("notice", end_on=today() - datetime.timedelta(days=1))

    @cached_property
    def contrat_left(self) -> logement.ContratOccupation:
        """Of a place left for another: its keys are awaited."""
        return self._contrat("running", end_on=today())

    @cached_property
    def contrat_running(self) -> logement.ContratOccupation:
        return self._contrat("running")

    @cached_property
    def edl(self) -> logement.EtatDesLieux:
        return logement.EtatDesLieux.objects.create(
            contrat=self.contrat, kind="entry", made_on=today(), made_by=self.author
        )

    @cached_property
    def photo(self) -> logement.PhotoEtatDesLieux:
        return logement.PhotoEtatDesLieux.objects.create(
            ligne=self.edl.lignes.create(room="Cuisine", element="Évier"),
            file=ContentFile(b"jpeg", name="photo.jpg"),
            small=ContentFile(b"jpeg", name="vignette.jpg"),
            sha256="0" * 64,
            small_sha256="0" * 64,
            width=1,
            height=1,
            added_by=self.author,
        )

    @cached_property
    def edl_exit(self) -> logement.EtatDesLieux:
        return logement.EtatDesLieux.objects.create(
            contrat=self.contrat, kind="exit", made_on=today(), made_by=self.author
        )

    @cached_property
    def ligne(self) -> logement.LigneEtatDesLieux:
        return self.edl_exit.lignes.create(room="Cuisine", element="Évier", condition="bad")

    @cached_property
    def retenue(self) -> logement.RetenueSortie:
        return logement.RetenueSortie.objects.create(
            ligne=self.ligne,
            cost=100,
            share=1,
            proposed=100,
            amount=100,
            proof_reference="facture n° 1",
            proof=ContentFile(b"%PDF-1.7", name="facture.pdf"),
            proof_name="facture.pdf",
            decided_by=self.author,
        )

    @cached_property
    def step(self) -> str:
        return "address"

    @cached_property
    def etape_sortie(self) -> logement.EtapeSortie:
        return logement.EtapeSortie.objects.create(sejour=self.sejour, step="last_account", recorded_by=self.author)

    @cached_property
    def tarif(self) -> logement.Tarif:
        return factories.TarifFactory(categorie=self.place.categorie, residence=self.residence)

    @cached_property
    def avis(self) -> logement.AvisEcheance:
        return factories.AvisFactory(contrat=self.contrat)

    @cached_property
    def encaissement(self) -> logement.Encaissement:
        return factories.EncaissementFactory(sejour=self.contrat.sejour)

    @cached_property
    def quoi(self) -> str:
        return "retards"

    @cached_property
    def mandat(self) -> logement.MandatPrelevement:
        return logement.MandatPrelevement.objects.create(
            contrat=self.contrat,
            rum="MONDE-1-1",
            ics="FR72ZZZ123456",
            holder=f"{NAME} Awa",
            iban="FR1420041010050500013M02606",
            signed_on=today(),
            created_by=self.author,
        )

    @cached_property
    def remise(self) -> logement.RemisePrelevement:
        return logement.RemisePrelevement.objects.create(
            residence=self.residence,
            month=today().replace(day=1),
            collected_on=today(),
            message_id="MONDE-1",
            content="<Document/>",
            sha256="0" * 64,
            count=1,
            total=100,
            made_by=self.author,
        )

    @cached_property
    def prelevement(self) -> logement.LigneRemise:
        return logement.LigneRemise.objects.create(
            remise=self.remise, avis=self.avis, mandat=self.mandat, amount=100, end_to_end="MONDE-1-1"
        )

    @cached_property
    def fichier(self) -> logement.FichierPaiements:
        """A list of the CAF: a line entered, one to decide, which names the household."""
        fichier = logement.FichierPaiements.objects.create(
            residence=self.residence,
            kind="apl",
            month=today().replace(day=1),
            paid_on=today(),
            account=self.residence.code,
            file_name="liste.csv",
            sha256="0" * 64,
            heads=["Nom", "Montant"],
            rows=[[2, [NAME, "250"]]],
            columns={"0": "full_name", "1": "amount"},
            status="review",
            opened_by=self.author,
        )
        for rank, status in enumerate(("applied", "to_decide"), 2):
            fichier.lignes.create(
                number=rank,
                amount=250,
                payer=f"{NAME} Awa",
                matched_by="name",
                sejour=self.contrat.sejour,
                status=status,
                method="apl",
                account=fichier.account,
                fingerprint=str(rank),
                first_month=fichier.month,
                last_month=fichier.month,
            )
        return fichier

    @cached_property
    def campagne(self) -> logement.Campagne:
        return logement.Campagne.objects.create(
            residence=self.residence, month=today().replace(day=1), prepared_by=self.author, prepared_at=timezone.now()
        )

    @cached_property
    def prestation(self) -> logement.Prestation:
        return logement.Prestation.objects.create(residence=self.residence, name="Laverie")

    @cached_property
    def souscription(self) -> logement.Souscription:
        return logement.Souscription.objects.create(
            contrat=self.contrat, prestation=self.prestation, start_on=self.contrat.start_on
        )

    @cached_property
    def dossier_impaye(self) -> logement.DossierImpaye:
        """The avis is late: its file opens by itself."""
        sejour_id = self.avis.contrat.sejour_id
        keep_situations([sejour_id])
        return logement.DossierImpaye.objects.open().get(sejour=sejour_id)

    @cached_property
    def decaissement(self) -> logement.Decaissement:
        return logement.Decaissement.objects.create(
            sejour=self.contrat.sejour,
            kind="credit",
            paid_on=today(),
            amount=10,
            method="transfer",
            payee=NAME,
            proof="virement 1",
            form_key=uuid.uuid4(),
            recorded_by=self.author,
        )

    @cached_property
    def demarche(self) -> logement.DemarcheImpaye:
        return logement.DemarcheImpaye.objects.create(
            dossier=self.dossier_impaye,
            kind="formal_notice",
            done_on=today(),
            form="lrar",
            delivery="sent",
            form_key=uuid.uuid4(),
            recorded_by=self.author,
        )

    @cached_property
    def plan(self) -> logement.PlanApurement:
        signed = logement.DemarcheImpaye.objects.create(
            dossier=self.dossier_impaye, kind="plan", done_on=today(), form_key=uuid.uuid4(), recorded_by=self.author
        )
        return logement.PlanApurement.objects.create(
            dossier=self.dossier_impaye,
            signed_on=today(),
            debt=300,
            monthly=50,
            first_on=today() + datetime.timedelta(days=30),
            demarche=signed,
            recorded_by=self.author,
        )

    # Admissions

    @cached_property
    def piece_requise(self) -> people.PieceRequise:
        return people.PieceRequise.objects.create(dispositif=self.dispositif, name="Pièce d’identité")

    @cached_property
    def orientation(self) -> admissions.Orientation:
        return factories.OrientationFactory(menage=self.menage, residence=self.residence, dispositif=self.dispositif)

    @cached_property
    def lines(self) -> str:
        return "ressources"

    @cached_property
    def orientation_closed(self) -> admissions.Orientation:
        return factories.OrientationFactory(
            menage=self._menage(),
            residence=self.residence,
            dispositif=self.dispositif,
            status="closed",
            closed_reason=admissions.MotifCloture.values[0],
        )

    @cached_property
    def importation(self) -> admissions.ImportOrientations:
        """A file of the partner with a line entered and another to put right."""
        importation = admissions.ImportOrientations.objects.create(
            residence=self.residence,
            dispositif=self.dispositif,
            partenaire=factories.PartenaireFactory(),
            route="siao",
            received_on=today(),
            file_name="orientations.csv",
            sha256="0" * 64,
            heads=["N° SIAO", "Nom et prénom"],
            columns={"0": "siao_number", "1": "full_name"},
            status="review",
            opened_by=self.author,
        )
        entered = {"status": "entered", "orientation": self.orientation}
        importation.lignes.create(
            number=2, cells=["63-1", NAME], entered_by=self.author, entered_at=timezone.now(), **entered
        )
        importation.lignes.create(number=3, cells=["", "KONE Issa"], faults={"siao_number": "Il manque."})
        return importation

    @cached_property
    def session(self) -> admissions.SessionCommission:
        session = factories.SessionFactory(residence=self.residence, starts_at=timezone.now())
        admissions.MembreSession.objects.create(session=session, user=self.author)
        return session

    @cached_property
    def siege(self) -> admissions.MembreSession:
        return self.session.membres.get()

    @cached_property
    def passage(self) -> admissions.PassageCommission:
        return admissions.PassageCommission.objects.create(
            session=self.session, orientation=self.orientation, rank=1, added_by=self.author, added_at=timezone.now()
        )

    @cached_property
    def lien(self) -> admissions.LienMembre:
        """Of a member with whom nobody signs in."""
        return admissions.LienMembre.objects.create(
            passage=self.passage, user=factories.UserFactory(), declared_on=today()
        )

    @cached_property
    def decision(self) -> admissions.Decision:
        return admissions.Decision.objects.create(
            passage=self.passage,
            kind="favorable",
            reasons="Le projet convient à la résidence.",
            decided_on=today(),
            recorded_by=self.author,
        )

    @cached_property
    def proposition(self) -> admissions.Proposition:
        return admissions.Proposition.objects.create(
            orientation=self.orientation,
            place=self.place,
            entry_on=today(),
            answer_by_on=today(),
            made_by=self.author,
        )

    # The social file

    @cached_property
    def dossier(self) -> DossierSocial:
        return factories.DossierFactory(menage=self.menage, residence=self.residence)

    @cached_property
    def dossier_closed(self) -> DossierSocial:
        return factories.DossierFactory(
            menage=self._menage(), residence=self.residence, closed_on=today(), closed_reason="Relogement"
        )

    @cached_property
    def note(self) -> Any:
        return factories.NoteFactory(dossier=self.dossier, author=self.author)

    @cached_property
    def bilan(self) -> accompagnement.BilanProjet:
        bilan = accompagnement.BilanProjet.objects.create(
            dossier=self.dossier, kind="entry", held_on=today(), words="Un toit", written_by=self.author
        )
        bilan.niveaux.create(theme="logement", level=2)
        return bilan

    @cached_property
    def objectif(self) -> accompagnement.Objectif:
        return accompagnement.Objectif.objects.create(
            dossier=self.dossier, theme="logement", words="Un toit", opened_on=today(), opened_by=self.author
        )

    @cached_property
    def etape(self) -> accompagnement.EtapeObjectif:
        return accompagnement.EtapeObjectif.objects.create(
            objectif=self.objectif, what="Écrire", due_on=today(), written_by=self.author
        )

    @cached_property
    def diagnostic(self) -> accompagnement.DiagnosticHabitat:
        return accompagnement.DiagnosticHabitat.objects.create(
            dossier=self.dossier, made_on=today(), made_by=self.author, conclusion="Une barre", again_on=today()
        )

    @cached_property
    def veille(self) -> accompagnement.VeilleCanicule:
        return accompagnement.VeilleCanicule.objects.create(
            residence=self.residence, started_on=today(), started_by=self.author
        )

    @cached_property
    def partenaire(self) -> people.Partenaire:
        partenaire = factories.PartenaireFactory()
        partenaire.residences.add(self.residence)
        return partenaire

    @cached_property
    def contact(self) -> people.ContactPartenaire:
        return self.partenaire.contacts.create(name="Aline Courtois")

    @cached_property
    def orientation_partenaire(self) -> accompagnement.OrientationPartenaire:
        return accompagnement.OrientationPartenaire.objects.create(
            dossier=self.dossier,
            personne=self.membre.personne,
            partenaire=self.partenaire,
            theme="sante",
            shared="Un bilan",
            sent_on=today(),
            consent_kind="oral",
            consented_on=today(),
            answer_by_on=today(),
            recorded_by=self.author,
        )

    @cached_property
    def consentement(self) -> accompagnement.Consentement:
        return accompagnement.Consentement.objects.create(
            residence=self.residence,
            menage=self.menage,
            personne=self.membre.personne,
            purpose="partage",
            kind="oral",
            given_on=today(),
            recorded_by=self.author,
        )

    @cached_property
    def acces(self) -> accompagnement.DemandeAcces:
        return accompagnement.DemandeAcces.objects.create(
            residence=self.residence,
            menage=self.menage,
            personne=self.membre.personne,
            received_on=today(),
            identity="connue",
            recorded_by=self.author,
        )

    @cached_property
    def instance(self) -> accompagnement.InstancePartenariale:
        return accompagnement.InstancePartenariale.objects.create(
            residence=self.residence, kind="hopital", name="Cellule", created_by=self.author
        )

    @cached_property
    def participant(self) -> accompagnement.ParticipantInstance:
        return self.instance.participants.create(user=self.author, named_by=self.author)

    @cached_property
    def reunion(self) -> accompagnement.ReunionInstance:
        return self.instance.reunions.create(held_on=today(), planned_by=self.author)

    @cached_property
    def situation(self) -> accompagnement.SituationInstance:
        return self.reunion.situations.create(
            dossier=self.dossier, need="Une aide", consent_kind="oral", consented_on=today(), added_by=self.author
        )

    @cached_property
    def action(self) -> accompagnement.ActionCollective:
        return accompagnement.ActionCollective.objects.create(
            residence=self.residence,
            name="Atelier",
            theme="budget",
            first_on=today(),
            last_on=today(),
            hour=datetime.time(14),
            created_by=self.author,
        )

    @cached_property
    def seance(self) -> accompagnement.SeanceAction:
        return self.action.seances.create(name="Atelier", held_on=today(), hour=datetime.time(14), minutes=60)

    @cached_property
    def inscription(self) -> accompagnement.InscriptionAction:
        inscription = self.action.inscriptions.create(
            menage=self.menage,
            personne=self.membre.personne,
            objectif=self.objectif,
            start_on=today(),
            registered_by=self.author,
        )
        self.seance.presences.create(inscription=inscription, status="present", recorded_by=self.author)
        return inscription

    @cached_property
    def demande(self) -> accompagnement.DemandeLogement:
        return accompagnement.DemandeLogement.objects.create(
            dossier=self.dossier,
            nur="063012500000000001",
            registered_on=today(),
            valid_until_on=today(),
            recorded_by=self.author,
        )

    @cached_property
    def priorite(self) -> accompagnement.Priorite:
        return accompagnement.Priorite.objects.create(
            dossier=self.dossier, kind="dalo", filed_on=today(), recorded_by=self.author
        )

    @cached_property
    def offre(self) -> accompagnement.OffreLogement:
        return accompagnement.OffreLogement.objects.create(
            dossier=self.dossier,
            bailleur="Bailleur",
            commune="Riom",
            received_on=today(),
            answer_by_on=today(),
            recorded_by=self.author,
        )

    @cached_property
    def parcours(self) -> accompagnement.ParcoursRsa:
        parcours = accompagnement.ParcoursRsa.objects.create(
            dossier=self.dossier,
            personne=self.membre.personne,
            delegated_on=today(),
            notified_on=today(),
            opened_by=self.author,
        )
        parcours.contrats.create(
            signed_on=today(), start_on=today(), end_on=today(), actions="Chercher", recorded_by=self.author
        )
        parcours.entretiens.create(held_on=today(), to_do="Écrire", next_on=today(), written_by=self.author)
        return parcours

    @cached_property
    def incident(self) -> accompagnement.Incident:
        return accompagnement.Incident.objects.create(
            residence=self.residence,
            kind="bruit",
            happened_at=timezone.now(),
            menage=self.menage,
            told="Musique",
            reported_by=self.author,
        )

    @cached_property
    def transmission(self) -> accompagnement.Transmission:
        return accompagnement.Transmission.objects.create(
            residence=self.residence, text="Ascenseur en panne", written_by=self.author
        )

    @cached_property
    def service(self) -> accompagnement.ServiceMaison:
        return accompagnement.ServiceMaison.objects.create(
            residence=self.residence, kind="linge", name="Linge", starts_on=today(), every_days=15
        )

    @cached_property
    def tournee(self) -> accompagnement.TourneeLinge:
        return accompagnement.TourneeLinge.objects.create(service=self.service, cycle_on=today(), planned_on=today())
