"""One running product for all attacks: gunicorn, a watcher, a cluster, a mail server.

An attack is marked ``attack``, uses the fixture ``site`` and has only the means of a
stranger or a user: requests of ``site.visitor()`` or ``site.visitor("carol")``. Its
effects are read from pages, ``site.mail_server``, ``site.product.log("web")`` and
``site.shell(CODE)``. Each test restores the site for the next.
"""

from collections.abc import Iterator

import pytest

from tests import services
from tests.attacks.site import SETTINGS, Site, set_up, simulate
from tests.product import Product
from tests.smtp import MailServer
from tests.system.inside import Inside


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    mail_port = services.free_port()
    ports = (services.free_port(), services.free_port())
    product = Product(
        tmp_path_factory.mktemp("attacks"),
        workers=2,
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=mail_port,
        CDROM_ALLOW_PRIVATE_ADDRESSES=True,
        CDROM_PORTS=[80, 443, *ports],
        **SETTINGS,
    )
    with MailServer(mail_port) as mail_server, simulate() as simulator, product:
        set_up(product, simulator.clusters["athens"])
        with Inside(product.environment) as inside:
            site = Site(product, simulator, mail_server, inside, ports)
            alice = site.visitor("alice")
            product.wait_until(
                lambda: alice.sees("web1.alice.example.org"), 30, "the cluster is known"
            )
            yield site
