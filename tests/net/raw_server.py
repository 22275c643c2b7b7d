"""A server of raw bytes, for answers that no library would write."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Gets what was asked, too.
Serve = Callable[[socket.socket, bytes], None]


@contextmanager
def serving(serve: Serve) -> Iterator[str]:
    """Serve every connection, each in a thread; yield the server's address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _address = listener.accept()
                    threading.Thread(
                        target=_serve, args=(serve, connection), daemon=True
                    ).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def _serve(serve: Serve, connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        serve(connection, connection.recv(4096))


def sending(*pieces: bytes, forever: bytes = b"", pause_s: float = 0.0) -> Serve:
    """Return what sends pieces, then one again and again until it is cut off."""

    def serve(connection: socket.socket, _request: bytes) -> None:
        for piece in pieces:
            connection.sendall(piece)
        cut_off = threading.Event()
        while forever:
            connection.sendall(forever)
            cut_off.wait(pause_s)

    return serve
