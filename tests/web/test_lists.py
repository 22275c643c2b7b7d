"""Links to the other pages of a list."""

import pytest
from django.core.paginator import Paginator

from apps.web.lists import PageLink, page_links


def links(number: int, pages: int) -> list[PageLink]:
    page = Paginator(range(pages), 1).get_page(number)
    return page_links(page, lambda number: f"?page={number}")


def test_a_list_of_one_page_has_no_links() -> None:
    assert links(1, 1) == []


@pytest.mark.parametrize(
    ("number", "pages", "numbers"),
    [
        (1, 2, [1, 2]),
        (3, 5, [1, 2, 3, 4, 5]),
        (1, 9, [1, 2, 0, 9]),
        (5, 9, [1, 0, 4, 5, 6, 0, 9]),
        (9, 9, [1, 0, 8, 9]),
    ],
)
def test_the_first_the_last_and_the_nearest_pages_are_linked(
    number: int, pages: int, numbers: list[int]
) -> None:
    assert [link.number for link in links(number, pages)] == numbers


def test_the_page_itself_is_marked() -> None:
    current = [link for link in links(2, 3) if link.current]

    assert current == [PageLink(2, "?page=2", current=True)]
