"""A server of raw bytes, for malformed answers."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Called with the connection and the request.
Serve = Callable[[socket.socket, bytes], None]


@contextmanager
def serve_bytes(serve: Serve) -> Iterator[str]:
    """Serve each connection in a thread; yield host and port."""
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


def send_pieces(*pieces: bytes, forever: bytes = b"", pause_s: float = 0.0) -> Serve:
    """Return what sends the pieces, then ``forever`` until the connection ends."""

    def serve(connection: socket.socket, _request: bytes) -> None:
        for piece in pieces:
            connection.sendall(piece)
        cut_off = threading.Event()
        while forever:
            connection.sendall(forever)
            cut_off.wait(pause_s)

    return serve
