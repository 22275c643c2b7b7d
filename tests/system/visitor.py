"""An HTTP client with cookies that sends forms with their tokens."""

from typing import Any, Self

import requests
from bs4 import BeautifulSoup

# How long a page may take on a busy machine.
PATIENCE_S = 20


class Visitor:
    """Reads pages and sends their forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        # A new connection each, so that any process of the server may answer.
        self.session.headers["Connection"] = "close"

    def get(self, path: str = "/") -> requests.Response:
        return self.session.get(self.url + path, timeout=PATIENCE_S)

    def sees(self, text: str, path: str = "/") -> bool:
        """Return whether a page has this in its markup."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return text in answer.text

    def submit(self, page: str, action: str, **fields: Any) -> requests.Response:
        """Send a form of a page, with the token of that page."""
        document = BeautifulSoup(self.get(page).text, "html.parser")
        token = document.select_one("[name=csrfmiddlewaretoken]")
        assert token, f"{page} has no form"
        return self.session.post(
            self.url + action,
            data={"csrfmiddlewaretoken": token["value"], **fields},
            headers={"Referer": self.url + page},
            timeout=PATIENCE_S,
        )

    def log_in(self, name: str) -> Self:
        page = "/accounts/login/"
        answer = self.submit(page, page, username=name, password=name)
        alerts = BeautifulSoup(answer.text, "html.parser").select("[role=alert]")
        errors = [alert.get_text(" ", strip=True) for alert in alerts]
        cookies = self.session.cookies
        assert "sessionid" in cookies, f"{answer.status_code} {errors}"
        return self
