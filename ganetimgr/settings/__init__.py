"""Defaults, then the operator's settings file, then what follows from both.

The values are made when first asked for: ``ganetimgr.settings.test`` lives in this
package too, and importing it must not read an operator's file.
"""

from functools import cache
from typing import Any

from ganetimgr.settings import loading


@cache
def _values() -> dict[str, Any]:
    return loading.load()


def __dir__() -> list[str]:
    return sorted(_values())


def __getattr__(name: str) -> Any:
    if not name.isupper():
        raise AttributeError(name)
    try:
        return _values()[name]
    except KeyError:
        raise AttributeError(name) from None
