"""Cached values as MessagePack: None, numbers, text, bytes, lists, dicts, datetimes."""

import logging
from typing import Any, NoReturn

import msgspec

logger = logging.getLogger(__name__)

MAX_BYTES = 64 * 1024 * 1024
# Stands for what cannot be read; to whoever asked for it, it is missing.
UNREADABLE = object()


def encode(value: Any) -> bytes:
    return msgspec.msgpack.encode(value)


def decode(data: bytes) -> Any:
    """Return the value, or UNREADABLE, with a line in the log."""
    if len(data) > MAX_BYTES:
        return _unreadable(f"longer than {MAX_BYTES:,} bytes")
    try:
        return _decoder.decode(data)
    except (ValueError, RecursionError) as exc:
        return _unreadable(exc)


def _unreadable(reason: object) -> Any:
    logger.warning("A cached value cannot be read, it counts as missing: %s", reason)
    return UNREADABLE


def _refuse_extension(code: int, _data: memoryview) -> NoReturn:
    raise ValueError(f"MessagePack extension {code}")


_decoder = msgspec.msgpack.Decoder(ext_hook=_refuse_extension)
