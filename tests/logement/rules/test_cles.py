"""The keys written on the page of a place, read into rows."""

import pytest

from logement.rules.cles import Cle, read_keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(" ; \n", [], id="only separators"),
        pytest.param(
            "2 clés de la porte\n1 clé de la boîte aux lettres",
            [Cle("clés de la porte", count=2), Cle("clé de la boîte aux lettres")],
            id="a line a key",
        ),
        pytest.param(
            "clé A101 (2), badge d’entrée (1)", [Cle("clé A101", count=2), Cle("badge d’entrée")], id="commas"
        ),
        pytest.param("porte palière n° A-0123, 2", [Cle("porte palière , 2", "A-0123")], id="number and the rest kept"),
        pytest.param(
            "2 × porte n° 12/B ; badge numéro 7788",
            [Cle("porte", "12/B", 2), Cle("badge", "7788")],
            id="counts and numbers",
        ),
        pytest.param("3 clés, dont une de cave n° 4", [Cle("clés, dont une de cave", "4", 3)], id="a comma in a line"),
        pytest.param("101", [Cle("101")], id="a bare number is a label"),
    ],
)
def test_keys_are_read(text, keys):
    assert read_keys(text) == keys
