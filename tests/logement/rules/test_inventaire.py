"""The lines that an état des lieux starts from."""

import pytest

from logement.rules.inventaire import default_elements


@pytest.mark.parametrize(
    ("type_logement", "rooms"),
    [
        ("chambre", ["Chambre"]),
        ("T1", ["Entrée", "Pièce principale", "Cuisine", "Salle d’eau"]),
        ("T1'", ["Entrée", "Pièce principale", "Cuisine", "Salle d’eau"]),
        ("T2", ["Entrée", "Séjour", "Chambre", "Cuisine", "Salle d’eau"]),
        ("T4", ["Entrée", "Séjour", "Chambre 1", "Chambre 2", "Chambre 3", "Cuisine", "Salle d’eau"]),
    ],
)
def test_rooms_in_the_order_of_a_visit(type_logement, rooms):
    lines = default_elements(type_logement, is_furnished=False)
    assert list(dict.fromkeys(line.room for line in lines)) == ["Clés", *rooms]
    assert all((line.quantity is not None) is line.is_key for line in lines)


def test_a_furnished_one_counts_its_furniture_and_kits():
    lines = default_elements("T1", is_furnished=True)
    counted = {line.room: line for line in lines if line.quantity is not None}
    assert set(counted) == {"Clés", "Mobilier", "Kit vaisselle", "Kit linge"}


def test_no_line_twice():
    lines = [(line.room, line.element) for line in default_elements("T5", is_furnished=True)]
    assert len(lines) == len(set(lines))
