"""Servers of the standard library, run by a thread of the test process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer

# How often a server checks whether it is to stop; the default is half a second.
POLL_S = 0.01


@contextmanager
def served(server: BaseServer) -> Iterator[None]:
    """Serve until the end of the block, then close the server's socket."""
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
