"""The forms of searches: numbers, addresses, fingerprints, phone numbers, names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.web.lists import LONGEST
from apps.web.search_query import SearchQuery

FINGERPRINT = "nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"


@given(st.text(max_size=3 * LONGEST))
def test_any_text_becomes_one_bounded_line(raw: str) -> None:
    text = SearchQuery.parse(raw).text

    assert len(text) <= LONGEST
    assert text == " ".join(text.split())
    assert "\x00" not in text


@pytest.mark.parametrize(
    ("raw", "number"), [("17", 17), (" #17 ", 17), ("7", 7), ("17a", None)]
)
def test_numbers_are_recognized(raw: str, number: int | None) -> None:
    assert SearchQuery.parse(raw).number == number


def test_a_number_beyond_all_ids_is_none() -> None:
    assert SearchQuery.parse("9" * 16).number is None


@pytest.mark.parametrize(
    "raw",
    [
        "192.0.2.10",
        "192.0.2.0/24",
        "192.0.2.",
        "2001:db8::1",
        "[2001:db8::1]",
        "2001:db8::/32",
        "2001:db8:",
        "aa:00:00:12:34:56",
        "AA-00-00-12-34-56",
        "aa00.0012.3456",
        "7a2d3c1e-0b1f-4c53-9d0e-2f6f0c9a7b11",
        f"SHA256:{FINGERPRINT}",
        FINGERPRINT,
    ],
)
def test_what_identifies_is_no_name(raw: str) -> None:
    query = SearchQuery.parse(raw)

    assert query.is_searchable
    assert query.words == []
    assert query.phone == ""


@pytest.mark.parametrize(
    "raw", ["web1", "Web1.example.org", "alice@example.org", "Αλίκη", "17", "node-1"]
)
def test_other_texts_may_be_names(raw: str) -> None:
    assert SearchQuery.parse(raw).words == [raw.lower()]


@pytest.mark.parametrize(
    ("raw", "digits"),
    [
        ("+30 210 747-4274", "302107474274"),
        ("0030 (210) 7474274", "302107474274"),
        ("2107474274", "2107474274"),
        ("12345", ""),
        ("192.0.2.100", ""),
    ],
)
def test_phone_numbers_are_reduced_to_digits(raw: str, digits: str) -> None:
    assert SearchQuery.parse(raw).phone == digits


def test_a_fingerprint_is_found_in_a_line_of_ssh_keygen() -> None:
    line = f"256 SHA256:{FINGERPRINT} alice@laptop (ED25519)"

    assert SearchQuery.parse(line).fingerprint == FINGERPRINT


@pytest.mark.parametrize("raw", ["", " ", "a"])
def test_short_texts_are_not_searched(raw: str) -> None:
    assert not SearchQuery.parse(raw).is_searchable
