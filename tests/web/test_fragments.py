"""Fragments: cached by their values, filled in with varying values."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.template import autoreload, engines
from django.utils import translation
from django.utils.safestring import SafeString
from pytest_django import Settings

from apps.web import fragments
from apps.web.fragments import Varying

Write = Callable[[str], str]
NAME = "fragment.html"


@pytest.fixture
def write(tmp_path: Path, settings: Settings) -> Write:
    """Return a function that writes a template and returns its name."""
    [options] = settings.TEMPLATES
    settings.TEMPLATES = [{**options, "DIRS": [tmp_path]}]

    def write_template(text: str) -> str:
        (tmp_path / NAME).write_text(text)
        autoreload.reset_loaders()
        return NAME

    return write_template


def test_equal_values_share_a_rendering(write: Write) -> None:
    name = write("<b>{{ colour }}</b>")
    assert fragments.render(name, {"colour": "red"}) == "<b>red</b>"

    write("<i>{{ colour }}</i>")

    assert fragments.render(name, {"colour": "red"}) == "<b>red</b>"
    assert fragments.render(name, {"colour": "blue"}) == "<i>blue</i>"


def test_varying_values_are_filled_in_and_escaped(write: Write) -> None:
    name = write("100 % of {{ name }}, {{ name }}{% if name %}!{% endif %}")

    texts = [
        fragments.render(name, {"name": Varying(value)})
        for value in ("alice", "<b>%s</b>", "", SafeString("<i>"))
    ]

    assert texts == [
        "100 % of alice, alice!",
        "100 % of &lt;b&gt;%s&lt;/b&gt;, &lt;b&gt;%s&lt;/b&gt;!",
        "100 % of , ",
        "100 % of <i>, <i>!",
    ]


def test_text_that_looks_like_a_placeholder_is_kept(write: Write) -> None:
    name = write("{{ one }} {{ other }}")
    forged = fragments.hole(1)

    text = fragments.render(name, {"one": Varying(forged), "other": Varying("secret")})

    assert text == f"{forged} secret"


def test_equal_values_that_render_differently_are_distinguished(write: Write) -> None:
    name = write("{{ value }}")

    values = [1, True, SafeString("<b>"), "<b>"]

    assert [fragments.render(name, {"value": value}) for value in values] == [
        "1",
        "True",
        "<b>",
        "&lt;b&gt;",
    ]


def test_each_language_has_its_own_rendering(write: Write) -> None:
    name = write("{% load i18n %}{% translate 'Close' %}")

    texts = []
    for language in ("en", "el", "en"):
        with translation.override(language):
            texts.append(fragments.render(name, {}))

    assert texts == ["Close", "Κλείσιμο", "Close"]


def test_a_fragment_has_no_access_to_the_request(write: Write) -> None:
    name = write("[{{ user }}{{ request }}{{ csrf_token }}{{ perms }}]")

    assert fragments.render(name, {}) == "[]"


def test_values_come_as_a_mapping_by_name_or_both(write: Write) -> None:
    name = write("{{ colour }} {{ owner }} {{ size }}")
    values = {"colour": "red", "owner": Varying("<alice>"), "size": 1}
    page = engines["django"].from_string(
        f"{{% load fragments %}}{{% fragment '{name}' values size=2 %}};"
        f"{{% fragment '{name}' owner=username|varying %}}"
    )

    text = page.render({"values": values, "username": "bob"})

    assert text == "red &lt;alice&gt; 2; bob "


def test_a_missing_mapping_is_an_error(write: Write) -> None:
    name = write("{{ colour }}")
    page = engines["django"].from_string(
        f"{{% load fragments %}}{{% fragment '{name}' misspelled %}}"
    )

    with pytest.raises(TypeError, match="mapping"):
        page.render({})


def test_templates_that_change_are_read_again_while_developing(
    write: Write, settings: Settings
) -> None:
    name = write("one")
    settings.DEBUG = True
    assert fragments.render(name, {}) == "one"

    write("two")

    assert fragments.render(name, {}) == "two"
