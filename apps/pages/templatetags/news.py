"""Template tag for the news, for templates of other apps."""

from django import template

from apps.pages import news

register = template.Library()


@register.simple_tag
def latest_news() -> news.News:
    """Return the cached news of the feed."""
    return news.known()
