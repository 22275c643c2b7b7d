"""People who visit the site, each in a browser of their own that must not complain."""

import re
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
    ViewportSize,
    expect,
)

PATIENCE_MS = 20_000
DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
# htmx says so when one gives up what was asked for since one asks for something else.
OVERTAKEN = re.compile(r"htmx:(sendAbort|afterRequest)")

expect.set_options(timeout=PATIENCE_MS)


def log_in(page: Page, name: str, password: str = "") -> None:
    """Fill in the form of the login page, on which the page is."""
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password or name)
    page.get_by_role("button", name="Log in").click()


class Visits:
    """Opens pages for people, and keeps what their browsers complain of.

    Nobody gets a way round the content security policy, so that what it stops is a
    complaint too.
    """

    def __init__(
        self, browser: Browser, url: str, sessions: dict[str, StorageState]
    ) -> None:
        self._browser = browser
        self._url = url
        self._sessions = sessions
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []
        self._expected = [OVERTAKEN]

    def __call__(
        self,
        name: str = "",
        path: str = "/",
        *,
        status: int = 200,
        phone: bool = False,
        **options: Any,
    ) -> Page:
        """Open a page for somebody; without a name, for somebody not logged in.

        ``options`` are those of playwright's contexts.
        """
        page = self.window(name, phone=phone, **options)
        if status != 200:
            self.expect_complaint(rf"status of {status}")
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        return page

    def window(self, name: str = "", *, phone: bool = False, **options: Any) -> Page:
        """Open an empty window for somebody, with a session of theirs."""
        session = self._session(name) if name else None
        page = self._context(phone, {"storage_state": session, **options}).new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complain(f"{page.url}: {error}"))
        return page

    def expect_complaint(self, pattern: str) -> None:
        """Take what matches for part of the story."""
        self._expected.append(re.compile(pattern))

    def forget(self, name: str) -> None:
        """Take somebody's session, who has logged out, for ended."""
        self._sessions.pop(name)

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        assert not self._complaints, "\n".join(self._complaints)

    def _session(self, name: str) -> StorageState:
        if name not in self._sessions:
            context = self._context(False, {})
            page = context.new_page()
            page.goto("/accounts/login/")
            log_in(page, name)
            expect(page.get_by_role("heading", level=1)).to_have_text("Machines")
            self._sessions[name] = context.storage_state()
        return self._sessions[name]

    def _context(self, phone: bool, options: dict[str, Any]) -> BrowserContext:
        given = {
            "base_url": self._url,
            "viewport": PHONE if phone else DESKTOP,
            "has_touch": phone,
            "locale": "en-GB",
            "reduced_motion": "reduce",
            **options,
        }
        context = self._browser.new_context(**given)
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        return context

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            where = message.location["url"]
            self._complain(f"{where}: {message.type}: {message.text}")

    def _complain(self, text: str) -> None:
        if not any(pattern.search(text) for pattern in self._expected):
            self._complaints.append(text)


JOB_MS = 60_000
