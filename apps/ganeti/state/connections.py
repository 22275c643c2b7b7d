"""How the site gets a client for a cluster; the one seam where tests put their own."""

from collections.abc import Callable
from dataclasses import replace

from django.conf import settings

from ..models import Cluster
from ..rapi.client import RapiClient
from ..rapi.transport import CallLimiter, Endpoint, HttpTransport, Timeouts, Transport

_call_limiter = CallLimiter(settings.RAPI_CALLS_IN_FLIGHT)


def _http(endpoint: Endpoint) -> Transport:
    timeouts = Timeouts(
        connect_s=settings.RAPI_CONNECT_TIMEOUT,
        response_s=settings.RAPI_RESPONSE_TIMEOUT,
    )
    return HttpTransport(endpoint, timeouts.at_most(endpoint.max_wait_s), _call_limiter)


transport_factory: Callable[[Endpoint], Transport] = _http


def client_at(endpoint: Endpoint) -> RapiClient:
    """Return a client for a cluster that need not be saved yet."""
    return RapiClient(transport_factory(endpoint))


def client_for(cluster: Cluster, *, patience_s: float | None = None) -> RapiClient:
    """Return a client for a cluster; raises UndecryptableError.

    ``patience_s`` makes its calls wait for less than the settings say.
    """
    return client_at(replace(cluster.endpoint, max_wait_s=patience_s))
