import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ganeti.rapi.versions import SINCE, Capability, parse, supports


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3.0.2", (3, 0)),
        ("2.16.0~rc1", (2, 16)),
        ("Ganeti 2.8", (2, 8)),
        ("3.1.0+git", (3, 1)),
        ("", (0, 0)),
        ("unknown", (0, 0)),
    ],
)
def test_a_version_is_parsed_from_text(text: str, version: tuple[int, int]) -> None:
    assert parse(text) == version


@given(st.text())
def test_arbitrary_text_can_be_parsed(text: str) -> None:
    assert parse(text) >= (0, 0)


def test_every_capability_has_a_version() -> None:
    assert set(SINCE) == set(Capability)


@pytest.mark.parametrize("capability", Capability)
def test_a_capability_is_supported_since_its_version(capability: Capability) -> None:
    major, minor = SINCE[capability]

    assert supports((major, minor), capability)
    assert supports((major + 1, 0), capability)
    assert not supports((major, minor - 1), capability)


def test_minor_versions_are_compared_as_numbers() -> None:
    assert not supports((2, 9), Capability.HOTPLUG)
    assert supports((2, 10), Capability.HOTPLUG)
