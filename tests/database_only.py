"""A plugin that leaves out tests without a database: ``-p tests.database_only``."""

import pytest
from django.test import TransactionTestCase


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    config.hook.pytest_deselected(
        items=[item for item in items if not uses_database(item)]
    )
    items[:] = filter(uses_database, items)


def uses_database(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    is_django_test_case = item.cls is not None and issubclass(
        item.cls, TransactionTestCase
    )
    marker = item.get_closest_marker("django_db")
    return is_django_test_case or marker is not None or "db" in item.fixturenames
