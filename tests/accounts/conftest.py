"""Users with passwords, and their mails."""

import re

import pytest
from django.contrib.auth.models import User
from django.http.response import HttpResponseBase

from tests.conftest import Sent

PASSWORD = "correct horse battery staple"


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", "alice@example.org", PASSWORD)


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", "root@example.org", PASSWORD)


def link_in(sent: Sent, to: str) -> str:
    """Return the path of the last link in the last mail to somebody."""
    mails = [mail for mail in sent() if to in mail.to]
    links = re.findall(r"http://localhost:8000(/\S+)", str(mails[-1].body))
    path: str = links[-1]
    return path


def location_of(answer: HttpResponseBase) -> str:
    """Return where an answer redirects to, else ""."""
    return answer.headers.get("Location", "")
