"""A whole sitting in a browser: four files, four decisions; the letters and the minutes read back from their PDFs."""

import datetime
import io

import pypdf
import pytest
import time_machine

from admissions.actions.entretiens import EntretienInput, MoneyInput, record_entretien
from admissions.actions.orientations import create_orientation, ready_orientation, record_piece
from admissions.models import EnvoiLettre, SessionCommission
from residence.authentication import enrol_totp
from residence.models import ContactPartenaire, PieceRequise
from residence.permissions import Role
from tests.factories import ConventionFactory, DispositifFactory, PartenaireFactory, ResidenceFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = datetime.date(2026, 3, 2)
NAMES = ("Awa", "Boris", "Chloé", "Driss")
PRIVATE = "Le vigneron boit trop de café."


@pytest.fixture
def house():
    """A résidence with its team, and four files ready: one a first name."""
    with time_machine.travel(datetime.datetime(2026, 3, 2, 8, 30, tzinfo=datetime.UTC)) as clock:
        house = _House()
        house.clock = clock
        yield house


class _House:
    def __init__(self):
        self.residence = ResidenceFactory(name="Côté Cour", city="Clermont-Ferrand", signatory_name="Hélène Roussel")
        ConventionFactory(residence=self.residence)
        self.dispositif = DispositifFactory(residence=self.residence, name="Public temporaire")
        self.identity = PieceRequise.objects.create(dispositif=self.dispositif, name="Pièce d’identité", rank=1)
        self.tax = PieceRequise.objects.create(
            dispositif=self.dispositif, name="Avis d’imposition", rank=2, is_mandatory=False
        )
        self.siao = PartenaireFactory(
            name="SIAO 63", address="1 place d’Armes", postal_code="63000", city="Clermont-Ferrand"
        )
        ContactPartenaire.objects.create(partenaire=self.siao, name="Lucie Morel")
        self.nadia = self._staff(Role.COORDINATRICE, "Nadia", "Benali")
        self.head = self._staff(Role.DIRECTION, "Hélène", "Roussel")
        enrol_totp(self.head)
        self.members = [
            self._staff(Role.COMMISSION, first, last)
            for first, last in (("Odile", "Martin"), ("Karim", "Adjovi"), ("Paul", "Girard"), ("Rose", "Petit"))
        ]
        self.files = {name: self._ready(name) for name in NAMES}

    def _staff(self, role, first, last):
        return UserFactory(role=role, residence=self.residence, first_name=first, last_name=last)

    def _ready(self, name):
        orientation = create_orientation(
            by=self.nadia,
            dispositif=self.dispositif,
            route="siao",
            received_on=DAY,
            partenaire=self.siao,
            prescripteur=self.siao.contacts.get(),
            siao_number=f"63-{name}",
            reasons=PRIVATE,
            reference={
                "civility": "unknown",
                "last_name": "Traoré",
                "first_names": name,
                "born_on": datetime.date(1990, 5, 17),
                "birth_precision": "day",
                "nationality": "fr",
            },
            household={"address": "3 rue Neuve", "postal_code": "63000", "city": "Clermont-Ferrand"},
        )
        fields = {
            "wishes": "Un logement calme.",
            "autonomy": "full",
            "autonomy_comment": PRIVATE,
            "proposal": f"Projet de {name} : avis favorable.",
        }
        record_entretien(
            by=self.nadia,
            orientation=orientation,
            typed=EntretienInput(
                version=0, held_on=DAY, resources=[MoneyInput("retraite", 1000, is_proved=True)], fields=fields
            ),
        )
        record_piece(by=self.nadia, orientation=orientation, piece=self.identity, received_on=DAY)
        return ready_orientation(by=self.nadia, orientation=orientation)


def test_a_sitting_with_four_files_and_four_decisions(house, at_screen):
    nadia = at_screen(house.nadia)
    session = _convene(nadia, house)
    _read_and_speak(at_screen(house.members[0], width=820), session)
    _sit(nadia, house, session)
    _close(at_screen(house.head), session)
    _letters(nadia, house, session)
    _reserve(nadia, house, session)


