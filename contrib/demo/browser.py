"""Fill in the product's forms over HTTP, as a person with a browser would."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

Attributes = dict[str, str | None]


class FormReader(HTMLParser):
    """Finds the controls of a page's POST forms and what they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.tickable: set[str] = set()
        self.errors: list[str] = []
        self._posts = False
        self._select = ""
        self._in_errors = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes: Attributes = dict(attrs)
        if tag == "form":
            self._posts = (attributes.get("method") or "").lower() == "post"
        elif tag == "ul" and "errorlist" in (attributes.get("class") or ""):
            self._in_errors = True
        elif self._posts:
            self._control(tag, attributes)

    def _control(self, tag: str, attributes: Attributes) -> None:
        name = attributes.get("name") or ""
        value = attributes.get("value") or ""
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self.fields[name] = ""
        elif tag == "option" and "selected" in attributes:
            self.fields[self._select] = value
        elif tag == "input" and name:
            self._input(name, value, attributes)

    def _input(self, name: str, value: str, attributes: Attributes) -> None:
        kind = attributes.get("type")
        if kind == "checkbox":
            self.tickable.add(name)
        if kind not in {"checkbox", "radio", "submit"} or "checked" in attributes:
            self.fields[name] = value or ("on" if kind == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "ul":
            self._in_errors = False
        elif tag == "form":
            self._posts = False

    def handle_data(self, data: str) -> None:
        if self._in_errors and data.strip():
            self.errors.append(data.strip())


class Browser:
    """Keeps a session with the site and posts its forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def form(self, path: str) -> FormReader:
        return self._read(self.session.get(urljoin(self.url, path), timeout=60))

    def submit(self, path: str, form: FormReader, **values: str) -> FormReader:
        """Send a form with some of its fields changed; give the page that follows."""
        answer = self.session.post(
            urljoin(self.url, path),
            data={**form.fields, **values},
            headers={"Referer": self.url},
            timeout=60,
        )
        return self._read(answer)

    def log_in(self, username: str, password: str) -> None:
        path = "/accounts/login/"
        self.submit(path, self.form(path), username=username, password=password)
        if "sessionid" not in self.session.cookies:
            raise RuntimeError(f"{username} could not log in")

    def add_cluster(self, fingerprint: str, **values: str) -> None:
        """Add a cluster in the administration; confirm its certificate when asked.

        It is the right one if the page shows the fingerprint that we know.
        """
        path = "/admin/ganeti/cluster/add/"
        page = self.submit(path, self.form(path), **values)
        if "certificate_confirmed" in page.tickable:
            if page.fields["seen_fingerprint"] != fingerprint:
                raise RuntimeError(f"{values} shows another certificate")
            page = self.submit(path, page, certificate_confirmed="on")
        if page.errors or "new_password" in page.fields:
            raise RuntimeError(f"{values} was not added: {page.errors}")

    @staticmethod
    def _read(answer: requests.Response) -> FormReader:
        answer.raise_for_status()
        reader = FormReader()
        reader.feed(answer.text)
        return reader
