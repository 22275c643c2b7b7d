"""Two sites on the real lab: the embedded default, and one as in production."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests import services
from tests.lab import Lab
from tests.product import Product
from tests.system.inside import Inside
from tests.system.relay import Relay
from tests.system.site import MACHINES, SETTINGS, Site, within_s


@pytest.fixture(scope="session")
def machines(lab: Lab) -> Iterator[None]:
    with lab.instances(*MACHINES, tags=["ganetimgr:users:alice"]):
        yield


@pytest.fixture(scope="session")
def embedded_site(
    lab: Lab, machines: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    mail_port = services.free_port()
    product = Product(
        tmp_path_factory.mktemp("embedded"),
        # Nobody listens there: the mail server is down.
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=mail_port,
        **SETTINGS,
    )
    with site(product, lab, mail_port=mail_port) as running_site:
        yield running_site


@pytest.fixture(scope="session")
def production_site(
    lab: Lab,
    machines: None,
    mariadb: services.MariaDB,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    for kind in (services.Redis, services.Beanstalkd):
        if not kind.is_installed():
            pytest.skip(f"{kind.program} is not installed")
    with services.Redis() as redis, services.Beanstalkd() as beanstalkd:
        product = Product(
            tmp_path_factory.mktemp("production"),
            workers=2,
            DATABASES=mariadb.databases,
            CACHES=redis.caches,
            BEANSTALK_URL=beanstalkd.url,
            **SETTINGS,
        )
        with site(product, lab, redis=redis, beanstalkd=beanstalkd) as running_site:
            yield running_site


@contextmanager
def site(product: Product, lab: Lab, **servers: Any) -> Iterator[Site]:
    with ExitStack() as stack:
        relay = stack.enter_context(Relay(lab))
        stack.enter_context(product)
        inside = stack.enter_context(Inside(product.environment))
        inside.ask("set_up", port=relay.port, fingerprint=relay.fingerprint)
        product.wait_until(
            lambda: inside.ask("known_states"), within_s(15), "the cluster is known"
        )
        yield Site(product, lab, relay, inside, **servers)


@pytest.fixture
def production(production_site: Site) -> Iterator[Site]:
    yield from restored(production_site)


@pytest.fixture
def embedded(embedded_site: Site) -> Iterator[Site]:
    yield from restored(embedded_site)


@pytest.fixture(params=["embedded", "production"])
def any_site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Run a test on both sites."""
    yield from restored(request.getfixturevalue(f"{request.param}_site"))


def restored(running_site: Site) -> Iterator[Site]:
    """Restore the processes that an earlier test may have ended, and clean up."""
    while len(running_site.product.watchers) > 1:
        running_site.product.kill_watcher()
    if (
        not running_site.product.watchers
        or running_site.product.watchers[0].poll() is not None
    ):
        running_site.product.watchers.clear()
        running_site.product.start_watcher()
    yield running_site
    running_site.relay.resume()
    running_site.stop_machines()
