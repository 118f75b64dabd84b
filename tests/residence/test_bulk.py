"""Thousands of rows at once: what is written is what was given, and keys are looked up as one parameter."""

import pytest

from residence.bulk import MANY, write_all
from residence.models import DocumentEmis, Menage
from residence.models.documents import canonical_json


@pytest.mark.django_db
def test_rows_written_by_copy_come_back_as_given_and_are_found_by_their_keys() -> None:
    texts = ["Ménage\tdu \\N", "deux\nlignes\r", "\\", "«\u00a0Odile\u00a0»"]
    rows = write_all([Menage(name=f"{texts[rank % 4]}{rank}", is_confidential=rank % 2 == 0) for rank in range(MANY)])
    found = Menage.objects.filter(pk__among={row.pk for row in rows})
    assert {row.pk: (row.name, row.is_confidential, row.declared_persons, row.created_at) for row in found} == {
        row.pk: (row.name, row.is_confidential, None, row.created_at) for row in rows
    }
    first, second, *_ = rows
    Menage.objects.filter(pk__among=[second.pk]).update(merged_into=first)
    assert list(Menage.objects.filter(merged_into__among=[first.pk])) == [second]
    assert list(Menage.objects.filter(merged_into__merged_into__among=[first.pk])) == []


@pytest.mark.django_db
def test_no_key_asks_the_database_nothing(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert list(Menage.objects.filter(pk__among=[])) == []
        assert list(DocumentEmis.objects.filter(menage__among=())) == []


def test_frozen_data_is_written_in_one_way() -> None:
    assert canonical_json({"b": ["é", None, True], "a": 1}) == '{"a":1,"b":["é",null,true]}'
