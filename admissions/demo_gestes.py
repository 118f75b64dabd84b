"""What the demonstration's team did by the acts themselves: files of partners, a double put right, places kept."""

from admissions.actions.imports import (
    Correction,
    correct_lines,
    enter_lines,
    open_import,
    remembered_columns,
    say_columns,
)
from admissions.actions.orientations import create_orientation
from admissions.models import ImportOrientations, LigneImport, Orientation, Proposition
from admissions.rules.colonnes import known_titles
from logement.actions.travaux import plan_travaux
from logement.models import OccupationPlace, Place
from residence.actions.fusions import merge_menages
from residence.demo import World, lived_on
from residence.imports import read_sheet
from residence.models import Personne, Route

HEADS = "N° SIAO;NOM Prénom;Né(e) le;Tél.;Ville;Type;Référent"
# The file of a fortnight ago, entered; this week's, with a number missing, a day that does not exist, a telephone
# that is none; and somebody whom the house knows already.
ENTERED = (
    "63-7101;TEYSSEDRE Mathilde;12/03/1996;06 11 20 30 40;Thiers;T1;Marion Delorme",
    "63-7102;OUEDRAOGO Ibrahim;4 juin 1988;06 11 20 30 41;Cournon-d’Auvergne;T1;Yann Prigent",
)
WITH_FAULTS = (
    "63-7114;VEYSSEYRE Lucas;23/09/2001;06 11 20 30 52;Riom;T1;Marion Delorme",
    ";KOWALCZYK Ewa;02/11/1979;06 11 20 30 53;Issoire;T1;Marion Delorme",
    "63-7116;BRUGIERE Anaïs;31/02/1999;06 11 20 30 54;Thiers;T1bis;Yann Prigent",
    "63-7117;TRAORE Salif;17/05/1990;rappeler le soir;Clermont-Ferrand;T1;Yann Prigent",
    "63-7118;TEYSSÈDRE Mathilda;12/03/1996;06 11 20 30 40;Thiers;T1;Marion Delorme",
)
RESERVED_ONE_IN = 9


def take_in_files(world: World) -> None:
    """Two files of the SIAO: one wholly entered; the other of yesterday, with lines to put right before they are."""
    with lived_on(world.past(12), 9):
        _take_in(world, "siao63-quinzaine.csv", ENTERED)
    with lived_on(world.past(1), 16):
        _take_in(world, "siao63-semaine.csv", WITH_FAULTS)


def _take_in(world: World, name: str, lines: tuple[str, ...]) -> ImportOrientations:
    by, sender = world.users["coordinatrice"], world.partenaires["siao"]
    content = "\r\n".join((HEADS, *lines)).encode()
    importation, _ = open_import(
        by=by,
        dispositif=world.temporaire,
        partenaire=sender,
        route=Route.SIAO,
        received_on=world.past(12) if lines is ENTERED else world.past(1),
        file_name=name,
        content=content,
        sheet=read_sheet(content, known=known_titles(remembered_columns(sender)), any_heads=True),
    )
    columns = {int(rank): code for rank, code in importation.columns.items()}
    importation = say_columns(by=by, importation=importation, columns=columns)
    if lines is ENTERED:
        # Names of the demonstration are few: whoever resembles these is somebody else.
        asked = importation.lignes.filter(status=LigneImport.Status.TO_DECIDE)
        correct_lines(by=by, importation=importation, said=[Correction(one.pk, {}, nobody=True) for one in asked])
    enter_lines(by=by, importation=importation)
    return importation


def merge_a_double(world: World, known: Orientation) -> None:
    """Somebody lost sight of, oriented again and typed a second time: the two records are made one."""
    by, reference = world.users["coordinatrice"], _reference(known)
    with lived_on(world.past(8)):
        again = create_orientation(
            by=by,
            dispositif=world.temporaire,
            route=Route.SIAO,
            received_on=world.past(8),
            partenaire=world.partenaires["siao"],
            prescripteur=world.contacts["siao"][0],
            siao_number="63-7098",
            requested_type="T1",
            reference={
                "civility": reference.civility,
                "last_name": reference.last_name,
                "first_names": reference.first_names,
                "born_on": reference.born_on,
            },
            household={"phone": "06 11 20 30 60"},
        )
    with lived_on(world.past(7)):
        pairs = {_reference(again): reference}
        merge_menages(by=by, residence=world.residence, kept=known.menage, absorbed=again.menage, pairs=pairs)


def _reference(orientation: Orientation) -> Personne:
    membre = orientation.menage.membres.select_related("personne").get(tie="reference")
    personne: Personne = membre.personne
    return personne


def reserve_and_plan_works(world: World) -> None:
    """The préfet's places among those of the temporary public; works that wait for two residents to leave."""
    proposed = Proposition.objects.filter(orientation__status=Orientation.Status.PROPOSED).values("place")
    free = Place.objects.filter(dispositif=world.temporaire).exclude(pk__in=proposed).order_by("code")
    reserved = [place.pk for place in free[::RESERVED_ONE_IN]]
    Place.objects.filter(pk__in=reserved).update(reservataire=world.partenaires["prefecture"])
    lived_in = OccupationPlace.objects.live().filter(kind="contract", period__contains=world.today, place__in=free)
    for occupation, (days, reason) in zip(lived_in.order_by("pk")[:2], WORKS, strict=False):
        with lived_on(world.past(6)):
            plan_travaux(
                by=world.users["gestionnaire"],
                place=occupation.place,
                from_on=world.ahead(20),
                days=days,
                reason=reason,
            )


WORKS = ((5, "remplacement du bac de douche"), (12, "peinture et sols"))
