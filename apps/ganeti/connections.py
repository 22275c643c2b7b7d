"""How the site gets a client for a cluster; the one seam where tests put their own."""

from collections.abc import Callable

from django.conf import settings

from .models import Cluster
from .rapi.client import RapiClient
from .rapi.transport import Endpoint, HttpTransport, InFlight, Timeouts, Transport

_in_flight = InFlight(settings.RAPI_CALLS_IN_FLIGHT)


def _http(endpoint: Endpoint) -> Transport:
    timeouts = Timeouts(
        connect_s=settings.RAPI_CONNECT_TIMEOUT,
        response_s=settings.RAPI_RESPONSE_TIMEOUT,
    )
    return HttpTransport(endpoint, timeouts, _in_flight)


transport_factory: Callable[[Endpoint], Transport] = _http


def client_at(endpoint: Endpoint) -> RapiClient:
    """Return a client for a cluster that need not be saved yet."""
    return RapiClient(transport_factory(endpoint))


def client_for(cluster: Cluster) -> RapiClient:
    """Return a client for a cluster; raises UndecryptableError."""
    return client_at(cluster.endpoint)
