"""From what a source publishes to images: what is malformed costs no other image."""

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
from tests.ganeti.images.conftest import Site, break_off

IMAGE = {"description": "Debian 12", "provider": "image+default"}


def read(site: Site, kind: SourceKind, path: str = "") -> FetchResult:
    return reading.read(
        Source(kind, site.url + path, "image+default", "img_ssh_key_url")
    )


def ids(found: FetchResult) -> list[str]:
    return [image.id for image in found.images]


def ail(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(503)


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


# -- OPERATING_SYSTEMS_URLS


def test_image_files_are_images_of_the_provider_that_the_settings_name(
    site: Site,
) -> None:
    site.pages |= {
        "/debian-wheezy-x86_64.tar.gz": b"",
        "/debian-wheezy-x86_64.tar.gz.dsc": b"Debian Wheezy\n",
        "/win-amd64.img": b"",
        "/old-i686-root.dump": b"",
        "/README.txt": b"",
        "/SHA256SUMS": b"",
    }

    found = read(site, SourceKind.LISTING)

    assert found.problems == []
    assert [(each.id, each.description) for each in found.images] == [
        ("debian-wheezy-x86_64.tar.gz", "Debian Wheezy"),
        ("old-i686-root.dump", "old-i686-root.dump"),
        ("win-amd64.img", "win-amd64.img"),
    ]
    assert [each.osparams for each in found.images] == [
        {"img_id": "debian-wheezy", "img_format": "tarball"},
        {"img_id": "old", "img_format": "dump"},
        {"img_id": "win", "img_format": "qemu"},
    ]
    assert {each.provider for each in found.images} == {"image+default"}
    assert {each.ssh_key_param for each in found.images} == {"img_ssh_key_url"}


def test_nothing_but_the_listing_and_what_it_names_is_asked_for(site: Site) -> None:
    site.pages |= {"/a.img": b"", "/b.img": b"", "/b.img.dsc": b"B"}

    read(site, SourceKind.LISTING)

    assert site.asked == ["/", "/b.img.dsc"]


def test_a_description_is_its_first_line_in_one_piece(site: Site) -> None:
    text = "\ufeff\n  Ubuntu\t24.04\u00a0 ελληνικά \nmore\n"
    site.pages |= {"/a.img": b"", "/a.img.dsc": text.encode()}

    (image,) = read(site, SourceKind.LISTING).images

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
def test_an_image_whose_description_is_malformed_is_called_as_its_file(
    site: Site, dsc: bytes, reason: str
) -> None:
    site.pages |= {"/a.img": b"", "/a.img.dsc": dsc, "/b.img": b""}

    found = read(site, SourceKind.LISTING)

    assert [each.description for each in found.images] == ["a.img", "b.img"]
    ((name, said),) = found.problems
    assert name == "a.img.dsc"
    assert reason in said


# -- SNF_OPERATING_SYSTEMS_URLS


def test_snf_image_gets_the_address_the_format_and_what_is_in_the_image(
    site: Site,
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
    site.pages |= {
        "/debian.diskdump": b"",
        "/debian.diskdump.meta": as_json(meta),
        "/plain.extdump": b"",
        "/plain.extdump.dsc": b"Plain",
        "/debian.diskdump.md5sum": b"",
        "/other.img": b"",
    }

    debian, plain = read(site, SourceKind.SNF).images

    assert (debian.id, debian.description) == ("debian.diskdump", "Debian 12")
    assert debian.provider == plain.provider == "snf-image+default"
    assert debian.osparams == {
        "img_id": site.url + "debian.diskdump",
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


def test_nobody_gets_ssh_keys_on_windows(site: Site) -> None:
    properties = {"osfamily": "windows", "USERS": "Administrator"}
    site.pages |= {
        "/w.ntfsdump": b"",
        "/w.ntfsdump.meta": as_json({"properties": properties}),
    }

    (image,) = read(site, SourceKind.SNF).images

    assert image.ssh_key_users == ()


@pytest.mark.parametrize("meta", [b"{", b"[]", b"{}", b'{"properties": []}'])
def test_a_disk_of_which_nothing_sure_is_known_is_left_out(
    site: Site, meta: bytes
) -> None:
    site.pages |= {"/a.diskdump": b"", "/a.diskdump.meta": meta, "/b.diskdump": b""}

    found = read(site, SourceKind.SNF)

    assert ids(found) == ["b.diskdump"]
    assert [name for name, _ in found.problems] == ["a.diskdump.meta"]


# -- IMAGES_URL


def test_a_meta_file_describes_one_image_or_several_by_their_ids(site: Site) -> None:
    users = {**IMAGE, "ssh_key_users": ["root", "ubuntu"]}
    full = {**IMAGE, "osparams": {"size": 3, "deep": {"a": 1}}, "ssh_key_param": "url"}
    site.pages |= {
        "/one.meta": as_json(full),
        "/two.meta": as_json({"ubuntu": users, "debian": IMAGE}),
        "/other.json": as_json(IMAGE),
    }

    found = read(site, SourceKind.META)

    assert found.problems == []
    assert found.images == [
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
def test_a_malformed_meta_file_loses_its_own_image_alone(
    site: Site, meta: bytes, reason: str
) -> None:
    site.pages |= {"/bad.meta": meta, "/good.meta": as_json(IMAGE)}

    found = read(site, SourceKind.META)

    if reason == "no problem":
        assert ids(found) == ["bad", "good"]
        return
    assert ids(found) == ["good"]
    ((name, said),) = found.problems
    assert name.startswith("bad.meta")
    assert reason in said


def test_one_malformed_entry_of_several_loses_itself_alone(site: Site) -> None:
    site.pages["/all.meta"] = as_json({"a": IMAGE, "b": 1, "": IMAGE, "c": IMAGE})

    found = read(site, SourceKind.META)

    assert ids(found) == ["a", "c"]
    assert [name for name, _ in found.problems] == ["all.meta: ", "all.meta: b"]


def test_of_two_images_with_one_id_the_first_counts(site: Site) -> None:
    site.pages |= {
        "/1.meta": as_json({"debian": {**IMAGE, "description": "first"}}),
        "/2.meta": as_json({"debian": {**IMAGE, "description": "second"}}),
    }

    found = read(site, SourceKind.META)

    assert [each.description for each in found.images] == ["first"]
    assert [name for name, _ in found.problems] == ["debian"]


# -- all


def test_more_images_than_are_kept_are_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_IMAGES", 2)
    site.pages["/all.meta"] = as_json(dict.fromkeys("abcd", IMAGE))

    found = read(site, SourceKind.META)

    assert ids(found) == ["a", "b"]
    assert [name for name, _ in found.problems] == ["c"]


def test_more_problems_than_are_kept_are_left_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_PROBLEMS", 2)
    site.pages["/all.meta"] = as_json(dict.fromkeys("abcd", 1))

    assert len(read(site, SourceKind.META).problems) == 2


def test_a_server_that_ails_while_it_is_read_breaks_the_source(site: Site) -> None:
    """Half of the images were gone for a day when maintenance began meanwhile."""
    site.pages |= {"/a.meta": ail, "/b.meta": as_json(IMAGE)}

    assert "HTTP 503" in read(site, SourceKind.META).error


def test_more_files_than_are_read_are_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_FILES", 2)
    site.pages |= {f"/{n}.img": b"" for n in range(4)}

    found = read(site, SourceKind.LISTING)

    assert ids(found) == ["0.img", "1.img"]
    assert [name for name, _ in found.problems] == ["2.img"]


def test_a_file_that_is_not_there_loses_its_own_image_alone(site: Site) -> None:
    def gone(handler: BaseHTTPRequestHandler) -> None:
        handler.send_error(410)

    site.pages |= {"/a.meta": gone, "/b.meta": as_json(IMAGE)}

    found = read(site, SourceKind.META)

    assert ids(found) == ["b"]
    assert "HTTP 410" in found.problems[0][1]
    assert found.error == ""


def test_a_source_that_breaks_while_it_is_read_is_not_all_of_it(site: Site) -> None:
    site.pages |= {"/a.meta": break_off, "/b.meta": as_json(IMAGE)}

    found = read(site, SourceKind.META)

    assert ids(found) == ["b"]
    assert found.error


@pytest.mark.parametrize("kind", [SourceKind.LISTING, SourceKind.SNF, SourceKind.META])
def test_an_empty_source_is_no_fault(site: Site, kind: SourceKind) -> None:
    assert read(site, kind) == FetchResult()


def test_a_source_that_is_away_is_broken(site: Site) -> None:
    with pytest.raises(DownloadError, match="HTTP 404"):
        read(site, SourceKind.META, "nowhere")


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
def test_whatever_stands_in_a_file_nothing_breaks(site: Site, body: bytes) -> None:
    site.pages = {
        "/a.meta": body,
        "/a.img": b"",
        "/a.img.dsc": body,
        "/b.diskdump": b"",
        "/b.diskdump.meta": body,
    }

    for kind in (SourceKind.LISTING, SourceKind.SNF, SourceKind.META):
        for image in read(site, kind).images:
            again = json.loads(json.dumps(image.to_mapping(), allow_nan=False))
            assert OsImage.from_mapping(image.id, again) == image
