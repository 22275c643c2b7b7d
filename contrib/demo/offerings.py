"""Operating system images and a news feed for the demo."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

# Below the directory that is served, by its name in addresses.
IMAGES: Mapping[str, str] = {
    "debian-13-x86_64.tar.gz": "Debian 13 (trixie)",
    "debian-12-x86_64.tar.gz": "Debian 12 (bookworm)",
    "rocky-9-x86_64.img": "Rocky Linux 9",
}
SNF_IMAGES: Mapping[str, dict[str, str]] = {
    "ubuntu-24.04.diskdump": {
        "DESCRIPTION": "Ubuntu 24.04 LTS",
        "OSFAMILY": "linux",
        "ROOT_PARTITION": "1",
        "USERS": "root ubuntu",
    },
}
METAS: Mapping[str, dict[str, Any]] = {
    "wordpress.meta": {
        "description": "WordPress on Debian 12, ready to use",
        "provider": "image+default",
        "osparams": {"img_id": "wordpress", "img_format": "tarball"},
        "ssh_key_param": "img_ssh_key_url",
    },
}
# In OPERATING_SYSTEMS; the second shows what a build that fails looks like.
OPERATING_SYSTEMS: Mapping[str, dict[str, Any]] = {
    "debian-minimal": {
        "description": "Debian 12, minimal",
        "provider": "image+default",
        "osparams": {"img_id": "debian-minimal", "img_format": "tarball"},
        "ssh_key_param": "img_ssh_key_url",
    },
    "broken": {
        "description": "An image that cannot be unpacked (its build fails)",
        "provider": "image+default",
        "osparams": {
            "img_id": "broken",
            "img_format": "tarball",
            "fail": "gzip: unexpected end of file",
        },
    },
}
NEWS = (
    (2, "New nodes in Athens", "Two nodes have joined: <b>256 GiB</b> of memory more."),
    (9, "Debian 13 can be chosen", "New machines can begin with <i>trixie</i>."),
    (30, "Work on the network", "On Sunday from 06:00 to 07:00 addresses may be away."),
)


def write(directory: Path, url: str) -> None:
    """Write everything below a directory that is served at ``url``."""
    for name in ("images", "snf", "meta"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    for name, description in IMAGES.items():
        (directory / "images" / name).write_bytes(b"")
        (directory / "images" / f"{name}.dsc").write_text(f"{description}\n")
    for name, properties in SNF_IMAGES.items():
        (directory / "snf" / name).write_bytes(b"")
        meta = json.dumps({"properties": properties})
        (directory / "snf" / f"{name}.meta").write_text(meta)
    for name, image in METAS.items():
        (directory / "meta" / name).write_text(json.dumps(image))
    (directory / "feed.xml").write_text(feed(url))


def feed(url: str) -> str:
    """Return the news as RSS, with recent dates."""
    now = datetime.now(tz=UTC)
    items = "".join(
        f"<item><title>{escape(title)}</title><link>{url}/feed.xml</link>"
        f"<pubDate>{format_datetime(now - timedelta(days=days))}</pubDate>"
        f"<description>{escape(text)}</description></item>\n"
        for days, title, text in NEWS
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>\n'
        f"<title>News</title><link>{url}/</link><description/>\n{items}"
        "</channel></rss>\n"
    )
