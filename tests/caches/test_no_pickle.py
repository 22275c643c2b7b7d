"""The product loads no format that can run code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import global_settings

from ganetimgr.caches.redis import RedisCache, Serializer
from ganetimgr.settings import defaults, loading, wiring
from ganetimgr.settings.checks import CACHE_BACKENDS
from ganetimgr.settings.defaults import BASE_DIR

RUN_CODE = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
PRODUCT = [
    *(
        path
        for folder in ("apps", "ganetimgr")
        for path in (BASE_DIR / folder).rglob("*.py")
    ),
    *BASE_DIR.glob("*.py"),
]


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_no_module_imports_a_format_that_can_run_code() -> None:
    offending_paths = [
        path for path in PRODUCT if RUN_CODE & set(imported_modules(path))
    ]

    assert len(PRODUCT) > 100
    assert offending_paths == []


def test_the_default_cache_and_sessions_are_not_pickled() -> None:
    values = {**vars(global_settings), **loading.upper(vars(wiring))}

    assert defaults.CACHES["default"]["BACKEND"] in CACHE_BACKENDS
    assert values["SESSION_SERIALIZER"].endswith("JSONSerializer")


@pytest.mark.parametrize("options", [{}, {"SERIALIZER": "pickle"}])
def test_redis_has_our_serializer_whatever_the_options(
    options: dict[str, str],
) -> None:
    cache = RedisCache("redis://127.0.0.1:1/0", {"OPTIONS": options})

    assert isinstance(cache.client._serializer, Serializer)
