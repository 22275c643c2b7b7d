"""The embedded default: a directory with a file for each value."""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from ganetimgr.caches.messagepack import MAX_BYTES, UNREADABLE, decode, encode

SUFFIX, DRAFT = ".value", ".draft"
NEVER_NS = 0
CULL_EVERY_S = 60
S = 10**9


@lru_cache(maxsize=1000)
def _file(directory: Path, name: str) -> Path:
    """Return where a value is; putting paths together takes longer than reading."""
    return directory / f"{name}{SUFFIX}"


class FileBasedCache(BaseCache):
    """A cache in a private directory, for the processes of one host.

    A file's modification time is when its value expires; 0: never. MAX_ENTRIES bounds
    those that expire, which strangers can make more of: where there are too many, the
    next to expire go first. Those that never expire, snapshots say, are never dropped.
    """

    _culled_at: ClassVar[dict[Path, float]] = {}

    def __init__(self, directory: str | Path, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._directory = Path(directory).absolute()

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        value, _expires_ns = self._read(self._path(key, version))
        return default if value is UNREADABLE else value

    def set(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self._write(self._path(key, version), value, self._expires_ns(timeout))

    def add(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        path = self._path(key, version)
        with self._lock():
            if _exists(path):
                return False
            self._write(path, value, self._expires_ns(timeout))
        return True

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Add to a number, which expires when it would have."""
        path = self._path(key, version)
        with self._lock():
            number, expires_ns = self._read(path)
            if not isinstance(number, int):
                raise ValueError(f"Key {key!r} not found, or no number")  # noqa: TRY004
            self._write(path, number + delta, expires_ns)
        return number + delta

    def touch(
        self,
        key: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        path = self._path(key, version)
        expires_ns = self._expires_ns(timeout)
        with self._lock():
            if not _exists(path):
                return False
            os.utime(path, ns=(expires_ns, expires_ns))
        return True

    def delete(self, key: Any, version: int | None = None) -> bool:
        return _remove(self._path(key, version))

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return _exists(self._path(key, version))

    def clear(self) -> None:
        for path in self._directory.glob(f"*{SUFFIX}"):
            _remove(path)

    def _path(self, key: Any, version: int | None) -> Path:
        made = self.make_and_validate_key(key, version)
        return _file(self._directory, sha256(made.encode()).hexdigest())

    def _expires_ns(self, timeout: float | None) -> int:
        expires = self.get_backend_timeout(timeout)
        return NEVER_NS if expires is None else max(NEVER_NS + 1, int(expires * S))

    def _read(self, path: Path) -> tuple[Any, int]:
        """Return the value and when it expires; UNREADABLE also if there is none.

        A file that can't be read is removed: it is no value to anybody.
        """
        try:
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                if _is_over(status):
                    return UNREADABLE, NEVER_NS
                value = decode(_head(file, status))
        except FileNotFoundError:
            return UNREADABLE, NEVER_NS
        if value is UNREADABLE:
            _remove(path)
        return value, status.st_mtime_ns

    def _write(self, path: Path, value: Any, expires_ns: int) -> None:
        """Put a whole file in place at once: others may read meanwhile."""
        data = encode(value)
        self._make_directory()
        self._cull()
        descriptor, draft = tempfile.mkstemp(DRAFT, dir=self._directory)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - it is open
                file.write(data)
            os.utime(draft, ns=(expires_ns, expires_ns))
            Path(draft).replace(path)
        except BaseException:
            _remove(Path(draft))
            raise

    def _make_directory(self) -> None:
        """Create it again if it was removed."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Let no other process or thread add, count or touch meanwhile."""
        self._make_directory()
        with (self._directory / "lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _cull(self) -> None:
        """Remove what is over and, of too many that expire, the next to do so."""
        now = time.monotonic()
        if now < self._culled_at.get(self._directory, -CULL_EVERY_S) + CULL_EVERY_S:
            return
        self._culled_at[self._directory] = now
        # Not what has just expired: another process may be writing it anew.
        over_ns = (int(time.time()) - CULL_EVERY_S) * S
        for changed_ns, path in _files(self._directory, DRAFT):
            if changed_ns < over_ns:  # its writer died
                _remove(path)
        values = _files(self._directory, SUFFIX)
        expiring = sorted(each for each in values if each[0] != NEVER_NS)
        surplus = len(expiring) - self._max_entries
        for number, (expires_ns, path) in enumerate(expiring):
            if number < surplus or expires_ns < over_ns:
                _remove(path)


def _files(directory: Path, suffix: str) -> Iterator[tuple[int, Path]]:
    """Yield files with the modification time of each."""
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.endswith(suffix):
                with suppress(FileNotFoundError):
                    yield entry.stat().st_mtime_ns, Path(entry.path)


def _head(file: BinaryIO, status: os.stat_result) -> bytes:
    """Read no more than it takes to see that a value is too long.

    Nor make room for more than there is: for a long value, that takes a while.
    """
    return file.read(min(status.st_size, MAX_BYTES) + 1)


def _exists(path: Path) -> bool:
    try:
        return not _is_over(path.stat())
    except FileNotFoundError:
        return False


def _is_over(status: os.stat_result) -> bool:
    return status.st_mtime_ns != NEVER_NS and status.st_mtime_ns <= time.time() * S


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
