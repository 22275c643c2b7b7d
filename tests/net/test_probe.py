"""Probes of addresses for a file, and the reasons of refusals."""

import socket

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.net import probe
from apps.net.probe import UnsuitableUrlError
from tests.net.file_server import FAILURE, FileServer, check, refusal_reason

# -- accepted


def test_a_file_is_found_by_a_head_request(server: FileServer) -> None:
    server.answers["/a.iso?x=1"] = (200, {})

    check(server.url("/a.iso?x=1"), allow_private=True)

    assert server.requests == [("HEAD", "/a.iso?x=1", "")]
    assert server.hosts == [f"127.0.0.1:{server.port}"]


def test_one_byte_is_requested_if_head_is_not_allowed(server: FileServer) -> None:
    server.answers |= {"HEAD /a.iso": (405, {}), "GET /a.iso": (206, {})}

    check(server.url("/a.iso"), allow_private=True)

    assert server.requests[-1] == ("GET", "/a.iso", "bytes=0-0")


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501])
def test_one_byte_is_requested_if_head_fails(server: FileServer, status: int) -> None:
    server.answers |= {"HEAD /signed.iso": (status, {}), "GET /signed.iso": (206, {})}

    check(server.url("/signed.iso"), allow_private=True)

    assert server.requests[-1] == ("GET", "/signed.iso", "bytes=0-0")


def test_redirects_are_followed_with_the_same_method(
    server: FileServer,
) -> None:
    server.answers |= {
        "HEAD /a.iso": (302, {"Location": "/store?for=HEAD"}),
        "GET /a.iso": (302, {"Location": "/store?for=GET"}),
        "GET /store?for=GET": (206, {}),
    }

    check(server.url("/a.iso"), allow_private=True)

    assert [request[:2] for request in server.requests] == [
        ("HEAD", "/a.iso"),
        ("HEAD", "/store?for=HEAD"),
        ("GET", "/a.iso"),
        ("GET", "/store?for=GET"),
    ]


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/b,1.iso", "/b,1.iso"),
        ("/εικόνα.iso", "/%CE%B5%CE%B9%CE%BA%CF%8C%CE%BD%CE%B1.iso"),
        ("/b c.iso?x=ü", "/b%20c.iso?x=%C3%BC"),
        ("/b%2Cc%20.iso", "/b%2Cc%20.iso"),
        ("/" + "b" * 2000, "/" + "b" * 2000),
    ],
    ids=["comma", "utf-8", "space", "quoted", "long"],
)
def test_a_redirect_may_contain_unquoted_characters(
    server: FileServer, location: str, path: str
) -> None:
    as_utf_8 = location.encode().decode("latin-1")
    server.answers |= {"/a.iso": (302, {"Location": as_utf_8}), path: (200, {})}

    check(server.url("/a.iso"), allow_private=True)

    assert server.requests[-1][1] == path


def test_a_redirect_to_an_international_host_is_followed(
    server: FileServer,
) -> None:
    location = f"http://bücher.example:{server.port}/b".encode().decode("latin-1")
    server.answers |= {"/a": (302, {"Location": location}), "/b": (200, {})}

    check(
        server.url("/a"), allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"]
    )

    assert server.hosts[-1] == f"xn--bcher-kva.example:{server.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(server: FileServer, status: int) -> None:
    server.answers |= {
        "/a.iso": (status, {"Location": "/b.iso"}),
        "/b.iso": (200, {}),
    }

    check(server.url("/a.iso"), allow_private=True)

    assert [path for _, path, _ in server.requests] == ["/a.iso", "/b.iso"]


# -- refused


@pytest.mark.parametrize("status", [400, 403, 404, 500, 204])
def test_the_status_of_the_server_is_not_revealed(
    server: FileServer, status: int
) -> None:
    server.answers["/a.iso"] = (status, {})

    assert refusal_reason(server.url("/a.iso"), allow_private=True) == FAILURE


def test_closed_ports_open_ports_and_missing_hosts_are_not_told_apart(
    server: FileServer, pauses: list[float]
) -> None:
    """Different messages revealed open ports in the operator's network."""

    def resolve(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed_url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    messages = {
        refusal_reason(closed_url, allow_private=True),
        refusal_reason(server.url("/none"), allow_private=True),
        refusal_reason(
            server.url("/none").replace("http", "https", 1), allow_private=True
        ),
        refusal_reason("http://example.org/", resolve=resolve),
        refusal_reason(
            "http://example.org/", resolve=lambda _host, _port: ["10.0.0.1"]
        ),
    }

    assert messages == {FAILURE}
    assert len(pauses) == 5
    assert all(pause > 0 for pause in pauses)


def test_only_ports_of_the_settings_are_probed(server: FileServer) -> None:
    server.answers |= {"/a.iso": (200, {})}

    with translation.override("en"), pytest.raises(UnsuitableUrlError) as exc_info:
        probe.check(server.url("/a.iso"), allow_private=True)

    assert str(exc_info.value.reason) == "Its port must be one of these: 80, 443."
    assert server.requests == []


def test_a_redirect_to_another_port_is_not_followed(server: FileServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        other_port = listener.getsockname()[1]
        server.answers["/a.iso"] = (
            302,
            {"Location": f"http://127.0.0.1:{other_port}/"},
        )

        reason = refusal_reason(
            server.url("/a.iso"), allow_private=True, ports=[server.port]
        )

        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert reason == FAILURE


def test_redirects_are_limited(server: FileServer) -> None:
    server.answers["/a.iso"] = (302, {"Location": "/a.iso"})

    assert refusal_reason(server.url("/a.iso"), allow_private=True) == FAILURE
    assert len(server.requests) == probe.MAX_REDIRECTS + 1


def test_a_redirect_to_another_scheme_is_not_followed(server: FileServer) -> None:
    server.answers["/a.iso"] = (302, {"Location": "file:///etc/passwd"})

    assert refusal_reason(server.url("/a.iso"), allow_private=True) == FAILURE


@pytest.mark.parametrize(
    "url",
    [
        "a.iso",
        "ftp://example.org/a.iso",
        "file:///etc/passwd",
        "gopher://example.org/",
        "/srv/a.iso",
        "http://",
        "http:///a.iso",
        "http://example.org:0/a.iso",
        "http://example.org:99999/a.iso",
        "http://[::1/a.iso",
        "http://me:secret@example.org/a.iso",
        "http://example.org/a b.iso",
        "http://example.org/a.iso\r\nX: y",
        "http://exämple.org/a.iso",
        "http://example.org/" + "a" * 2000,
    ],
)
def test_invalid_addresses_are_refused_without_resolving(url: str) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise AssertionError("nothing is to be resolved")

    assert refusal_reason(url, resolve=resolve)


def test_a_comma_is_refused() -> None:
    assert "comma" in refusal_reason("http://example.org/a.iso,file=/etc/shadow")


@given(st.text(max_size=60) | st.text(max_size=40).map(lambda end: f"http://{end}"))
def test_arbitrary_text_is_refused(url: str) -> None:
    try:
        check(url, resolve=lambda _host, _port: ["10.0.0.1"])
    except UnsuitableUrlError as exc:
        assert str(exc.reason)
    else:
        pytest.fail("nothing is public here")
