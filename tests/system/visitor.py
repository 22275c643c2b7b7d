"""Somebody with a browser, as far as HTTP goes: cookies, forms and their tokens."""

import re
from typing import Any, Self

import requests

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
# What a page may take where the tests share the machine with whatever else runs.
PATIENCE_S = 20


class Visitor:
    """Reads pages and sends their forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        # Whichever process of the server is free takes the next request.
        self.session.headers["Connection"] = "close"

    def get(self, path: str = "/") -> requests.Response:
        return self.session.get(self.url + path, timeout=PATIENCE_S)

    def sees(self, text: str, path: str = "/") -> bool:
        """Tell whether a page answers and says this."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return text in answer.text

    def submit(self, page: str, action: str, **fields: Any) -> requests.Response:
        """Send a form of a page, with the token that stands in it."""
        token = TOKEN.search(self.get(page).text)
        assert token, f"{page} has no form"
        return self.session.post(
            self.url + action,
            data={"csrfmiddlewaretoken": token[1], **fields},
            headers={"Referer": self.url + page},
            timeout=PATIENCE_S,
        )

    def log_in(self, name: str) -> Self:
        page = "/accounts/login/"
        answer = self.submit(page, page, username=name, password=name)
        errors = re.findall(r'role="alert">.*', answer.text)
        cookies = self.session.cookies
        assert "sessionid" in cookies, f"{answer.status_code} {errors}"
        return self