def _passage(session, name):
    return session.passages.on_agenda().get(orientation__siao_number=f"63-{name}")


def _convene(nadia, house):
    """Prepared, put in order, convened, taken back, convened again with another member."""
    nadia.go("/admissions/commission/")
    nadia.press("Préparer une séance")
    nadia.fill(day="2/3/26", hour="10h", place="Salle du conseil", quorum="2")
    for member in house.members:
        nadia.page.locator(f"[name=members][value='{member.pk}']").set_checked(member != house.members[3])
    nadia.press("Préparer la séance")
    session = SessionCommission.objects.get()
    nadia.press("Inscrire à l’ordre du jour")
    nadia.go(f"/admissions/commission/{session.pk}/convoquer/")
    nadia.submit()
    nadia.press("Décommander")
    nadia.fill(reason="La salle est prise.")
    nadia.press("Annuler la convocation")
    assert "préparée" in nadia.text
    nadia.go(f"/admissions/commission/{session.pk}/convoquer/")
    nadia.submit()
    siege = session.membres.get(user=house.members[2])
    nadia.go(f"/admissions/commission/sieges/{siege.pk}/remplacer/")
    nadia.fill(coming=str(house.members[3].pk))
    nadia.press("Remplacer ce membre")
    assert "en remplacement de Paul Girard" in nadia.text
    return session


def _read_and_speak(odile, session):
    """A member reads each synthesis, speaks, changes her mind; nothing of the interview's private words shows."""
    odile.go(session.get_absolute_url())
    for name in NAMES:
        passage = _passage(session, name)
        odile.go(f"/admissions/commission/dossiers/{passage.pk}/")
        assert f"Projet de {name}" in odile.text
        assert PRIVATE not in odile.text
        odile.fill(opinion="for")
        odile.press("Donner mon avis")
    passage = _passage(session, "Driss")
    odile.go(f"/admissions/commission/dossiers/{passage.pk}/")
    odile.fill(opinion="against")
    odile.press("Changer mon avis")
    assert passage.opinions.get().opinion == "against"
    folder = odile.context.request.get(f"{odile.base}/admissions/commission/{session.pk}/dossier/")
    text = _text(folder.body())
    assert all(f"Projet de {name}" in text for name in NAMES)


def _sit(nadia, house, session):
    """In the room, file after file: each decision on the wall, then the next file."""
    nadia.go(f"/admissions/commission/{session.pk}/ouvrir/")
    nadia.page.locator(f"[name=present][value='{house.members[1].pk}']").set_checked(True)
    nadia.press("Ouvrir la séance")
    nadia.go(f"/admissions/commission/{session.pk}/salle/")
    decisions = {
        "Awa": {"kind": "favorable", "reasons": "Votre projet correspond à la résidence."},
        "Boris": {
            "kind": "favorable_subject_to",
            "reasons": "Il nous manque un document.",
            "reserve_pieces": str(house.tax.pk),
            "conditions_by_on": "20/3/26",
        },
        "Chloé": {"kind": "deferred", "reasons": "Nous voulons vous revoir.", "deferred_to_on": "16/3/26"},
        "Driss": {
            "kind": "unfavorable",
            "motives": "accompagnement",
            "reasons": "Vous avez besoin d’une aide de chaque jour, que nous n’avons pas.",
            "reasons_prescripteur": "Orienter vers une pension de famille.",
        },
    }
    for rank, (name, fields) in enumerate(decisions.items(), 1):
        assert f"dossier {rank} sur 4" in nadia.text
        assert f"Projet de {name}" in nadia.text
        assert PRIVATE not in nadia.text
        assert "1 / 3" in nadia.page.locator("#compte").inner_text()
        nadia.fill(**fields)
        nadia.press("Consigner la décision")
        assert _passage(session, name).decision.kind == fields["kind"]


