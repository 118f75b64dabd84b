"""The wording of the contract and of the house rules: what is written where the résidence has not written its own.

A résidence replaces a clause by its code in `ModeleDocument.texts`: {"absence": "…"}; an empty text takes a clause out, save
those that the law requires. Words between braces are replaced by the facts of the contract. A blank line starts a
paragraph.
Legal sources: CCH, L.633-1 to L.633-5, R.633-1 to R.633-9, R.353-154 to R.353-165 and annexe 2 to the III of R.353-159
(« convention-type »); loi n° 89-462 of 6 July 1989, article 2; code civil, articles 1730 and 1731.
"""

# ruff: noqa: E501 (a paragraph is one line, as it will be laid out)

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NBSP = "\u00a0"


@dataclass(frozen=True)
class Clause:
    """One clause: a code by which a résidence replaces it, a title, a text, where the law asks for it.

    `optional`: a résidence may take it out. `when`: the fact without which it is not written.
    """

    code: str
    title: str
    text: str
    source: str = ""
    optional: bool = False
    when: str = ""


CONTRAT = (
    Clause(
        "objet",
        "Objet du contrat",
        """{organisme} donne en occupation à titre de résidence principale un logement situé dans la résidence sociale « {residence} », {adresse}. La résidence est un logement-foyer : elle réunit des logements privatifs et des espaces collectifs, et offre des services à ceux qui y vivent.

Le présent contrat relève des articles L.633-1 et suivants du code de la construction et de l’habitation (CCH). Le titre premier de la loi du 6 juillet 1989 ne s’y applique pas, sauf les règles de décence du logement que son article 2 réserve. Le contrat n’est jamais l’accessoire d’un contrat de travail.

{convention_texte}""",
        "CCH, art. L.633-1 et L.633-2 ; loi n° 89-462 du 6 juillet 1989, art. 2",
    ),
    Clause(
        "locaux",
        "Locaux et équipements privatifs",
        "Le logement décrit ci-dessous est à l’usage privé du résident. L’état des lieux d’entrée et l’inventaire en précisent l’état et le contenu.",
        "CCH, art. L.633-2 et R.633-2",
    ),
    Clause(
        "espaces",
        "Espaces collectifs",
        "Le résident use librement, avec les autres résidents, des espaces suivants, dans les conditions du règlement intérieur : {espaces}.",
        "CCH, art. L.633-2 et R.633-2",
    ),
    Clause(
        "effet",
        "Prise d’effet et durée",
        """Le contrat prend effet le {effet}.

Il est conclu pour un mois. Il est reconduit tacitement de mois en mois, à la seule volonté du résident : tant que celui-ci ne donne pas congé, le contrat continue, sans démarche de sa part.""",
        "CCH, art. L.633-2",
    ),
    Clause(
        "accueil",
        "Durée maximale de l’accueil",
        """Cette clause est distincte de la durée du contrat. Le projet social du dispositif « {dispositif} » prévoit un accueil de {duree_accueil}{renouvellements}. Compté depuis l’entrée, l’accueil prévu court jusqu’au {fin_accueil} inclus.

L’arrivée de cette date ne met pas fin au contrat. Elle engage le résident et le gestionnaire à préparer ensemble la suite : renouvellement de l’accueil ou relogement. Le gestionnaire en parle avec le résident au moins trois mois avant, et ne peut mettre fin au contrat que dans les cas, les formes et les délais de la clause « Résiliation par le gestionnaire ».""",
        "CCH, annexe 2 au III de l’art. R.353-159 (projet social)",
        when="terme",
    ),
    Clause(
        "accueil_sans_terme",
        "Durée de l’accueil",
        "Le dispositif « {dispositif} » accueille sans limitation de durée. Aucun terme n’est fixé au séjour.",
        "CCH, annexe 2 au III de l’art. R.353-159 (projet social)",
        when="sans_terme",
    ),
    Clause(
        "admission",
        "Conditions d’admission",
        """Le résident a été admis au titre du dispositif « {dispositif} ». Les conditions d’admission sont les suivantes : {conditions_admission}

Le gestionnaire ne met fin au contrat parce qu’elles ne sont plus remplies que dans les conditions de la clause « Résiliation par le gestionnaire ».""",
        "CCH, art. L.633-2 et R.633-2",
    ),
    Clause(
        "montant",
        "Montant acquitté",
        """Le résident acquitte chaque mois la somme détaillée ci-dessous. L’équivalent de loyer et l’équivalent de charges, forfaitaire, servent au calcul de l’aide personnalisée au logement ; les prestations obligatoires n’y entrent pas.

La somme se paie chaque mois à terme échu, sur un avis d’échéance qui en donne le détail. Aucune avance n’est demandée. Le premier et le dernier mois se paient au prorata des jours. Tout paiement donne lieu, sans frais et sans demande, à une quittance, ou à un reçu s’il est partiel.

L’équivalent de loyer et l’équivalent de charges sont révisés au plus une fois par an, le 1er janvier, dans la limite de la variation de l’indice de référence des loyers du deuxième trimestre de l’année précédente et des montants maximaux de la convention.""",
        "CCH, art. R.633-2, R.633-4, R.353-156 à R.353-158, L.353-9-2 et L.353-9-3",
    ),
    Clause(
        "prestations",
        "Prestations comprises",
        """La somme mensuelle comprend l’occupation du logement et {meubles}, l’usage des espaces collectifs, l’eau, l’électricité et le chauffage dans un usage normal, l’entretien des parties communes, l’enlèvement des ordures ménagères{services_obligatoires}.""",
        "CCH, art. R.633-2 et R.353-158",
    ),
    Clause(
        "facultatives",
        "Prestations facultatives et leurs prix",
        "Le résident est libre de demander, ou non, les prestations ci-dessous. Elles sont facturées à part et s’arrêtent sur simple demande. Leurs prix sont affichés dans la résidence.",
        "CCH, art. R.633-2, R.633-4 et R.353-156",
    ),
    Clause(
        "apl",
        "Aide personnalisée au logement",
        """Le logement ouvre droit à l’aide personnalisée au logement (APL) si le ménage en remplit les conditions. Seule la CAF ou la MSA décide du droit et du montant. L’aide est versée au gestionnaire, qui la déduit de la somme à payer et en informe le résident sur chaque avis d’échéance. Si elle dépasse l’équivalent de loyer et l’équivalent de charges, la différence est reversée au résident.

Le résident fait sa demande dès l’entrée, avec l’aide de l’équipe s’il le souhaite, et signale à la CAF ou à la MSA tout changement de situation.""",
        "CCH, art. L.832-1 et L.832-2",
        when="convention",
    ),
    Clause(
        "depot",
        "Dépôt de garantie",
        """Un dépôt de garantie de {depot} est versé à la signature. Il ne dépasse pas un mois de redevance, n’est pas révisé et ne porte pas intérêt. {depot_echelonnement}

Il est rendu dans les quinze jours qui suivent la remise des clés, déduction faite des sommes restant dues et des réparations qui incombent au résident, justifiées. Au-delà, la somme rendue en retard porte intérêt au taux légal.""",
        "CCH, annexe 2 au III de l’art. R.353-159, art. 8",
        when="depot",
    ),
    Clause(
        "sans_depot",
        "Dépôt de garantie",
        "Aucun dépôt de garantie n’est demandé.",
        "CCH, art. R.633-2",
        when="sans_depot",
    ),
    Clause(
        "etat_des_lieux",
        "État des lieux et inventaire",
        "Un état des lieux et un inventaire sont dressés ensemble et signés par les deux parties à l’entrée, puis à la sortie, sur le même modèle. Chacun en reçoit un exemplaire. Le résident peut demander à compléter l’état des lieux d’entrée dans les dix jours. Faute d’état des lieux, le logement est réputé reçu en bon état. Les meubles personnels du résident y sont notés et ne lui sont jamais comptés.",
        "Code civil, art. 1730 et 1731",
    ),
    Clause(
        "assurance",
        "Assurance",
        "Le résident assure sa responsabilité pour les dommages qu’il pourrait causer dans le logement (incendie, dégât des eaux) et remet une attestation à l’entrée, puis chaque année.",
        optional=True,
        when="assurance",
    ),
    Clause(
        "usage",
        "Usage du logement et vie privée",
        """Le logement est la résidence principale et le domicile du résident. Il en use paisiblement, l’entretient, et signale sans tarder ce qui doit être réparé. Il y reçoit qui il veut et y apporte ses meubles, dans les limites de la sécurité.

Le personnel n’entre dans le logement qu’après l’avoir demandé et dans les conditions du règlement intérieur. En cas d’urgence touchant à la sécurité, il peut entrer sans attendre ; le résident en est alors informé par écrit. Toute clause qui limiterait la jouissance privée du logement est réputée non écrite.""",
        "CCH, art. L.633-2",
    ),
    Clause(
        "travaux",
        "Travaux",
        "Le gestionnaire tient le logement et les équipements en état. Les travaux dans le logement ou les espaces collectifs sont annoncés au moins un mois à l’avance, sauf urgence.",
        "CCH, annexe 2 au III de l’art. R.353-159, art. 14",
    ),
    Clause(
        "absence",
        "Absence prolongée",
        """Le résident prévient l’équipe quand il s’absente plus de {jours_absence} jours et dit, s’il le sait, quand il revient. Il garde son logement et continue d’en payer la redevance pendant son absence.

L’APL suppose que le logement reste la résidence principale : le résident informe la CAF ou la MSA d’une longue absence. Le contrat n’est pas résilié pour inoccupation quand l’absence tient à l’état de santé et qu’elle est certifiée.""",
        "CCH, art. R.633-2 ; annexe 2 au III de l’art. R.353-159, art. 6",
    ),
    Clause(
        "tiers",
        "Personnes hébergées par le résident",
        "Le résident peut héberger quelqu’un chez lui. Il en donne auparavant l’identité à l’équipe, avec les dates. La même personne est hébergée trois mois au plus, et le résident n’héberge pas plus de six mois par an en tout. Le règlement intérieur fixe le nombre de personnes hébergées en même temps et, le cas échéant, le forfait demandé.",
        "CCH, art. R.633-9",
    ),
    Clause(
        "reglement",
        "Règlement intérieur",
        "Le règlement intérieur est annexé au contrat. Le résident l’a lu, ou se l’est fait lire, et le paraphe en même temps qu’il signe le contrat.",
        "CCH, art. L.633-2 ; annexe 2 au III de l’art. R.353-159, art. 5",
    ),
    Clause(
        "conge_resident",
        "Résiliation par le résident",
        """Le résident peut partir à tout moment, sans avoir à dire pourquoi. Il prévient par écrit : lettre remise contre décharge, lettre recommandée avec avis de réception, ou acte de commissaire de justice.

Le préavis est d’un mois à compter du jour où le gestionnaire le reçoit. Il est réduit à huit jours, sur justificatif, si le résident a obtenu un emploi, est muté, a perdu son emploi ou a reçu une offre de logement. La redevance est due jusqu’à la fin du préavis, même si le résident part avant.""",
        "CCH, art. R.633-3 ; annexe 2 au III de l’art. R.353-159, art. 5",
        when="convention",
    ),
    Clause(
        "conge_resident_hors_convention",
        "Résiliation par le résident",
        """Le résident peut partir à tout moment, sans avoir à dire pourquoi. Il prévient par écrit : lettre remise contre décharge, lettre recommandée avec avis de réception, ou acte de commissaire de justice.

Le préavis est de huit jours à compter du jour où le gestionnaire le reçoit. La redevance est due jusqu’à la fin du préavis, même si le résident part avant.""",
        "CCH, art. R.633-3",
        when="sans_convention",
    ),
    Clause(
        "conge_gestionnaire",
        "Résiliation par le gestionnaire",
        """Le gestionnaire ne peut résilier le contrat que dans trois cas :

1° le résident n’exécute pas une obligation du contrat, ou manque gravement ou de façon répétée au règlement intérieur : préavis d’un mois. Pour un impayé, il faut trois termes mensuels consécutifs entièrement impayés ou, si une partie a été payée, une dette d’au moins deux fois la somme mensuelle ;

2° le résident ne remplit plus les conditions d’admission : préavis de trois mois francs, avec une offre de relogement correspondant à ses besoins et à ses possibilités ; la résiliation ne prend effet qu’un mois au plus tôt après que cette offre a été notifiée ;

3° l’établissement cesse totalement son activité : préavis de trois mois.

La résiliation est motivée. Elle est signifiée par commissaire de justice, remise en main propre contre décharge, ou notifiée par lettre recommandée avec avis de réception ; le délai court du jour où elle est remise. La redevance n’est due, pendant ce préavis, que pour les jours où le logement est occupé.""",
        "CCH, art. L.633-2 et R.633-3 ; annexe 2 au III de l’art. R.353-159, art. 6",
    ),
    Clause(
        "cles",
        "Départ",
        "Le jour du départ, l’état des lieux de sortie est dressé et les clés sont rendues. Le résident donne sa nouvelle adresse et vide le logement de ses affaires. Le gestionnaire signale le départ à la CAF ou à la MSA sans délai.",
        "CCH, art. L.823-6",
        optional=True,
    ),
    Clause(
        "concertation",
        "Conseil de concertation et comité de résidents",
        "Les résidents sous contrat élisent un comité qui les représente et siègent au conseil de concertation, consulté notamment sur le règlement intérieur, les travaux et l’usage des espaces collectifs.",
        "CCH, art. L.633-4",
        optional=True,
    ),
    Clause(
        "representation",
        "Représentation",
        "{representation}",
        when="representation",
    ),
    Clause("particulieres", "Clauses particulières", "{clauses_particulieres}", when="clauses_particulieres"),
)

