"""Browser windows of users, whose console must stay free of errors."""

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
# htmx logs this when a newer request aborts an older one.
ABORTED_REQUEST = re.compile(r"htmx:(sendAbort|afterRequest)")

expect.set_options(timeout=PATIENCE_MS)


def log_in(page: Page, name: str, password: str = "") -> None:
    """Fill in the form of the login page, which is open."""
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password or name)
    page.get_by_role("button", name="Log in").click()


class Visits:
    """Opens pages for users, and collects errors and warnings of their consoles.

    The content security policy isn't bypassed, so that violations are errors too.
    """

    def __init__(
        self, browser: Browser, url: str, sessions: dict[str, StorageState]
    ) -> None:
        self._browser = browser
        self._url = url
        self._sessions = sessions
        self._contexts: list[BrowserContext] = []
        self._messages: list[str] = []
        self._expected = [ABORTED_REQUEST]

    def __call__(
        self,
        name: str = "",
        path: str = "/",
        *,
        status: int = 200,
        phone: bool = False,
        **options: Any,
    ) -> Page:
        """Open a page for a user; without a name, for somebody not logged in.

        ``options`` are those of playwright's contexts.
        """
        page = self.window(name, phone=phone, **options)
        if status != 200:
            self.expect_console_error(rf"status of {status}")
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        return page

    def window(self, name: str = "", *, phone: bool = False, **options: Any) -> Page:
        """Open an empty window for a user, with their session."""
        session = self._session(name) if name else None
        page = self._context(phone, {"storage_state": session, **options}).new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._add_message(f"{page.url}: {error}"))
        return page

    def expect_console_error(self, pattern: str) -> None:
        """Ignore messages that match."""
        self._expected.append(re.compile(pattern))

    def forget(self, name: str) -> None:
        """Drop the session of a user who has logged out."""
        self._sessions.pop(name)

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        assert not self._messages, "\n".join(self._messages)

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
        context_options = {
            "base_url": self._url,
            "viewport": PHONE if phone else DESKTOP,
            "has_touch": phone,
            "locale": "en-GB",
            "reduced_motion": "reduce",
            **options,
        }
        context = self._browser.new_context(**context_options)
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        return context

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            url = message.location["url"]
            self._add_message(f"{url}: {message.type}: {message.text}")

    def _add_message(self, text: str) -> None:
        if not any(pattern.search(text) for pattern in self._expected):
            self._messages.append(text)


JOB_MS = 60_000
