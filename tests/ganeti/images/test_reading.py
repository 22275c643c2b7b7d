"""Reading images from a source; malformed files don't affect others."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ganeti.domain.osimage import OsImage
from apps.ganeti.images import reading
from apps.ganeti.images.reading import FetchResult
from apps.ganeti.images.sources import Source, SourceKind
from apps.net.download import DownloadError
from tests.ganeti.images.conftest import ImageServer, break_off

IMAGE = {"description": "Debian 12", "provider": "image+default"}


def read(server: ImageServer, kind: SourceKind, path: str = "") -> FetchResult:
    return reading.read(
        Source(kind, server.url + path, "image+default", "img_ssh_key_url")
    )


def ids(result: FetchResult) -> list[str]:
    return [image.id for image in result.images]


def send_503(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(503)


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


# -- OPERATING_SYSTEMS_URLS


def test_image_files_are_read_from_a_listing(
    server: ImageServer,
) -> None:
    server.pages |= {
        "/debian-wheezy-x86_64.tar.gz": b"",
        "/debian-wheezy-x86_64.tar.gz.dsc": b"Debian Wheezy\n",
        "/win-amd64.img": b"",
        "/old-i686-root.dump": b"",
        "/README.txt": b"",
        "/SHA256SUMS": b"",
    }

    result = read(server, SourceKind.LISTING)

    assert result.problems == []
    assert [(image.id, image.description) for image in result.images] == [
        ("debian-wheezy-x86_64.tar.gz", "Debian Wheezy"),
        ("old-i686-root.dump", "old-i686-root.dump"),
        ("win-amd64.img", "win-amd64.img"),
    ]
    assert [image.osparams for image in result.images] == [
        {"img_id": "debian-wheezy", "img_format": "tarball"},
        {"img_id": "old", "img_format": "dump"},
        {"img_id": "win", "img_format": "qemu"},
    ]
    assert {image.provider for image in result.images} == {"image+default"}
    assert {image.ssh_key_param for image in result.images} == {"img_ssh_key_url"}


def test_only_the_listing_and_descriptions_are_requested(server: ImageServer) -> None:
    server.pages |= {"/a.img": b"", "/b.img": b"", "/b.img.dsc": b"B"}

    read(server, SourceKind.LISTING)

    assert server.requested_paths == ["/", "/b.img.dsc"]


def test_a_description_is_the_first_line_of_its_file(server: ImageServer) -> None:
    text = "\ufeff\n  Ubuntu\t24.04\u00a0 ελληνικά \nmore\n"
    server.pages |= {"/a.img": b"", "/a.img.dsc": text.encode()}

    (image,) = read(server, SourceKind.LISTING).images

    assert image.description == "Ubuntu 24.04 ελληνικά"


@pytest.mark.parametrize(
    ("dsc", "reason"),
    [
        (b"\xff\xfe", "isn't valid UTF-8"),
        (b"\n \n", "contains no text"),
        (b"a\x00b", "contains no text"),
        (b"x" * 600_000, "larger than"),
    ],
)
def test_a_malformed_description_is_replaced_by_the_file_name(
    server: ImageServer, dsc: bytes, reason: str
) -> None:
    server.pages |= {"/a.img": b"", "/a.img.dsc": dsc, "/b.img": b""}

    result = read(server, SourceKind.LISTING)

    assert [image.description for image in result.images] == ["a.img", "b.img"]
    ((name, problem),) = result.problems
    assert name == "a.img.dsc"
    assert reason in problem


# -- SNF_OPERATING_SYSTEMS_URLS


def test_snf_images_have_url_format_and_properties(
    server: ImageServer,
) -> None:
    meta = {
        "disk-format": "diskdump",
        "properties": {
            "OSFAMILY": "linux",
            "ROOT_PARTITION": 2,
            "users": "root guest",
            "DESCRIPTION": "Debian 12",
        },
    }
    server.pages |= {
        "/debian.diskdump": b"",
        "/debian.diskdump.meta": as_json(meta),
        "/plain.extdump": b"",
        "/plain.extdump.dsc": b"Plain",
        "/debian.diskdump.md5sum": b"",
        "/other.img": b"",
    }

    debian, plain = read(server, SourceKind.SNF).images

    assert (debian.id, debian.description) == ("debian.diskdump", "Debian 12")
    assert debian.provider == plain.provider == "snf-image+default"
    assert debian.osparams == {
        "img_id": server.url + "debian.diskdump",
        "img_format": "diskdump",
        "img_properties": {
            "OSFAMILY": "linux",
            "ROOT_PARTITION": "2",
            "USERS": "root guest",
        },
    }
    assert debian.ssh_key_users == ("root", "guest")
    assert plain.description == "Plain"
    assert plain.osparams["img_format"] == "extdump"
    assert plain.osparams["img_properties"]["ROOT_PARTITION"] == "1"
    assert plain.ssh_key_users == ("root",)


def test_windows_images_get_no_ssh_keys(server: ImageServer) -> None:
    properties = {"osfamily": "windows", "USERS": "Administrator"}
    server.pages |= {
        "/w.ntfsdump": b"",
        "/w.ntfsdump.meta": as_json({"properties": properties}),
    }

    (image,) = read(server, SourceKind.SNF).images

    assert image.ssh_key_users == ()


@pytest.mark.parametrize("meta", [b"{", b"[]", b"{}", b'{"properties": []}'])
def test_an_image_with_malformed_properties_is_left_out(
    server: ImageServer, meta: bytes
) -> None:
    server.pages |= {"/a.diskdump": b"", "/a.diskdump.meta": meta, "/b.diskdump": b""}

    result = read(server, SourceKind.SNF)

    assert ids(result) == ["b.diskdump"]
    assert [name for name, _ in result.problems] == ["a.diskdump.meta"]


# -- IMAGES_URL


def test_a_meta_file_describes_one_or_several_images(server: ImageServer) -> None:
    users = {**IMAGE, "ssh_key_users": ["root", "ubuntu"]}
    full = {**IMAGE, "osparams": {"size": 3, "deep": {"a": 1}}, "ssh_key_param": "url"}
    server.pages |= {
        "/one.meta": as_json(full),
        "/two.meta": as_json({"ubuntu": users, "debian": IMAGE}),
        "/other.json": as_json(IMAGE),
    }

    result = read(server, SourceKind.META)

    assert result.problems == []
    assert result.images == [
        OsImage.from_mapping("one", full),
        OsImage.from_mapping("ubuntu", users),
        OsImage.from_mapping("debian", IMAGE),
    ]


@pytest.mark.parametrize(
    ("meta", "reason"),
    [
        (b"{", "isn't valid JSON"),
        (b"\xff", "isn't valid JSON"),
        (b'{"a": NaN}', "isn't valid JSON"),
        (b'"\\ud800"', "isn't valid JSON"),
        (b"[" * 100_000, "isn't valid JSON"),
        (b'{"provider": "x", "description": "d", "osparams": {"a": 1e999}}', "JSON."),
        (b'{"a": ' + b"9" * 5000 + b"}", "isn't valid JSON"),
        (b'{"a": ' + b"[" * 20 + b"]" * 20 + b"}", "nested too deeply"),
        (b'{"a": ' * 500 + b"1" + b"}" * 500, "nested too deeply"),
        (b"[1]", "isn't a JSON object"),
        (b"{}", "describe an image"),
        (b'{"description": "x"}', ": provider"),
        (b'{"provider": "x", "description": 3}', ": description"),
        (b'{"provider": "x", "description": "a\\nb"}', ": description"),
        (b'{"provider": "x", "description": "d", "osparams": []}', "no problem"),
        (b'{"provider": "x", "description": "d", "osparams": [1]}', ": osparams"),
        (b'{"provider": "x", "description": "d", "ssh_key_param": 1}', "ssh_key_param"),
        (b'{"provider": "x", "description": "d", "ssh_key_users": [1]}', "_users"),
        (b'{"provider": "x", "description": "d", "ssh_key_users": "../x"}', "_users"),
        (b'{"debian": 1}', "isn't a JSON object"),
    ],
)
def test_a_malformed_meta_file_does_not_affect_others(
    server: ImageServer, meta: bytes, reason: str
) -> None:
    server.pages |= {"/bad.meta": meta, "/good.meta": as_json(IMAGE)}

    result = read(server, SourceKind.META)

    if reason == "no problem":
        assert ids(result) == ["bad", "good"]
        return
    assert ids(result) == ["good"]
    ((name, problem),) = result.problems
    assert name.startswith("bad.meta")
    assert reason in problem


def test_a_malformed_entry_does_not_affect_others(server: ImageServer) -> None:
    server.pages["/all.meta"] = as_json({"a": IMAGE, "b": 1, "": IMAGE, "c": IMAGE})

    result = read(server, SourceKind.META)

    assert ids(result) == ["a", "c"]
    assert [name for name, _ in result.problems] == ["all.meta: ", "all.meta: b"]


def test_the_first_of_two_images_with_one_id_is_used(server: ImageServer) -> None:
    server.pages |= {
        "/1.meta": as_json({"debian": {**IMAGE, "description": "first"}}),
        "/2.meta": as_json({"debian": {**IMAGE, "description": "second"}}),
    }

    result = read(server, SourceKind.META)

    assert [image.description for image in result.images] == ["first"]
    assert [name for name, _ in result.problems] == ["debian"]


# -- all


def test_images_beyond_the_limit_are_reported(
    server: ImageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_IMAGES", 2)
    server.pages["/all.meta"] = as_json(dict.fromkeys("abcd", IMAGE))

    result = read(server, SourceKind.META)

    assert ids(result) == ["a", "b"]
    assert [name for name, _ in result.problems] == ["c"]


def test_problems_beyond_the_limit_are_left_out(
    server: ImageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_PROBLEMS", 2)
    server.pages["/all.meta"] = as_json(dict.fromkeys("abcd", 1))

    assert len(read(server, SourceKind.META).problems) == 2


def test_a_server_error_for_a_file_is_an_error_of_the_source(
    server: ImageServer,
) -> None:
    """Images were missing for a day if maintenance began during the reading."""
    server.pages |= {"/a.meta": send_503, "/b.meta": as_json(IMAGE)}

    assert "HTTP 503" in read(server, SourceKind.META).error


def test_files_beyond_the_limit_are_reported(
    server: ImageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_FILES", 2)
    server.pages |= {f"/{n}.img": b"" for n in range(4)}

    result = read(server, SourceKind.LISTING)

    assert ids(result) == ["0.img", "1.img"]
    assert [name for name, _ in result.problems] == ["2.img"]


def test_a_missing_file_does_not_affect_others(server: ImageServer) -> None:
    def send_410(handler: BaseHTTPRequestHandler) -> None:
        handler.send_error(410)

    server.pages |= {"/a.meta": send_410, "/b.meta": as_json(IMAGE)}

    result = read(server, SourceKind.META)

    assert ids(result) == ["b"]
    assert "HTTP 410" in result.problems[0][1]
    assert result.error == ""


def test_a_connection_that_breaks_gives_a_partial_result(server: ImageServer) -> None:
    server.pages |= {"/a.meta": break_off, "/b.meta": as_json(IMAGE)}

    result = read(server, SourceKind.META)

    assert ids(result) == ["b"]
    assert result.error


@pytest.mark.parametrize("kind", [SourceKind.LISTING, SourceKind.SNF, SourceKind.META])
def test_an_empty_source_has_no_problems(server: ImageServer, kind: SourceKind) -> None:
    assert read(server, kind) == FetchResult()


def test_a_missing_listing_is_broken(server: ImageServer) -> None:
    with pytest.raises(DownloadError, match="HTTP 404"):
        read(server, SourceKind.META, "nowhere")


@given(
    st.one_of(
        st.binary(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ).map(as_json),
        st.dictionaries(
            st.sampled_from(
                ["description", "provider", "osparams", "ssh_key_param", "properties"]
            ),
            st.text() | st.integers() | st.dictionaries(st.text(), st.integers()),
        ).map(as_json),
    )
)
def test_arbitrary_files_are_read(server: ImageServer, body: bytes) -> None:
    server.pages = {
        "/a.meta": body,
        "/a.img": b"",
        "/a.img.dsc": body,
        "/b.diskdump": b"",
        "/b.diskdump.meta": body,
    }

    for kind in (SourceKind.LISTING, SourceKind.SNF, SourceKind.META):
        for image in read(server, kind).images:
            mapping = json.loads(json.dumps(image.to_mapping(), allow_nan=False))
            assert OsImage.from_mapping(image.id, mapping) == image
