"""Text from outside takes linear time, and makes no page fail.

No field is named here: the names that views read and the fields of forms are collected,
so that new ones are covered.
"""

import inspect
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.handlers import wsgi
from django.http import QueryDict, request
from django.test import Client, RequestFactory
from django.urls import get_resolver

import apps
from apps.applications.models import InstanceApplication
from apps.web import request_bounds
from tests.addresses import OURS, address_of, create_application, rolled_back
from tests.ganeti.fakes import FakeRapi
from tests.web.hostile_text import CONTROL, cpu_s, marks

pytestmark = pytest.mark.usefixtures("no_rate_limits")

MULTIPART_LIMIT = 250_000
HEADERS = re.compile(r'headers(?:\.get\(|\[)"([\w-]+)"|"HTTP_(\w+)"')
# Read by Django and its companions.
COMMON_HEADERS = [
    "Accept",
    "Accept-Language",
    "Cookie",
    "Host",
    "HX-Current-URL",
    "HX-Request",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "Origin",
    "Referer",
    "User-Agent",
    "X-CSRFToken",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Requested-With",
]


# -- forms


def form_classes(base: type = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    for subclass in base.__subclasses__():
        yield subclass
        yield from form_classes(subclass)


def fields_of_forms() -> dict[str, forms.Field]:
    assert get_resolver().url_patterns  # all views, and so all forms, are imported
    return {
        f"{form.__module__}.{form.__qualname__}.{name}": field
        for form in form_classes()
        if form.__module__.startswith("apps.")
        for name, field in getattr(form, "base_fields", {}).items()
    }


def fields_of_the_administration(root: User) -> dict[str, forms.Field]:
    admin_request = RequestFactory().get("/")
    admin_request.user = root
    return {
        f"{model.__name__}.{name}": field
        for model, page in admin.site._registry.items()
        if page.has_change_permission(admin_request)
        or page.has_add_permission(admin_request)
        for name, field in page.get_form(admin_request).base_fields.items()
    }


def clean(field: forms.Field, text: str) -> None:
    with suppress(ValidationError):
        field.clean([text] if isinstance(field, forms.MultipleChoiceField) else text)


def is_read_at_once(field: forms.Field) -> bool:
    """Return whether a field cleans without calls to another host."""
    return "captcha" not in type(field).__module__


@pytest.mark.django_db
def test_no_field_takes_more_than_linear_time(root: User) -> None:
    fields = {**fields_of_forms(), **fields_of_the_administration(root)}
    assert len(fields) > 80

    for name, field in fields.items():
        if not is_read_at_once(field):
            continue
        clean(field, CONTROL)
        clean(field, "x" * 1_000_000)
        small = cpu_s(partial(clean, field, marks(15_000)))
        large = cpu_s(partial(clean, field, marks(60_000)))
        assert large < max(8 * small, 0.1), name


def test_every_text_field_of_ours_is_bounded() -> None:
    for name, field in fields_of_forms().items():
        if isinstance(field, forms.CharField) and is_read_at_once(field):
            assert field.max_length or ".admin" in name, name


# -- names that views read of a query or a posted form


class Recorder(QueryDict):
    """Collects the names that are read."""

    names: set[str]

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)

    def _getlist(self, name: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(name)
        return super()._getlist(name, *args, **kwargs)  # type: ignore[misc]


def names_read(
    monkeypatch: pytest.MonkeyPatch, module: Any, ask: Callable[[Client], Any]
) -> Callable[[list[Client]], Iterator[tuple[Client, set[str]]]]:
    """Return a function that yields clients with the names that their requests read."""

    def read(people: list[Client]) -> Iterator[tuple[Client, set[str]]]:
        names: set[str] = set()
        recorder = type("Names", (Recorder,), {"names": names})
        for client in people:
            with monkeypatch.context() as patched:
                patched.setattr(module, "QueryDict", recorder)
                answer = rolled_back(partial(ask, client))
            fields = names - {"csrfmiddlewaretoken", "_method"}
            yield client, fields
            names.clear()
            if fields or answer.status_code in {200, 400, 405}:
                return

    return read


@pytest.fixture(autouse=True)
def application(alice: User) -> InstanceApplication:
    return create_application(alice)


@pytest.fixture
def people(alice: User, root: User, published: FakeRapi) -> list[Client]:
    """Return the clients of root, alice and an anonymous user."""
    clients = [Client(), Client(), Client()]
    for client, user in zip(clients, (root, alice), strict=False):
        client.force_login(user)
    return clients


def addresses() -> Iterator[str]:
    for name in OURS:
        yield address_of(name, "web1")


def check(answer: Any, seconds: float, label: str) -> None:
    assert answer.status_code < 500 or answer.status_code == 503, label
    assert seconds < 1, f"{label}: {seconds:.2f} s"


def measure_and_check(work: Callable[[], Any], label: str) -> None:
    start = time.thread_time()
    answer = rolled_back(work)
    check(answer, time.thread_time() - start, label)


def test_no_posted_text_stops_or_breaks_a_page(
    people: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    form, long = "application/x-www-form-urlencoded", marks(MULTIPART_LIMIT // 2)
    count = 0
    for path in addresses():
        read = names_read(monkeypatch, request, lambda c, p=path: c.post(p, "", form))  # type: ignore[misc]
        for client, names in read(people):
            post = partial(client.post, path)
            for name in names:
                measure_and_check(partial(post, {name: long}), f"POST {path} {name}")
            if names:
                measure_and_check(
                    partial(post, dict.fromkeys(names, CONTROL)), f"POST {path}"
                )
            count += len(names)

    assert count > 50


def test_no_query_stops_or_breaks_a_page(
    people: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As much as fits into a query where each character takes six.
    long = marks(request_bounds.MAX_QUERY_LENGTH // 6 - 50)
    count = 0
    for path in addresses():
        read = names_read(monkeypatch, wsgi, lambda c, p=path: c.get(p))  # type: ignore[misc]
        for client, names in read(people):
            get = partial(client.get, path)
            for name in names:
                measure_and_check(partial(get, {name: long}), f"GET {path} {name}")
            if names:
                measure_and_check(
                    partial(get, dict.fromkeys(names, CONTROL)), f"GET {path}"
                )
            count += len(names)

    assert count > 20


# -- headers


def headers_read() -> set[str]:
    """Return the headers that our own code reads."""
    root = Path(inspect.getfile(apps) if apps.__file__ else apps.__path__[0])
    names = set(COMMON_HEADERS)
    for path in root.rglob("*.py"):
        for header, key in HEADERS.findall(path.read_text(encoding="utf-8")):
            names.add(header or key.replace("_", "-").title())
    return names


@pytest.mark.parametrize("path", ["/", "/accounts/login/"])
def test_no_header_stops_or_breaks_a_page(people: list[Client], path: str) -> None:
    client = people[1] if path == "/" else people[2]
    longest = request_bounds.MAX_HEADER_LENGTH
    # As a server hands headers over: bytes as Latin-1.
    texts = [
        text.encode()[:longest].decode("latin-1")
        for text in (marks(longest), CONTROL, "," * longest, "=;" * longest)
    ]
    early_headers = {"Host", "Cookie"}  # errors in these end the request early
    for names, text in product(
        [headers_read() - early_headers, {"Host"}, {"Cookie"}], texts
    ):
        get = partial(client.get, path, headers=dict.fromkeys(names, text))
        measure_and_check(get, f"{sorted(names)} at {path}")
