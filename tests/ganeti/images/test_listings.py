"""Listings in the forms that web servers write, without the servers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ganeti.images import listings
from apps.net import links
from apps.net.download import DownloadError
from apps.work import limited_process

BASE = "http://images.example.org/pub/"


def names(page: str, base: str = BASE) -> list[str]:
    return list(listings.files_in(page.encode(), base))


def test_a_plain_list_names_its_files() -> None:
    page = """<h1>Index of /pub</h1><ul><li><a href="/"> Parent Directory</a></li>
    <li><a href="debian-12.img"> debian-12.img</a></li></ul>"""

    assert names(page) == ["debian-12.img"]


def test_links_that_sort_the_list_are_no_files() -> None:
    page = """<pre><a href="?C=N;O=D">Name</a> <a href="?C=M;O=A">Last modified</a>
    <hr><a href="/pub/?C=S;O=A">Size</a> <a href="a.img">a.img</a></pre>"""

    assert names(page) == ["a.img"]


def test_parents_and_directories_below_are_no_files() -> None:
    page = """<table><tr><td><a href="../">Parent</a><a href="..">up</a></td></tr>
    <tr><td><a href="old/">old</a>/</td></tr><tr><td><a href="./">here</a></td></tr>
    <tr><td><a href="/pub/b.img">b</a><a href="old/c.img">c</a></td></tr></table>"""

    assert names(page) == ["b.img"]


def test_names_that_are_cut_short_to_be_read_are_whole_in_the_address() -> None:
    page = '<a href="a-long-name.tar.gz">a-lon..&gt;</a>'

    assert names(page) == ["a-long-name.tar.gz"]


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("debian%2012%20%26%20co.img", "debian 12 & co.img"),
        ("debian%2012%20&amp;%20co.img", "debian 12 & co.img"),
        ("a%2520b.img", "a%20b.img"),
        ("c%231%3bd%3Fe.img", "c#1;d?e.img"),
        ("./col:on.img", "col:on.img"),
        ("col%3Aon.img", "col:on.img"),
        ("ub%3cu%3entu%22x.img", 'ub<u>ntu"x.img'),
        ("%ce%b5%ce%bb.img", "ελ.img"),
        ("plus+plus.img", "plus+plus.img"),
    ],
)
def test_names_are_read_as_they_are_on_the_disk(href: str, name: str) -> None:
    (file,) = listings.files_in(f'<a href="{href}">x</a>'.encode(), BASE).values()

    assert file.name == name
    assert file.url.startswith(BASE)


@pytest.mark.parametrize(
    "href",
    [
        "http://elsewhere.example.org/pub/a.img",
        "//elsewhere.example.org/pub/a.img",
        "https://images.example.org/pub/a.img",
        "http://images.example.org:8080/pub/a.img",
        "ftp://images.example.org/pub/a.img",
        "javascript:alert(1)",
        "data:text/plain,a.img",
        "http://[broken/a.img",
        "http://images.example.org:port/pub/a.img",
        "a%2Fb.img",
        "%ff.img",
        "a%00b.img",
        "a.img?download",
        "a.img#top",
        "",
    ],
)
def test_whatever_else_is_linked_to_is_left_out(href: str) -> None:
    assert names(f'<a href="{href}">a.img</a>') == []


def test_the_same_host_may_be_named_in_full() -> None:
    page = '<a href="http://IMAGES.example.org:80/pub/a.img">a</a>'

    assert names(page) == ["a.img"]


def test_a_directory_with_a_space_in_its_name_is_no_hindrance() -> None:
    page = '<a href="/my%20images/a.img">a</a><a href="b.img">b</a>'

    assert names(page, "http://h/my%20images/") == ["a.img", "b.img"]


def test_files_come_in_natural_order_each_once() -> None:
    page = "".join(f'<a href="d{n}.img">d</a>' for n in (10, 9, 2, 10))

    assert names(page) == ["d2.img", "d9.img", "d10.img"]


def test_a_page_that_is_no_listing_names_nothing() -> None:
    assert names("") == names('{"a": 1}') == names("<a name='x'>x</a>") == []


@pytest.mark.usefixtures("limited")
def test_a_listing_is_read_in_a_process_that_may_end() -> None:
    assert names('<a href="a.img">a</a>') == ["a.img"]


@pytest.mark.usefixtures("limited")
def test_a_listing_that_takes_too_long_to_read_is_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limited_process, "WALL_S", 0.01)

    with pytest.raises(DownloadError, match="can't be read"):
        names('<a href="a.img">a</a>')


def test_links_are_bounded_in_number_and_length(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(links, "MAX_LINKS", 3)
    page = f'<a href="{"x" * 3000}.img">x</a>'
    page += "".join(f'<a href="{n}.img">x</a>' for n in range(5))

    assert names(page) == ["0.img", "1.img", "2.img"]


def test_tags_that_never_end_take_no_time() -> None:
    assert names("<a href='x.img'>x</a>" + "<a " * 100_000) == ["x.img"]


@given(
    st.one_of(
        st.binary(), st.text(alphabet="<>!-[]a href='\"=/?#%&;:x.").map(str.encode)
    )
)
def test_whatever_a_server_says_nothing_breaks(page: bytes) -> None:
    try:
        found = listings.files_in(b'<a href="a.img">' + page, BASE)
    except DownloadError:
        return
    for name, file in found.items():
        assert "/" not in name
        assert file.url.startswith("http")