def _close(head, session):
    head.go(f"/admissions/commission/{session.pk}/clore/")
    head.submit()
    session.refresh_from_db()
    minutes = head.pdf(session.minutes_id)
    for said in (
        "Odile Martin",
        "Rose Petit",
        "en remplacement de Paul Girard",
        "TRAORÉ Awa",
        "Favorable sous réserve",
        "Remettre : Avis d’imposition",
        "Ajournée au 16/03/2026",
        "besoin d’accompagnement supérieur",
        "0 pour, 1 contre",
    ):
        assert said in minutes.replace("\u00a0", " "), said
    assert PRIVATE not in minutes
    assert {name: _passage(session, name).orientation.status for name in NAMES} == {
        "Awa": "waiting",
        "Boris": "decided",
        "Chloé": "ready",
        "Driss": "decided",
    }


def _letters(nadia, house, session):
    """One press issues eight letters; one leaves by e-mail, the others in one PDF; what left when is kept."""
    menage = house.files["Awa"].menage
    menage.email, menage.email_agreed_on = "awa@exemple.fr", DAY
    menage.save()
    nadia.go(f"/admissions/commission/{session.pk}/lettres/")
    nadia.press("Éditer toutes les lettres")
    said = {
        "Awa": ("La commission dit oui.", "Admis"),
        "Boris": ("Remettre : Avis d’imposition", "Admis sous réserve"),
        "Chloé": ("Elle étudiera à nouveau votre demande le 16 mars 2026.", "Ajourné"),
        "Driss": ("que nous n’avons pas.", "Refusé"),
    }
    for name, (to_candidate, to_partner) in said.items():
        decision = _passage(session, name).decision
        letter = nadia.pdf(decision.letter_candidat_id).replace("\u00a0", " ")
        assert to_candidate in letter
        assert f"{name} TRAORÉ 3 rue Neuve 63000 Clermont-Ferrand" in letter
        assert "pension de famille" not in letter
        answer = nadia.pdf(decision.letter_prescripteur_id).replace("\u00a0", " ")
        assert f"Réponse à saisir {to_partner}" in answer
        assert ("Orienter vers une pension de famille." in answer) == (name == "Driss")
        assert PRIVATE not in letter + answer
    nadia.press("Envoyer par courriel")
    assert EnvoiLettre.objects.get().address == "awa@exemple.fr"
    ticked = [box.get_attribute("value") for box in nadia.page.locator("[name=lettres]:checked").all()]
    assert len(ticked) == 7
    printed = nadia.context.request.get(
        f"{nadia.base}/admissions/commission/{session.pk}/lettres/imprimer/?"
        + "&".join(f"lettres={pk}" for pk in ticked)
    )
    assert sum(bool(page.extract_text().strip()) for page in _pages(printed.body())) == 7
    nadia.fill(sent_on="2/3/26")
    nadia.press("Noter : mises à la poste")
    assert "Tout est parti" in nadia.text
    assert EnvoiLettre.objects.filter(sent_on=DAY).count() == 8
    assert _passage(session, "Driss").orientation.status == "closed"


def _reserve(nadia, house, session):
    """The piece comes in, the reserve is lifted; the deferred file is back on the next agenda by itself."""
    decision = _passage(session, "Boris").decision
    record_piece(by=house.nadia, orientation=house.files["Boris"], piece=house.tax, received_on=DAY)
    nadia.go(f"/admissions/decisions/{decision.pk}/reserve/")
    nadia.press("Lever la réserve")
    assert _passage(session, "Boris").orientation.status == "waiting"
    nadia.go("/admissions/commission/nouvelle/")
    nadia.fill(day="17/3/26", hour="10h")
    nadia.press("Préparer la séance")
    assert "TRAORÉ Chloé" in nadia.page.locator("ol.agenda").inner_text()


def _pages(content):
    return pypdf.PdfReader(io.BytesIO(content)).pages


def _text(content):
    return " ".join(" ".join(page.extract_text() for page in _pages(content)).split())
