"""Stand-ins for the servers of graphs: collectd's grapher, and Prometheus.

Their values are made up, the same each time that they are asked for. They answer the
requests that ganetimgr makes: /grapher/NAME/TYPE.png/START,END[/ethN] with a PNG, and
/prometheus/api/v1/query_range with the values of the default queries.
"""

import argparse
import json
import math
import re
import struct
import time
import zlib
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

HOUR, DAY = 3600, 24 * 3600
UNITS = {"s": 1, "min": 60, "h": HOUR, "d": DAY, "w": 7 * DAY, "mon": 31 * DAY}
UNITS["y"] = 366 * DAY
IMAGE = re.compile(r"/grapher/([^/]+)/([a-z0-9-]+)\.png/([^/,]+),([^/,]+)(/eth\d+)?")
WIDTH, HEIGHT, MARGIN = 600, 200, 12
SPACE = HEIGHT - 2 * MARGIN
WHITE, GREY, BLUE = 0, 1, 2
PALETTE = bytes((255, 255, 255, 222, 226, 230, 28, 100, 216))
# By the name of a metric: the mean, and how far values are from it.
METRICS = {
    "cpu_time": (0.35, 0.3),
    "memory_usage": (1.4e9, 2e8),
    "maximum_memory": (2147483648.0, 0.0),
    "read_bytes": (4e5, 3.5e5),
    "write_bytes": (9e5, 7e5),
    "receive_bytes": (6e5, 5e5),
    "transmit_bytes": (2.5e5, 2e5),
}


def value(name: str, at: float) -> float | None:
    """Return a value from 0 to 1 of a name at a time; None in a weekly gap."""
    seed = zlib.crc32(name.encode())
    if (at + seed) % (7 * DAY) < HOUR:
        return None
    day = math.sin(2 * math.pi * (at / DAY + seed % 97 / 97))
    hour = math.sin(2 * math.pi * (at / (HOUR * (1 + seed % 5)) + seed % 31 / 31))
    noise = zlib.crc32(f"{seed} {at:.0f}".encode()) / 2**32
    return min(1.0, max(0.0, 0.5 + 0.22 * day + 0.1 * hour + 0.3 * (noise - 0.5)))


def seconds(text: str, now: float) -> float:
    """Return a time as rrdtool writes it, in seconds since 1970."""
    match = re.fullmatch(r"-(\d+)([a-z]*)", text)
    if match:
        return now - int(match[1]) * UNITS.get(match[2], 1)
    return float(text) if text.isdecimal() else now


# -- collectd's grapher


def image(name: str, start: float, end: float) -> bytes:
    """Draw the values of a name as a PNG."""
    rows = [bytearray(WIDTH) for _ in range(HEIGHT)]
    for line in range(5):
        at = MARGIN + line * SPACE // 4
        rows[at][MARGIN : WIDTH - MARGIN] = bytes([GREY]) * (WIDTH - 2 * MARGIN)
    before = None
    for x in range(MARGIN, WIDTH - MARGIN):
        share = value(name, start + (end - start) * (x - x % 4) / WIDTH)
        y = None if share is None else HEIGHT - MARGIN - int(share * SPACE)
        if y is not None:
            low, high = sorted((y, y if before is None else before))
            for row in rows[low : high + 2]:
                row[x] = BLUE
        before = y
    return png(rows)


def png(rows: list[bytearray]) -> bytes:
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = ((b"IHDR", header), (b"PLTE", PALETTE), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


# -- Prometheus


def matrix(query: str, start: float, end: float, step: float) -> dict[str, object]:
    """Return the result of a range query; empty for metrics that aren't in METRICS."""
    metric = next((name for name in METRICS if name in query), "")
    domain = re.search(r'domain="([^"]*)"', query)
    result = []
    if metric and domain:
        factor = re.match(r"(\d+) \*", query)
        scale = float(factor[1]) if factor else 1.0
        found = list(samples(metric, domain[1], (start, end, step), scale))
        result = [{"metric": {}, "values": found}]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


def samples(
    metric: str, domain: str, grid: tuple[float, float, float], scale: float
) -> Iterator[tuple[float, str]]:
    mean, spread = METRICS[metric]
    at, end, step = grid
    while at <= end:
        share = value(f"{metric} {domain}", at)
        if share is not None:
            yield at, f"{scale * (mean + spread * (2 * share - 1)):.6g}"
        at += step


class Handler(BaseHTTPRequestHandler):
    """Answers requests to both servers."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        drawing = IMAGE.fullmatch(parts.path)
        if drawing:
            name, kind, start, end, interface = map(unquote, drawing.groups(""))
            now = time.time()
            drawn = image(
                f"{name} {kind} {interface}", seconds(start, now), seconds(end, now)
            )
            self._answer("image/png", drawn)
        elif parts.path == "/prometheus/api/v1/query_range":
            query = {name: texts[0] for name, texts in parse_qs(parts.query).items()}
            grid = (float(query[name]) for name in ("start", "end", "step"))
            answer = json.dumps(matrix(query["query"], *grid))
            self._answer("application/json", answer.encode())
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _answer(self, kind: str, content: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Don't log requests."""


def serve(port: int) -> ThreadingHTTPServer:
    """Return the server, listening and not yet answering."""
    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    serve(parser.parse_args().port).serve_forever()


if __name__ == "__main__":
    main()
