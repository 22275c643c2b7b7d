"""An owner explores networks by the addresses that she names for her CD-ROM."""

import re
import socket

import pytest

from tests.attacks.site import Site
from tests.system.visitor import Visitor

pytestmark = pytest.mark.attack

PAGE = "/instances/athens/web1.alice.example.org/"
KEPT = {"boot_order": "disk", "disk_type": "paravirtual", "nic_type": "paravirtual"}
ERROR = re.compile(r'class="field-error">(.*?)</div>')


def refusal(alice: Visitor, address: str) -> str:
    """Return what is said of an address at its field."""
    answer = alice.submit(PAGE, f"{PAGE}configure", **KEPT, cdrom_image_path=address)
    assert answer.status_code == 400, answer.text
    error = ERROR.search(answer.text)
    assert error, answer.text
    return re.sub(r"<[^>]+>|\s+", " ", error[1]).strip()


def test_what_answers_at_a_port_is_not_told(site: Site) -> None:
    alice = site.visitor("alice")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        at_open_port = refusal(alice, f"http://{address}/")
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
    at_closed_port = refusal(alice, f"http://{address}/")
    hosts = ("127.0.0.1", "0x7f.1", "10.0.0.1", "none.invalid")
    at_hosts = {refusal(alice, f"http://{host}/") for host in hosts}

    assert at_open_port == at_closed_port
    assert "80, 443" in at_open_port
    assert len(at_hosts) == 1