REGLEMENT = (
    Clause(
        "objet",
        "À quoi sert ce règlement",
        "Il dit comment vivre ensemble dans la résidence. Il ne retire rien aux droits que le contrat et la loi donnent au résident : chacun est chez soi dans son logement.",
        "CCH, art. L.633-2",
    ),
    Clause(
        "logement",
        "Votre logement",
        "Vous l’entretenez, vous aérez, vous ne bouchez ni les ventilations ni les évacuations. Vous ne changez pas la serrure sans l’accord de l’équipe. Vous signalez toute fuite, panne ou présence de nuisibles dès que vous la voyez : la réparation ne vous coûte rien quand elle tient à l’usure.",
    ),
    Clause(
        "acces",
        "Quand l’équipe entre chez vous",
        "Elle vous prévient et convient avec vous d’un jour, sauf urgence de sécurité (fuite, incendie, danger pour quelqu’un). Dans ce cas elle peut entrer sans attendre, et vous en informe par écrit ensuite. L’entrée est notée dans un registre.",
        "CCH, art. L.633-2",
    ),
    Clause(
        "visites",
        "Visites et personnes hébergées",
        """Vous recevez qui vous voulez, dans le respect des voisins ; vous répondez de vos visiteurs.

Si vous hébergez quelqu’un, vous donnez avant son nom et les dates à l’équipe. Une personne hébergée à la fois, deux dans un logement de deux pièces ou plus ; trois mois au plus pour la même personne et six mois par an en tout. Dans un appartement partagé, l’accord des autres occupants est nécessaire.""",
        "CCH, art. R.633-9",
    ),
    Clause(
        "communs",
        "Espaces collectifs",
        "Ils sont à tous. Vous les laissez propres, sans y entreposer d’affaires, de vélos ni d’ordures. Les horaires et les conditions d’usage de chaque salle y sont affichés.",
    ),
    Clause(
        "partage",
        "Appartements partagés",
        "La chambre est privée et ferme à clé ; la cuisine, le séjour et la salle d’eau se partagent, leur ménage aussi. L’équipe aide à s’organiser et à régler les désaccords.",
    ),
    Clause(
        "calme",
        "Tranquillité",
        "Chacun a droit au calme, de jour comme de nuit, et particulièrement de 22 h à 7 h. Les menaces, les violences, les propos racistes, sexistes ou discriminatoires n’ont pas leur place ici.",
    ),
    Clause(
        "securite",
        "Sécurité",
        "Ne fumez pas dans les parties communes. Les couloirs et les issues restent libres ; les portes coupe-feu restent fermées. Les appareils à gaz, les chauffages d’appoint à flamme, les multiprises en cascade sont interdits. Vous prenez connaissance du plan d’évacuation et vous dites à l’équipe si vous auriez besoin d’aide dans les escaliers.",
    ),
    Clause(
        "animaux",
        "Animaux",
        "Un animal familier est admis s’il ne trouble pas la tranquillité ni l’hygiène ; les chiens d’attaque (première catégorie) sont interdits.",
        "Loi n° 70-598 du 9 juillet 1970, art. 10",
    ),
    Clause(
        "dechets",
        "Propreté et déchets",
        "Les ordures se déposent triées dans les conteneurs. Les encombrants se signalent à l’équipe. Rien ne se jette par les fenêtres ni dans les toilettes.",
    ),
    Clause(
        "services",
        "Linge, courrier et autres services",
        "Les jours, les heures et les prix des services (linge, buanderie, courrier, salle informatique) sont affichés à l’accueil. Vous relevez votre boîte aux lettres régulièrement.",
    ),
    Clause(
        "absences",
        "Absences",
        "Prévenez l’équipe si vous partez plus de {jours_absence} jours : elle ne s’inquiétera pas, et vous aidera à garder vos droits. Si personne ne vous a vu depuis longtemps, elle viendra prendre de vos nouvelles.",
    ),
    Clause(
        "difficultes",
        "Si vous avez du mal à payer",
        "Parlez-en dès le premier mois. L’équipe cherche une solution avec vous (étalement, aides, CAF, fonds de solidarité pour le logement) avant toute autre démarche.",
    ),
    Clause(
        "manquements",
        "Quand une règle n’est pas respectée",
        "L’équipe en parle d’abord avec vous. Si le manquement est grave ou se répète, elle l’écrit. Le contrat ne peut prendre fin que dans les cas et les formes qu’il prévoit. Vous pouvez toujours être entendu, accompagné de qui vous voulez.",
        "CCH, art. L.633-2 et R.633-3",
    ),
    Clause(
        "concertation",
        "Participer",
        "Un comité de résidents est élu et un conseil de concertation se réunit au moins une fois par an. Ce règlement lui est soumis avant d’être modifié.",
        "CCH, art. L.633-4",
    ),
)


