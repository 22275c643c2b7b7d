"""Flat pages: written by administrators, in two languages, public."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.flatpages.models import FlatPage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.pages import admin, flat_pages, markdown_text
from apps.work import limited_process
from tests.ganeti.pages import markup, text

INFO = reverse("pages:info")
ADD = reverse("admin:flatpages_flatpage_add")
GREEK = {"Accept-Language": "el"}


def write(name: str, language: str, content: str, title: str = "A title") -> FlatPage:
    return FlatPage.objects.create(
        url=flat_pages.place(name, language), title=title, content=content
    )


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root")


@pytest.mark.django_db
def test_loaddata_creates_six_public_placeholders(
    client: Client,
) -> None:
    call_command("loaddata", "flatpages", verbosity=0)

    assert FlatPage.objects.count() == 6
    for kind in flat_pages.KINDS.values():
        assert kind.address == f"/about/{kind.name}/"
        english = client.get(kind.address)
        greek = client.get(kind.address, headers=GREEK)
        assert english.status_code == greek.status_code == HTTPStatus.OK
        assert "placeholder" in markup(english)
        assert "προσωρινό" in markup(greek)


@pytest.mark.django_db
def test_a_page_is_in_the_readers_language_else_in_english(client: Client) -> None:
    write("info", "en", "in English")

    page = markup(client.get(INFO, headers=GREEK))
    assert "in English" in page
    assert '<article class="written" lang="en">' in page

    write("info", "el", "ελληνικά")
    assert "ελληνικά" in markup(client.get(INFO, headers=GREEK))
    assert "in English" in markup(client.get(INFO))


@pytest.mark.django_db
def test_a_page_only_in_greek_is_shown_in_greek(
    client: Client,
) -> None:
    write("info", "el", "ελληνικά")

    assert "ελληνικά" in markup(client.get(INFO))


@pytest.mark.django_db
def test_a_missing_page_says_so(client: Client) -> None:
    answer = client.get(INFO)

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "This page has not been written yet" in text(markup(answer))
    assert ADD not in markup(answer)


def test_a_missing_page_links_authors_to_its_form(client: Client, root: User) -> None:
    client.force_login(root)

    assert ADD in markup(client.get(INFO))


@pytest.mark.django_db
def test_a_disabled_page_is_neither_linked_nor_served(
    client: Client, settings: Settings
) -> None:
    write("info", "en", "text")
    settings.FLATPAGES = {"INFO": False, "TOS": True, "FAQ": True}

    login = markup(client.get(reverse("accounts:login")))

    assert client.get(INFO).status_code == HTTPStatus.NOT_FOUND
    assert INFO not in login
    assert reverse("pages:tos") in login


@pytest.mark.django_db
def test_markdown_is_rendered_with_headings_below_the_title(client: Client) -> None:
    write(
        "info",
        "en",
        "## First\n\n#### Below\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|\n\n[out](https://example.org)",
        title="The <title>",
    )

    page = markup(client.get(INFO))

    assert "<h1>The &lt;title&gt;</h1>" in page
    assert "<h2>First</h2>" in page
    assert "<h3>Below</h3>" in page
    assert "<li>one</li>" in page
    assert "<td>1</td>" in page
    assert '<a href="https://example.org" rel="noopener noreferrer">out</a>' in page


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>hacked()</script>",
        "<img src=x onerror=hacked()>",
        "[a](javascript:hacked())",
        '<p style="position: fixed" onclick="hacked()">x</p>',
        "<iframe src='https://hacked.example'></iframe>",
        "<style>hacked</style>",
        "<form action='https://hacked.example'><input name=a></form>",
    ],
)
@pytest.mark.django_db
def test_harmful_markup_is_removed(client: Client, hostile: str) -> None:
    """Regression: a script in a text ran in the administrator's browser."""
    write("info", "en", f"before\n\n{hostile}\n\nafter")

    page = markup(client.get(INFO))

    assert "before" in page
    assert "after" in page
    assert "hacked" not in page
    assert "position: fixed" not in page


@given(content=st.text())
def test_any_text_is_rendered(content: str) -> None:
    assert "<script" not in flat_pages.rendered(content)


def test_an_administrator_writes_a_page(client: Client, root: User) -> None:
    client.force_login(root)
    data = {
        "url": flat_pages.place("info", "en"),
        "title": "About us",
        "content": "**Hi**",
    }

    answer = client.post(ADD, data)

    page = FlatPage.objects.get()
    assert answer.status_code == HTTPStatus.FOUND
    assert [site.pk for site in page.sites.all()] == [1]
    assert "<strong>Hi</strong>" in markup(client.get(INFO))
    change_page = client.get(reverse("admin:flatpages_flatpage_change", args=[page.pk]))
    assert f'href="{INFO}"' in markup(change_page)


LISTS = "- " * 1000 + "x"


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(
    "content",
    [LISTS, "a\n:   b\n" * 800, "[" * 20_000],
    ids=["lists", "terms", "brackets"],
)
def test_a_deeply_nested_text_is_refused_at_its_field(
    client: Client, root: User, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: 2,000 levels of lists were a server error; brackets took minutes."""
    monkeypatch.setattr(admin, "RENDER_CPU_S", 1)
    client.force_login(root)
    data = {"url": flat_pages.place("info", "en"), "title": "Deep", "content": content}

    answer = client.post(ADD, data)

    errors = answer.context["adminform"].form.errors
    assert answer.status_code == HTTPStatus.OK
    assert "nested too deeply" in errors["content"][0]
    assert not FlatPage.objects.exists()


def test_a_text_that_is_too_long_is_refused_before_rendering(
    client: Client, root: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limited_process, "call", lambda *_: pytest.fail("read"))
    client.force_login(root)
    content = "x" * (markdown_text.LONGEST + 1)
    data = {"url": flat_pages.place("info", "en"), "title": "Long", "content": content}

    answer = client.post(ADD, data)

    assert "at most 100000 characters" in text(markup(answer))


@pytest.mark.django_db
def test_a_nested_text_in_the_database_is_shown_as_source(
    client: Client,
) -> None:
    write("info", "en", LISTS + "<script>hacked()</script>")

    page = markup(client.get(INFO))

    assert "- - - x" in page
    assert "<script>hacked" not in page


def test_a_second_page_in_a_language_is_refused(client: Client, root: User) -> None:
    client.force_login(root)
    write("info", "en", "text")
    data = {"url": flat_pages.place("info", "en"), "title": "Twice", "content": "x"}

    answer = client.post(ADD, data)

    assert "written already" in text(markup(answer))
    assert FlatPage.objects.count() == 1


def test_staff_need_the_permission_to_write_pages(client: Client, db: None) -> None:
    writer = User.objects.create_user("writer", is_staff=True)
    client.force_login(writer)
    assert client.get(ADD).status_code == HTTPStatus.FORBIDDEN

    writer.user_permissions.add(Permission.objects.get(codename="add_flatpage"))

    assert client.get(ADD).status_code == HTTPStatus.OK


@given(
    data=st.fixed_dictionaries(
        {},
        optional={
            "url": st.one_of(st.just("/about/tos/en/"), st.text()),
            "title": st.text(),
            "content": st.text(),
        },
    )
)
def test_any_form_data_is_answered(
    client: Client, root: User, data: dict[str, str]
) -> None:
    client.force_login(root)

    assert client.post(ADD, data).status_code in {HTTPStatus.OK, HTTPStatus.FOUND}
