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
        # Nobody listens there: a mail server that is away.
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=mail_port,
        **SETTINGS,
    )
    with site(product, lab, mail_port=mail_port) as made:
        yield made


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
        with site(product, lab, redis=redis, beanstalkd=beanstalkd) as made:
            yield made


@contextmanager
def site(product: Product, lab: Lab, **servers: Any) -> Iterator[Site]:
    with ExitStack() as stack:
        relay = stack.enter_context(Relay(lab))
        stack.enter_context(product)
        inside = stack.enter_context(Inside(product.environment))
        inside.ask("set_up", port=relay.port, fingerprint=relay.fingerprint)
        product.wait_until(
            lambda: inside.ask("known"), within_s(15), "the cluster is known"
        )
        yield Site(product, lab, relay, inside, **servers)


@pytest.fixture
def production(production_site: Site) -> Iterator[Site]:
    yield from in_order(production_site)


@pytest.fixture
def embedded(embedded_site: Site) -> Iterator[Site]:
    yield from in_order(embedded_site)


@pytest.fixture(params=["embedded", "production"])
def each(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Give both sites in turn."""
    yield from in_order(request.getfixturevalue(f"{request.param}_site"))


def in_order(made: Site) -> Iterator[Site]:
    """See to it that an earlier test, failed or not, left everything running."""
    while len(made.product.watchers) > 1:
        made.product.kill_watcher()
    if not made.product.watchers or made.product.watchers[0].poll() is not None:
        made.product.watchers.clear()
        made.product.start_watcher()
    yield made
    made.relay.resume()
    made.put_away()