def written(
    clauses: tuple[Clause, ...], *, facts: Mapping[str, Any], present: frozenset[str], own: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The clauses as they go into a document: number, code, title, paragraphs, source.

    `facts`: the words between braces; `present`: what conditional clauses wait for; `own`: texts of the résidence.
    """
    kept = []
    for clause in clauses:
        text = own.get(clause.code, clause.text)
        if clause.when and clause.when not in present:
            continue
        if not str(text).strip():
            if clause.optional:
                continue
            text = clause.text
        paragraphs = [filled(part.strip(), facts) for part in re.split(r"\n\s*\n", str(text)) if part.strip()]
        kept.append(
            {
                "number": len(kept) + 1,
                "code": clause.code,
                "title": str(own.get(f"{clause.code}_titre") or clause.title),
                "paragraphs": [typographic(paragraph) for paragraph in paragraphs if paragraph],
                "source": typographic(clause.source),
            }
        )
    return kept


def filled(text: str, facts: Mapping[str, Any]) -> str:
    """`text` with its words between braces replaced; a word that no fact answers stays as it was typed."""
    return re.sub(r"\{(\w+)\}", lambda found: str(facts.get(found[1], found[0])), text).strip()


def typographic(text: str) -> str:
    """`text` with the spaces that must not break before « : ; ? ! » and inside guillemets."""
    text = re.sub(r" ([:;?!»])", NBSP + r"\1", text)
    text = re.sub(r"« ", "«" + NBSP, text)
    return re.sub(r"n° ", "n°" + NBSP, text)
