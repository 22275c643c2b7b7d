"""A web server for the demo: images, a news feed, and the emails that were sent.

It stands for servers of others, and is no part of the product. It listens on this
machine alone, since mails have links that work once.
"""

import argparse
import email
import email.policy
import html
import re
from email.message import EmailMessage
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SEPARATOR = b"-" * 79 + b"\n"
LINK = re.compile(r"https?://[^\s<>&]+(?:&amp;[^\s<>&]+)*")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">{refresh}
<title>{title}</title><style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }}
body {{ font: 1rem/1.5 system-ui; }}
h1 {{ font-size: 1.3rem; }} h2 {{ font-size: 1rem; }}
li {{ margin: .75rem 0; }} ol {{ list-style: none; padding: 0; }}
small {{ opacity: .75; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }}
iframe {{ width: 100%; height: 32rem; border: 1px solid #8888; border-radius: 8px; }}
</style><body><h1>{title}</h1>{body}</body></html>"""


def mails(directory: Path) -> list[EmailMessage]:
    """Return the mails that Django has written to files, oldest first."""
    return [
        email.message_from_bytes(part.strip() + b"\n", policy=email.policy.default)
        for path in sorted(directory.glob("*.log"))
        for part in path.read_bytes().split(SEPARATOR)
        if part.strip()
    ]


def part_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def listing(messages: list[EmailMessage]) -> str:
    """Return the page of all mails, the newest first."""
    rows = "".join(
        f'<li><a href="/mails/{number}/">{html.escape(str(mail["Subject"]))}</a><br>'
        f"<small>to {html.escape(str(mail['To']))} · "
        f"{html.escape(str(mail['Date']))}</small></li>"
        for number, mail in reversed(list(enumerate(messages)))
    )
    body = f"<ol>{rows}</ol>" if rows else "<p>No mail has been sent yet.</p>"
    return PAGE.format(
        title="Mails that the demo has sent",
        refresh='<meta http-equiv="refresh" content="5">',
        body=body,
    )


def shown(mail: EmailMessage, number: int) -> str:
    """Return the page of one mail: its text with links, and its HTML in a frame."""
    text = LINK.sub(
        lambda match: f'<a href="{match[0]}">{match[0]}</a>',
        html.escape(part_of(mail, "plain"), quote=False),
    )
    frame = (
        f'<h2>As HTML</h2><iframe src="/mails/{number}/html" title="The same as HTML"'
        ' sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
    )
    head = ", ".join(
        f"{label} {html.escape(str(mail[name]))}"
        for label, name in (("from", "From"), ("to", "To"), ("at", "Date"))
    )
    body = (
        f'<p><a href="/mails/">All mails</a></p><p><small>{head}</small></p>'
        f"<pre>{text}</pre>{frame if part_of(mail, 'html') else ''}"
    )
    return PAGE.format(title=html.escape(str(mail["Subject"])), refresh="", body=body)


def as_html(mail: EmailMessage) -> str:
    """Return the HTML of a mail, whose links leave the frame that shows it."""
    return f'<base target="_blank">{part_of(mail, "html")}'


class Handler(SimpleHTTPRequestHandler):
    """Serves a directory, and mails below /mails/."""

    def __init__(self, *args: Any, mail: Path, **kwargs: Any) -> None:
        self._mail = mail
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/":
            self._redirect("/mails/")
        elif path.startswith("/mails/"):
            self._answer(self._page(path.removeprefix("/mails/")))
        else:
            super().do_GET()

    def _page(self, address: str) -> str | None:
        """Return a page about mails, or None if there is none at the address."""
        messages = mails(self._mail)
        if not address:
            return listing(messages)
        match = re.fullmatch(r"(\d{1,6})/(html)?", address)
        if not match or int(match[1]) >= len(messages):
            return None
        mail = messages[int(match[1])]
        return as_html(mail) if match[2] else shown(mail, int(match[1]))

    def _answer(self, page: str | None) -> None:
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        content = page.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", f"{POLICY}; frame-src 'self'")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def _redirect(self, to: str) -> None:
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()


def serve(port: int, directory: Path, mail: Path) -> ThreadingHTTPServer:
    """Return the server, listening and not yet answering."""
    handler = partial(Handler, directory=str(directory), mail=mail)
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--mail", type=Path, required=True)
    options = parser.parse_args()
    serve(options.port, options.directory, options.mail).serve_forever()


if __name__ == "__main__":
    main()
