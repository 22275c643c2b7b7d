"""Requests that are too large are refused before anything reads them.

These tests may not use the database.
"""

import time

import pytest
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client

from tests.ganeti.pages import markup, text

LOGIN = "/accounts/login/"
FORM = "application/x-www-form-urlencoded"


def assert_error_page(answer: HttpResponseBase, status: int, message: str) -> None:
    assert answer.status_code == status
    page = text(markup(answer))
    assert message in page
    assert "Go to machines" in page
    assert answer.has_header("Content-Security-Policy")


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [(LOGIN, 256_001, 413), ("/admin/auth/user/add/", 2_500_001, 413)],
)
def test_a_large_body_is_refused(
    client: Client, path: str, size: int, status: int
) -> None:
    assert_error_page(client.post(path, "x" * size, FORM), status, "Request too large")


@pytest.mark.parametrize("content_type", [FORM, "multipart/form-data; boundary=x"])
def test_too_many_fields_get_an_error_page(client: Client, content_type: str) -> None:
    pairs = "&".join(f"f{number}=1" for number in range(1500))
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="f{number}"\r\n\r\n1\r\n'
        for number in range(1500)
    )
    body = pairs if content_type == FORM else f"{parts}--x--\r\n"

    assert_error_page(
        client.post(LOGIN, body, content_type), 400, "can't read this request"
    )


@pytest.mark.parametrize(
    "body",
    ["", "--x\r\nbroken", "--x\r\n" * 20_000, "--x\r\nContent-Disposition: x"],
    ids=["empty", "broken", "boundaries", "header"],
)
def test_a_broken_multipart_body_is_no_server_error(client: Client, body: str) -> None:
    answer = client.post("/nowhere", body, "multipart/form-data; boundary=" + "x" * 500)

    assert answer.status_code in {302, 400, 404}


@pytest.mark.parametrize(
    "query",
    [
        "&".join("ab" for _ in range(1500)),
        "q=" + "x" * 2001,
        "x" * 2001 + "=1",
        "q=1" * 2667,
    ],
    ids=["many", "long", "long-name", "whole"],
)
def test_a_query_is_bounded(client: Client, query: str) -> None:
    assert_error_page(client.get(f"{LOGIN}?{query}"), 400, "can't read this request")


@pytest.mark.parametrize(
    "header",
    ["Cookie", "User-Agent", "Accept-Language", "X-Forwarded-For", "Referer", "X-Any"],
)
def test_a_header_is_bounded(client: Client, header: str) -> None:
    answer = client.get(LOGIN, headers={header: "a" * 8191})

    assert_error_page(answer, 400, "can't read this request")


def test_a_path_is_bounded(client: Client) -> None:
    assert_error_page(client.get("/" + "x" * 2000), 400, "can't read this request")


def test_a_wrong_host_gets_the_same_page(client: Client) -> None:
    assert_error_page(
        client.get(LOGIN, headers={"host": "evil.example"}), 400, "can't read"
    )


def test_the_page_is_in_the_language_of_the_browser(client: Client) -> None:
    answer = client.get("/" + "x" * 2000, headers={"accept-language": "el"})

    assert '<html lang="el"' in markup(answer)


def test_refusing_takes_little_time(client: Client) -> None:
    body = "a=" + "\u0300" * 150_000
    start = time.thread_time()
    for _ in range(10):
        answer = client.post(LOGIN, body, FORM)

    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 413
    assert time.thread_time() - start < 1
