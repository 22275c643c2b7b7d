"""URLs of notifications."""

from django.urls import path

from .views import archive, composing, inbox, review

app_name = "notifications"

_draft = "notifications/<int:pk>/"
_archived = "notifications/archive/<int:pk>/"

sender_urls = [
    path("notifications/new", composing.compose, name="compose"),
    path("notifications/targets", composing.find_targets, name="targets"),
    path(f"{_draft}edit", composing.edit, name="edit"),
    path(f"{_draft}review", review.review, name="review"),
    path(f"{_draft}send", review.send, name="send"),
    path(f"{_draft}delete", composing.delete, name="delete"),
]

archive_urls = [
    path("notifications/", archive.archive_list, name="archive"),
    path(_archived, archive.detail, name="detail"),
    path(f"{_archived}retry", archive.retry, name="retry"),
    path(f"{_archived}copy", archive.copy, name="copy"),
]

inbox_urls = [
    path("notifications/mine/", inbox.inbox_list, name="inbox"),
    path("notifications/mine/read", inbox.read_all, name="read-all"),
    path("notifications/mine/zone", inbox.set_zone, name="set-zone"),
    path("notifications/mine/<int:pk>/", inbox.message, name="message"),
    path("notifications/mine/<int:pk>/read", inbox.read, name="read"),
]

urlpatterns = [*sender_urls, *archive_urls, *inbox_urls]
