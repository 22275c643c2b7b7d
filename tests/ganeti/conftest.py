"""Let each test start without snapshots and without background refreshes."""

import pytest


@pytest.fixture(autouse=True)
def _isolated_state(empty_caches: None, background_refreshes: list[str]) -> None:
    pass
