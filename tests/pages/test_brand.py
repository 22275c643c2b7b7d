"""The settings of BRANDING: pages, content security policy, colours and analytics."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.pages import accent_colour, analytics, brand
from ganetimgr.settings import defaults, loading, policy, wiring
from ganetimgr.settings.checks import complaints
from tests.ganeti.pages import markup, text

LOGIN = reverse("accounts:login")
DEFAULTS = {**loading.upper(vars(wiring)), **loading.upper(vars(defaults))}
DEFAULTS["SECRET_KEY"] = "k" * 50
NETWORK = {"NAME": "Mastodon", "URL": "https://social.example/us", "ICON": "mastodon"}
colour_texts = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def set_brand(settings: Settings, **changes: Any) -> None:
    settings.BRANDING = {**defaults.BRANDING, **changes}


def directives(**branding: Any) -> dict[str, list[str]]:
    """Return the directives of the content security policy for some branding."""
    analytics_sources = branding.pop("sources", [])
    values = {
        "BRANDING": {**defaults.BRANDING, **branding},
        "ANALYTICS_CSP_SOURCES": analytics_sources,
        "HELPDESK_INTEGRATION_JAVASCRIPT_URL": "",
    }
    header = policy.with_named_sources(wiring.CONTENT_SECURITY_POLICY, values)
    result: dict[str, list[str]] = header["DIRECTIVES"]
    return result


@pytest.mark.django_db
def test_the_footer_names_the_provider(client: Client, settings: Settings) -> None:
    provider = {"NAME": "<GRNET>", "URL": "https://grnet.example"}
    set_brand(settings, SERVICE_PROVIDED_BY={**provider, "SOCIAL_NETWORKS": [NETWORK]})

    page = markup(client.get(LOGIN))

    assert '<a href="https://grnet.example">&lt;GRNET&gt;</a>' in page
    assert '<a href="https://social.example/us" rel="noopener">' in page
    assert "bi-mastodon" in page


@pytest.mark.django_db
def test_a_provider_with_a_name_alone_is_named(
    client: Client, settings: Settings
) -> None:
    set_brand(settings, SERVICE_PROVIDED_BY={"NAME": "GRNET"})

    assert "A service of GRNET" in text(markup(client.get(LOGIN)))


@pytest.mark.django_db
def test_an_empty_footer_is_left_out(client: Client, settings: Settings) -> None:
    settings.FLATPAGES = {"INFO": False, "TOS": False, "FAQ": False}

    assert "<footer" not in markup(client.get(LOGIN))


@pytest.mark.django_db
def test_logo_icon_title_and_motto_come_from_the_settings(
    client: Client, settings: Settings
) -> None:
    set_brand(
        settings,
        LOGO="https://img.example/logo.svg",
        FAVICON="ganetimgr/img/icon.svg",
        TITLE="Okeanos",
        MOTTO="Machines for schools",
    )

    page = markup(client.get(LOGIN))

    assert 'src="https://img.example/logo.svg" alt="Okeanos"' in page
    assert '<link rel="icon" href="/static/ganetimgr/img/icon.svg">' in page
    assert "Okeanos</title>" in page
    assert "Machines for schools" in page


@pytest.mark.django_db
def test_a_logo_missing_from_the_manifest_is_left_out(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        },
    }
    settings.STATIC_ROOT = tmp_path

    assert brand._address("branding/new.svg") == ""


@pytest.mark.parametrize(
    ("video", "tag"),
    [
        ("https://films.example/a.mp4?x=1", "<video"),
        ("https://player.example/embed/1", "<iframe"),
    ],
)
@pytest.mark.django_db
def test_a_video_is_shown_beside_the_login_form(
    client: Client, settings: Settings, video: str, tag: str
) -> None:
    set_brand(settings, VIDEO=video)

    assert f'{tag} src="{video}"' in markup(client.get(LOGIN))


@pytest.mark.django_db
def test_a_page_of_the_operator_is_framed_in_the_footer(
    client: Client, settings: Settings
) -> None:
    set_brand(settings, FOOTER_ICONS_IFRAME="https://icons.example/row")

    page = markup(client.get(LOGIN))

    assert '<iframe src="https://icons.example/row" title="' in " ".join(page.split())


# -- content security policy


def test_browsers_may_load_only_from_the_site_itself() -> None:
    assert directives() == wiring.CONTENT_SECURITY_POLICY["DIRECTIVES"]


@pytest.mark.parametrize(
    ("branding", "directive", "source"),
    [
        (
            {"VIDEO": "https://films.example/a.mp4"},
            "media-src",
            "https://films.example",
        ),
        (
            {"VIDEO": "https://player.example:8443/1"},
            "frame-src",
            "https://player.example:8443",
        ),
        (
            {"FOOTER_ICONS_IFRAME": "https://icons.example/x"},
            "frame-src",
            "https://icons.example",
        ),
        ({"LOGO": "https://img.example/l.png"}, "img-src", "https://img.example"),
        ({"FAVICON": "https://img.example/l.png"}, "img-src", "https://img.example"),
        ({"sources": ["https://stats.example"]}, "script-src", "https://stats.example"),
        (
            {"sources": ["https://stats.example"]},
            "connect-src",
            "https://stats.example",
        ),
        ({"sources": ["https://stats.example"]}, "img-src", "https://stats.example"),
    ],
)
def test_addresses_in_settings_extend_their_directives(
    branding: dict[str, Any], directive: str, source: str
) -> None:
    allowed = directives(**branding)

    assert allowed[directive][-1] == source
    assert "'self'" in allowed[directive]
    if "sources" not in branding:
        other_directives = {
            key: value for key, value in allowed.items() if key != directive
        }
        assert source not in str(other_directives)


def test_an_address_cannot_extend_other_directives() -> None:
    allowed = directives(VIDEO="https://a.example;script-src *//x", LOGO="https://b c/")

    assert allowed == wiring.CONTENT_SECURITY_POLICY["DIRECTIVES"]


@pytest.mark.usefixtures("state_directory")
def test_the_operators_file_makes_the_policy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.py"
    path.write_text("BRANDING = {'VIDEO': 'https://films.example/a.webm'}\n")
    monkeypatch.setenv("GANETIMGR_SETTINGS", str(path))

    allowed = loading.load()["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]

    assert allowed["media-src"] == ["'self'", "https://films.example"]
    assert "media-src" not in wiring.CONTENT_SECURITY_POLICY["DIRECTIVES"]


# -- validation of settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BRANDING.ACCENT_COLOUR", "teal"),
        ("BRANDING.ACCENT_COLOUR", "#0d6d78; }"),
        ("BRANDING.LOGO", "branding/nowhere.svg"),
        ("BRANDING.FAVICON", "ftp://img.example/icon.png"),
        ("BRANDING.VIDEO", 5),
        ("BRANDING.FOOTER_ICONS_IFRAME", True),
        ("BRANDING.FEED_URL", "feed.xml"),
        ("BRANDING.SERVICE_PROVIDED_BY", {"SOCIAL_NETWORKS": {}}),
        ("BRANDING.SERVICE_PROVIDED_BY", {"SOCIAL_NETWORKS": [{"NAME": "x"}]}),
        (
            "BRANDING.SERVICE_PROVIDED_BY",
            {"SOCIAL_NETWORKS": [{**NETWORK, "ICON": '"><b>'}]},
        ),
        (
            "BRANDING.SERVICE_PROVIDED_BY",
            {"SOCIAL_NETWORKS": [{**NETWORK, "URL": "javascript:x"}]},
        ),
        ("ANALYTICS_CSP_SOURCES", "https://stats.example"),
        ("ANALYTICS_CSP_SOURCES", ["stats.example; script-src *"]),
        ("ANALYTICS_CSP_SOURCES", ["'unsafe-inline'"]),
    ],
)
def test_a_wrong_brand_is_named_in_one_line(name: str, value: object) -> None:
    setting, _, key = name.partition(".")
    setting_value = {**DEFAULTS["BRANDING"], key: value} if key else value

    lines = list(complaints({**DEFAULTS, setting: setting_value}))

    assert len(lines) == 1
    assert lines[0].startswith(name)
    assert "\n" not in lines[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("LOGO", "ganetimgr/img/icon.svg"),
        ("LOGO", "/logo.svg"),
        ("FOOTER_ICONS_IFRAME", False),
        ("ACCENT_COLOUR", "#0D6d78"),
        ("SERVICE_PROVIDED_BY", {"SOCIAL_NETWORKS": [NETWORK]}),
    ],
)
def test_a_right_brand_is_accepted(key: str, value: object) -> None:
    branding = {**DEFAULTS["BRANDING"], key: value}

    assert list(complaints({**DEFAULTS, "BRANDING": branding})) == []


# -- the accent colour


@pytest.mark.django_db
def test_the_accent_colour_is_served_as_a_stylesheet(
    client: Client, settings: Settings
) -> None:
    assert client.get(reverse("pages:accent")).status_code == HTTPStatus.NOT_FOUND
    assert "accent.css" not in markup(client.get(LOGIN))

    set_brand(settings, ACCENT_COLOUR="#aa3355")
    answer = client.get("/accent.css?aa3355")

    assert '<link rel="stylesheet" href="/accent.css?aa3355">' in markup(
        client.get(LOGIN)
    )
    assert answer.headers["Content-Type"] == "text/css"
    assert "--accent: #aa3355;" in markup(answer)


@given(colour_texts)
def test_any_accent_colour_has_enough_contrast(text: str) -> None:
    colour = accent_colour.parse(text)

    light_palette, dark_palette = (
        accent_colour.light(colour),
        accent_colour.dark(colour),
    )

    for shade in (light_palette.accent, light_palette.strong):
        for background in (
            *accent_colour.LIGHT_GROUNDS,
            accent_colour.ON_LIGHT,
            light_palette.soft,
        ):
            assert accent_colour.contrast(shade, background) >= 4.5
    for shade in (dark_palette.accent, dark_palette.strong):
        for background in (
            *accent_colour.DARK_GROUNDS,
            accent_colour.ON_DARK,
            dark_palette.soft,
        ):
            assert accent_colour.contrast(shade, background) >= 4.5


def test_a_colour_with_enough_contrast_is_unchanged() -> None:
    assert accent_colour.light(accent_colour.parse("#0d6d78")).accent == (
        0x0D,
        0x6D,
        0x78,
    )


def test_the_backgrounds_are_those_of_the_stylesheet() -> None:
    css = (defaults.BASE_DIR / "static/ganetimgr/css/ganetimgr.css").read_text()

    for colour in (
        *accent_colour.LIGHT_GROUNDS,
        *accent_colour.DARK_GROUNDS,
        accent_colour.ON_DARK,
    ):
        hex_text = accent_colour.written(colour)
        assert (hex_text if hex_text != "#ffffff" else "#fff") in css


# -- analytics


def serve_script(client: Client, settings: Settings, path: Path, content: str) -> str:
    path.write_text(content)
    set_brand(settings, ANALYTICS_FILE_PATH=str(path))
    analytics._read.cache_clear()
    answer = client.get(reverse("pages:analytics"))
    assert answer.headers["Content-Type"] == "text/javascript"
    return markup(answer)


@pytest.mark.django_db
def test_a_script_is_served_unchanged_and_linked_from_every_page(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    assert "analytics.js" not in markup(client.get(LOGIN))

    script = serve_script(client, settings, tmp_path / "a.js", "count(1 < 2);\n")

    assert script == "count(1 < 2);\n"
    page = markup(client.get(LOGIN))
    assert '<script src="/analytics.js" defer></script>' in page
    assert "count(" not in page


@pytest.mark.django_db
def test_the_scripts_of_a_snippet_are_taken_out_of_their_html(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    script = serve_script(
        client,
        settings,
        tmp_path / "a.html",
        "<!-- stats --><script>var a = '<b>' && 1;</script>"
        '<script async data-site="x" src="https://stats.example/s.js"></script>'
        "<noscript><img src='https://stats.example/p.gif'></noscript>",
    )

    assert "var a = '<b>' && 1;" in script
    assert '"src": "https://stats.example/s.js"' in script
    assert '"data-site": "x"' in script
    assert "p.gif" not in script
    assert "<script" not in script


def test_ignored_and_blocked_parts_of_a_snippet_are_reported(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "a.html"
    path.write_text("<script src='//stats.example/s.js'></script><noscript></noscript>")
    set_brand(settings, ANALYTICS_FILE_PATH=str(path))

    messages = [str(message.msg) for message in analytics.check_snippet()]

    assert "<noscript>" in messages[0]
    assert "https://stats.example" in messages[1]
    settings.ANALYTICS_CSP_SOURCES = ["*.example"]
    assert len(analytics.check_snippet()) == 1


@pytest.mark.django_db
def test_a_missing_snippet_breaks_no_page(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    set_brand(settings, ANALYTICS_FILE_PATH=str(tmp_path / "gone.js"))

    answer = client.get(reverse("pages:analytics"))

    assert answer.status_code == HTTPStatus.OK
    assert "cannot be read" in markup(answer)


@pytest.mark.django_db
def test_without_a_file_there_is_no_script(client: Client) -> None:
    answer = client.get(reverse("pages:analytics"))

    assert answer.status_code == HTTPStatus.NOT_FOUND
