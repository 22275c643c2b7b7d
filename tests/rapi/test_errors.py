import pytest

from apps.ganeti.rapi.errors import (
    RapiConflict,
    RapiError,
    RapiNotFound,
    RapiPermissionDenied,
    RapiProtocolError,
    RapiRefused,
    RapiUnreachable,
    RapiUnsupported,
    refusal,
)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, RapiRefused),
        (401, RapiPermissionDenied),
        (403, RapiPermissionDenied),
        (404, RapiNotFound),
        (409, RapiConflict),
        (500, RapiRefused),
        (502, RapiRefused),
    ],
)
def test_a_status_has_its_error(code: int, kind: type[RapiRefused]) -> None:
    error = refusal(code, "No.")

    assert type(error) is kind
    assert (str(error), error.code) == ("No.", code)


@pytest.mark.parametrize(
    "error",
    [
        RapiUnreachable("x", sent=True),
        RapiProtocolError("x"),
        RapiUnsupported("x"),
        refusal(500, "x"),
    ],
)
def test_one_tree_holds_all_errors(error: Exception) -> None:
    assert isinstance(error, RapiError)
