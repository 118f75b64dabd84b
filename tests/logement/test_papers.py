"""The contract, its house rules, the attestation, the état des lieux: every mention, read back from the PDF."""

import datetime
import io

import pikepdf
import pytest
import time_machine
from pypdf import PdfReader

from logement.actions.contrats import issue_attestation, issue_contrat, prepare_contrat, sign_contrat
from logement.models import Prestation, TarifPrestation
from residence.actions.documents import pdf_of
from residence.models import Convention, DocumentKind, Mandataire, MembreMenage, ModeleDocument
from tests.factories import PersonneFactory

pytestmark = pytest.mark.django_db
ENTRY = datetime.date(2025, 3, 1)


@pytest.fixture(autouse=True)
def _in_february():
    with time_machine.travel("2025-02-24 10:00", tick=False):
        yield


def issued(ophis, **terms):
    contrat = prepare_contrat(
        **(
            {
                "by": ophis.gestionnaire,
                "menage": ophis.menage,
                "place": ophis.place,
                "start_on": ENTRY,
                "parties": {ophis.personne.pk: "titulaire"},
            }
            | terms
        )
    )
    return issue_contrat(by=ophis.gestionnaire, contrat=contrat)


def text_of(document):
    """The text of a PDF, its lines and its non-breaking spaces made plain, and the file itself."""
    content = pdf_of(document)
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(words.replace("\u00a0", " ").replace("\u202f", " ").split()), content


# C-1, C-2, C-3, C-4, E-3, R-10: what the law asks the contract to say.
MENTIONS = [
    "n° OPHIS-2025-00001",
    "Le contrat prend effet le 1er mars 2025",
    "conclu pour un mois",
    "reconduit tacitement de mois en mois, à la seule volonté du résident",
    "Durée maximale de l’accueil",
    "distincte de la durée du contrat",
    "un an, renouvelable une fois",
    "28 février 2026",
    "ne met pas fin au contrat",
    "Résiliation par le résident",
    "préavis est d’un mois",
    "réduit à huit jours",
    "Résiliation par le gestionnaire",
    "trois cas",
    "préavis de trois mois francs",
    "offre de relogement",
    "cesse totalement son activité",
    "commissaire de justice",
    "trois termes mensuels consécutifs",
    "Équivalent de loyer 300,00 €",
    "Équivalent de charges, forfaitaire 100,00 €",
    "Prestations obligatoires, hors APL 20,00 €",
    "420,00 €",
    "à terme échu",
    "Prestations comprises",
    "Prestations facultatives et leurs prix",
    "Laverie 12,50 €",
    "dépôt de garantie de 420,00 €",
    "quinze jours",
    "Locaux et équipements privatifs",
    "A101",
    "22,00 m²",
    "lit, table, plaques, réfrigérateur",
    "2 clés de la porte",
    "buanderie, ouverte de 6 h à 22 h",
    "Conditions d’admission",
    "Être orienté par le SIAO du Puy-de-Dôme",
    "Absence prolongée",
    "Personnes hébergées par le résident",
    "trois mois au plus",
    "Règlement intérieur",
    "paraphe",
    "Aide personnalisée au logement",
    "convention APL n° 63-0042 du 1er janvier 2015",
    "Assurance",
    "articles L.633-1 et suivants",
    "Madame Awa DIALLO",
    "née le 17 mai 1990",
    "Claire Morel",
    "Annexe : règlement intérieur",
    "Paraphes :",
]


def test_the_contract_says_all_that_the_law_asks(ophis):
    TarifPrestation.objects.create(
        prestation=Prestation.objects.create(residence=ophis.residence, name="Laverie"),
        valid_from=datetime.date(2024, 1, 1),
        monthly_amount="12.50",
    )
    text, content = text_of(issued(ophis).document)
    assert [mention for mention in MENTIONS if mention not in text] == []
    assert "vérifier" not in text
    assert "{" not in text
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.docinfo.Title) == "Contrat d’occupation"
        assert 6 <= len(pdf.pages) <= 10


