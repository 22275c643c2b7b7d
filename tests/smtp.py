"""A mail server that accepts everything, for tests; it speaks just enough SMTP."""

import socketserver
import threading
from types import TracebackType
from typing import Self

from tests.local_server import POLL_S


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._recipients: list[str] = []
        self._say("220 here")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"RCPT":
                self._recipients.append(line.partition(b":")[2].strip().decode())
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"DATA":
                self._say("354 go on")
                self._take()
            self._say("250 well")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _take(self) -> None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        assert isinstance(self.server, MailServer)
        self.server.messages.append(b"".join(lines))
        self.server.recipients.append(self._recipients)
        self._recipients = []


class MailServer(socketserver.ThreadingTCPServer):
    """Listens at a port of this machine while it is entered."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)
        self.messages: list[bytes] = []
        # The recipients of each message, in the form "<alice@example.org>".
        self.recipients: list[list[str]] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(POLL_S,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.shutdown()
        self.server_close()
