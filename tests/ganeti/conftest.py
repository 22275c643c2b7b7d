"""Every test here begins without snapshots, and refreshes none in the background."""

import pytest


@pytest.fixture(autouse=True)
def _fresh_state(nothing_remembered: None, in_background: list[str]) -> None:
    pass
