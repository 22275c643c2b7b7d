"""Whether there is a file behind an address, and what is told where there is none."""

import socket

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.net import probe
from apps.net.probe import UnsuitableUrlError
from tests.net.file_server import FAILURE, Server, check, why

# -- what is found


def test_a_file_is_found_by_its_head_alone(server: Server) -> None:
    server.answers["/a.iso?x=1"] = (200, {})

    check(server.url("/a.iso?x=1"), allow_private=True)

    assert server.asked == [("HEAD", "/a.iso?x=1", "")]
    assert server.hosts == [f"127.0.0.1:{server.port}"]


def test_a_server_without_heads_is_asked_for_one_byte(server: Server) -> None:
    server.answers |= {"HEAD /a.iso": (405, {}), "GET /a.iso": (206, {})}

    check(server.url("/a.iso"), allow_private=True)

    assert server.asked[-1] == ("GET", "/a.iso", "bytes=0-0")


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501])
def test_an_address_that_refuses_head_is_asked_for_one_byte(
    server: Server, status: int
) -> None:
    server.answers |= {"HEAD /signed.iso": (status, {}), "GET /signed.iso": (206, {})}

    check(server.url("/signed.iso"), allow_private=True)

    assert server.asked[-1] == ("GET", "/signed.iso", "bytes=0-0")


def test_a_redirect_that_is_signed_for_one_method_is_followed_with_it(
    server: Server,
) -> None:
    server.answers |= {
        "HEAD /a.iso": (302, {"Location": "/store?for=HEAD"}),
        "GET /a.iso": (302, {"Location": "/store?for=GET"}),
        "GET /store?for=GET": (206, {}),
    }

    check(server.url("/a.iso"), allow_private=True)

    assert [line[:2] for line in server.asked] == [
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
def test_a_redirect_may_hold_what_a_typed_address_may_not(
    server: Server, location: str, path: str
) -> None:
    as_utf_8 = location.encode().decode("latin-1")
    server.answers |= {"/a.iso": (302, {"Location": as_utf_8}), path: (200, {})}

    check(server.url("/a.iso"), allow_private=True)

    assert server.asked[-1][1] == path


def test_a_redirect_to_an_international_host_is_followed(
    server: Server,
) -> None:
    location = f"http://bücher.example:{server.port}/b".encode().decode("latin-1")
    server.answers |= {"/a": (302, {"Location": location}), "/b": (200, {})}

    check(
        server.url("/a"), allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"]
    )

    assert server.hosts[-1] == f"xn--bcher-kva.example:{server.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(server: Server, status: int) -> None:
    server.answers |= {
        "/a.iso": (status, {"Location": "/b.iso"}),
        "/b.iso": (200, {}),
    }

    check(server.url("/a.iso"), allow_private=True)

    assert [path for _, path, _ in server.asked] == ["/a.iso", "/b.iso"]


# -- what is not


@pytest.mark.parametrize("status", [400, 403, 404, 500, 204])
def test_what_the_server_answers_is_not_told(server: Server, status: int) -> None:
    server.answers["/a.iso"] = (status, {})

    assert why(server.url("/a.iso"), allow_private=True) == FAILURE


def test_closed_and_open_ports_and_hosts_that_are_none_look_alike(
    server: Server, waits: list[float]
) -> None:
    """Ports of the operator's network were told apart by what was said of them."""

    def none(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    messages = {
        why(closed, allow_private=True),
        why(server.url("/none"), allow_private=True),
        why(server.url("/none").replace("http", "https", 1), allow_private=True),
        why("http://example.org/", resolve=none),
        why("http://example.org/", resolve=lambda _host, _port: ["10.0.0.1"]),
    }

    assert messages == {FAILURE}
    assert len(waits) == 5
    assert all(wait > 0 for wait in waits)


def test_only_the_ports_of_the_settings_are_asked(server: Server) -> None:
    server.answers |= {"/a.iso": (200, {})}

    with translation.override("en"), pytest.raises(UnsuitableUrlError) as caught:
        probe.check(server.url("/a.iso"), allow_private=True)

    assert str(caught.value.reason) == "Its port must be one of these: 80, 443."
    assert server.asked == []


def test_a_redirect_to_another_port_is_not_followed(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        other = listener.getsockname()[1]
        server.answers["/a.iso"] = (302, {"Location": f"http://127.0.0.1:{other}/"})

        reason = why(server.url("/a.iso"), allow_private=True, ports=[server.port])

        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert reason == FAILURE


def test_redirects_come_to_an_end(server: Server) -> None:
    server.answers["/a.iso"] = (302, {"Location": "/a.iso"})

    assert why(server.url("/a.iso"), allow_private=True) == FAILURE
    assert len(server.asked) == probe.MAX_REDIRECTS + 1


def test_a_redirect_leads_to_no_other_scheme(server: Server) -> None:
    server.answers["/a.iso"] = (302, {"Location": "file:///etc/passwd"})

    assert why(server.url("/a.iso"), allow_private=True) == FAILURE


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
def test_nothing_else_is_an_address(url: str) -> None:
    def nobody(_host: str, _port: int) -> list[str]:
        raise AssertionError("nothing is to be resolved")

    assert why(url, resolve=nobody)


def test_a_comma_would_be_an_option_of_qemu() -> None:
    assert "comma" in why("http://example.org/a.iso,file=/etc/shadow")


@given(st.text(max_size=60) | st.text(max_size=40).map(lambda end: f"http://{end}"))
def test_whatever_is_typed_is_answered(url: str) -> None:
    try:
        check(url, resolve=lambda _host, _port: ["10.0.0.1"])
    except UnsuitableUrlError as exc:
        assert str(exc.reason)
    else:
        pytest.fail("nothing is public here")
