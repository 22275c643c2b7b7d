"""Images that collectd's grapher draws, fetched for those who may see them."""

from dataclasses import dataclass
from urllib.parse import quote

from .fetching import Missing, Unavailable, load

PNG = b"\x89PNG\r\n\x1a\n"
MAX_BYTES = 512 * 1024
START, END = "-1d", "now"
# The images of each machine, and of each of its network interfaces.
MACHINE_TYPE, INTERFACE_TYPE = "cpu-ts", "net-ts"


@dataclass(frozen=True, slots=True)
class Image:
    """An image by its name at the grapher; times as rrdtool writes them."""

    instance: str
    graph_type: str
    start: str = START
    end: str = END
    interface: str = ""

    @property
    def path(self) -> str:
        path = f"{quote(self.instance, safe='')}/{self.graph_type}.png"
        path = f"{path}/{self.start},{self.end}"
        return f"{path}/{self.interface}" if self.interface else path

    def load(self) -> bytes | None:
        """Return a PNG, or None if there is none or the grapher doesn't respond."""
        try:
            png: bytes | None = load("COLLECTD_URL", self.path, MAX_BYTES, _checked)
        except Unavailable:
            return None
        return png


def _checked(body: bytes) -> bytes:
    """Return the body if it is a PNG; raises Missing."""
    if not body.startswith(PNG):
        raise Missing("It isn't a PNG.")
    return body
