"""Context processor for the brand."""

from typing import Any

from django.http import HttpRequest

from . import brand


def around(_request: HttpRequest) -> dict[str, Any]:
    return {"brand": brand.current()}
