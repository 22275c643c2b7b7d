"""What is new, for templates of other rooms."""

from django import template

from apps.pages import news

register = template.Library()


@register.simple_tag
def latest_news() -> news.News:
    """Return what is known of the feed."""
    return news.known()
