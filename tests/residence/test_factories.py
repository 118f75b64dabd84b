"""The factories make rows that the database accepts."""

import pytest

from tests import factories


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", [name for name in dir(factories) if name.endswith("Factory") and name != "DjangoModelFactory"]
)
def test_factory_makes_a_row(name):
    row = getattr(factories, name)()
    row.refresh_from_db()
    row.full_clean(validate_constraints=True)