def test_what_is_issued_after_the_end_of_the_convention_type_says_nothing_of_it(ophis):
    with time_machine.travel("2026-09-01 10:00", tick=False):
        text, _ = text_of(issued(ophis, start_on=datetime.date(2026, 9, 15)).document)
    assert "vérifier" not in text
    assert "préavis est d’un mois" in text


def test_a_permanent_contract_has_no_term(ophis):
    text, _ = text_of(issued(ophis, place=ophis.rooms[0]).document)
    assert "sans limitation de durée" in text
    assert "Durée maximale" not in text
    assert "chambre privative de l’appartement partagé B12" in text
    assert "les pièces communes de l’appartement B12" in text


def test_without_a_convention_eight_days_and_no_apl(ophis):
    Convention.objects.update(ends_on=datetime.date(2025, 1, 31))
    text, _ = text_of(issued(ophis).document)
    assert "Le préavis est de huit jours" in text
    assert "convention APL" not in text
    assert "Aide personnalisée au logement" not in text


@pytest.mark.parametrize(
    ("measure", "said", "signs"),
    [
        ("tutelle", "est représenté(e) par UDAF 63 (tutelle, jugement du 3 mai 2022)", "Pour Madame Awa DIALLO"),
        (
            "curatelle",
            "signe avec l’assistance de UDAF 63 (curatelle, jugement du 3 mai 2022)",
            "Avec Madame Awa DIALLO",
        ),
    ],
)
def test_who_signs_for_whom_is_named(ophis, measure, said, signs):
    Mandataire.objects.create(
        personne=ophis.personne,
        measure=measure,
        name="UDAF 63",
        judged_on=datetime.date(2022, 5, 3),
        start_on=datetime.date(2022, 5, 3),
    )
    text, _ = text_of(issued(ophis).document)
    assert said in text
    assert signs in text


def test_an_organisation_signs_for_the_occupant(ophis):
    text, _ = text_of(issued(ophis, organisation="ESPOIR 18", parties={ophis.personne.pk: "occupant"}).document)
    assert "ESPOIR 18, titulaire du contrat" in text
    assert "Occupent aussi le logement : Madame Awa DIALLO" in text


def test_the_residence_writes_its_own_clauses_and_the_issued_keep_theirs(ophis):
    ModeleDocument.objects.create(
        residence=ophis.residence,
        kind=DocumentKind.CONTRAT,
        version=1,
        texts={"absence": "Prévenez l’accueil au {inconnu}.", "concertation": "", "conge_resident": " "},
        valid_from=datetime.date(2025, 1, 1),
    )
    first = issued(ophis)
    text, _ = text_of(first.document)
    assert "Prévenez l’accueil au {inconnu}." in text
    assert "Conseil de concertation" not in text
    # A mention that the law asks for is not taken out by an empty text.
    assert "préavis est d’un mois" in text
    assert first.document.modele.version == 1


def test_special_terms_and_a_second_occupant(ophis):
    ophis.place.capacity = 2
    ophis.place.save()
    child = PersonneFactory(last_name="Diallo", first_names="Ibrahim", born_on=datetime.date(2020, 6, 1))
    MembreMenage.objects.create(menage=ophis.menage, personne=child, tie="child", start_on=datetime.date(2020, 6, 1))
    contrat = issued(
        ophis,
        parties={ophis.personne.pk: "titulaire", child.pk: "occupant"},
        special_terms="Un vélo est admis dans l’entrée.",
    )
    text, _ = text_of(contrat.document)
    assert "Ibrahim DIALLO" in text
    assert "Un vélo est admis dans l’entrée." in text


def test_the_attestation(ophis):
    contrat = sign_contrat(by=ophis.gestionnaire, contrat=issued(ophis), signed_on=datetime.date(2025, 2, 24))
    with time_machine.travel("2025-04-02 10:00", tick=False):
        text, _ = text_of(issue_attestation(by=ophis.gestionnaire, sejour=contrat.sejour))
    for mention in ("Attestation de résidence", "Madame Awa DIALLO", "depuis le 01/03/2025", "A101", "1 rue du Port"):
        assert mention in text
