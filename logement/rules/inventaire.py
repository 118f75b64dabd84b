"""The rooms and elements of an état des lieux where the résidence has written no model of its own.

Source: the contents that décret n° 2016-382 of 30 March 2016 gives to a comparable état des lieux, followed by usage:
the law of 6 July 1989 does not apply to a logement-foyer (its article 2).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Element:
    """A line of an état des lieux: an element of a room, or an object counted (`quantity` is then how many).

    A key is counted, and has its number where one is engraved.
    """

    room: str
    element: str
    quantity: int | None = None
    is_key: bool = False
    number: str = ""


SURFACES = ("Sol, plinthes", "Murs", "Plafond", "Éclairage, prises et interrupteurs", "Chauffage")
ROOM = (*SURFACES, "Porte", "Fenêtre et volet")
ENTRANCE = ("Porte palière, serrure", "Interphone, sonnette", "Détecteur de fumée", "Tableau électrique", *SURFACES[:3])
KITCHEN = ("Évier et robinetterie", "Plaques de cuisson", "Réfrigérateur", "Placards", "Ventilation", *SURFACES[:4])
BATHROOM = ("Lavabo et robinetterie", "Douche", "WC", "Miroir", "Ventilation", *SURFACES[:4])
PRIVATE_ROOM = ("Porte, serrure", *ROOM)

FURNITURE = (("Lit et sommier", 1), ("Matelas", 1), ("Table", 1), ("Chaise", 2), ("Armoire", 1))
KITS = (
    ("Kit vaisselle", (("Assiettes", 2), ("Verres", 2), ("Couverts (jeux)", 2), ("Casserole", 1), ("Poêle", 1))),
    ("Kit linge", (("Drap housse", 1), ("Drap ou housse de couette", 1), ("Taie d’oreiller", 1), ("Couverture", 1))),
)

BEDROOMS = {"T2": 1, "T3": 2, "T4": 3, "T5": 4}
INVENTORY = "Mobilier"
KEYS = "Clés"
USUAL_KEYS = (("Porte du logement", 2), ("Boîte aux lettres", 1))


def default_elements(type_logement: str, *, is_furnished: bool) -> list[Element]:
    """The lines of an état des lieux for a type of logement (a value of `TypeLogement`), in the order of a visit.

    Its keys come first.

    A private room of a shared flat has its room only; the shared rooms are the manager's.
    """
    lines = [Element(KEYS, one, quantity, is_key=True) for one, quantity in USUAL_KEYS]
    if type_logement == "chambre":
        lines += [Element("Chambre", one) for one in PRIVATE_ROOM]
    else:
        lines += [Element("Entrée", one) for one in ENTRANCE]
        bedrooms = BEDROOMS.get(type_logement, 0)
        lines += [Element("Séjour" if bedrooms else "Pièce principale", one) for one in ROOM]
        for rank in range(1, bedrooms + 1):
            lines += [Element("Chambre" if bedrooms == 1 else f"Chambre {rank}", one) for one in ROOM]
        lines += [Element("Cuisine", one) for one in KITCHEN]
        lines += [Element("Salle d’eau", one) for one in BATHROOM]
    if is_furnished:
        lines += [Element(INVENTORY, one, quantity) for one, quantity in FURNITURE]
        for kit, objects in KITS:
            lines += [Element(kit, one, quantity) for one, quantity in objects]
    return lines
