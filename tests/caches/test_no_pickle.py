"""Nothing in the product loads a format that can run code."""

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
        for room in ("apps", "ganetimgr")
        for path in (BASE_DIR / room).rglob("*.py")
    ),
    *BASE_DIR.glob("*.py"),
]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_no_module_of_the_product_loads_what_could_run_code() -> None:
    guilty = [path for path in PRODUCT if RUN_CODE & set(imported(path))]

    assert len(PRODUCT) > 100
    assert guilty == []


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
