"""Limited processes without processes, a third of a second each: a plugin, for all."""

import json
from typing import Any

import pytest

from apps.work import limited_process
from apps.work.limited_process import Function


@pytest.fixture
def in_this_process(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Call functions here, but for tests that use the fixture ``limited``."""

    def call(function: Function, data: bytes, **_options: Any) -> Any:
        name = function.__module__, function.__qualname__
        answer = json.dumps(limited_process.answer(*name, data))
        return limited_process.unwrap(json.loads(answer))

    if "limited" not in request.fixturenames:
        monkeypatch.setattr(limited_process, "call", call)


@pytest.fixture
def limited() -> None:
    """Have functions called in processes, as the product does."""
