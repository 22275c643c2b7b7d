#!/usr/bin/env python3
"""Refresh the snapshots of clusters and follow the jobs submitted to them."""

from gevent import monkey

monkey.patch_all()

import argparse
import contextlib
import grp
import logging
import logging.handlers
import os
import pwd
import signal
import sys
from pathlib import Path

from ganetimgr import error_tracking, start


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--workers",
        type=int,
        default=50,
        metavar="N",
        help="how many clusters are refreshed at once (default: %(default)s)",
    )
    parser.add_argument("--debug", action="store_true", help="log more")
    parser.add_argument("--pid-file", type=Path, metavar="FILE")
    parser.add_argument(
        "--log-file", type=Path, metavar="FILE", help="log here, not to stderr"
    )
    parser.add_argument(
        "--foreground", action="store_true", help="do not become a daemon"
    )
    parser.add_argument("--user", help="run as this user")
    parser.add_argument("--group", help="run as this group")
    options = parser.parse_args(arguments)
    if options.workers < 1:
        parser.error("--workers takes a number from 1")
    return options


def become_daemon() -> None:
    """Detach from the terminal, by two forks and a new session."""
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)


def leave_streams() -> None:
    """Redirect the standard streams to /dev/null and change to the root directory."""
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)


def write_pid(path: Path) -> None:
    """Write the PID to a new file, since root must not follow a planted link."""
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(file, "w") as pid_file:
        pid_file.write(f"{os.getpid()}\n")


def drop_privileges(user: str | None, group: str | None) -> None:
    """Switch to a group and user, the group first while that is still permitted."""
    account = pwd.getpwnam(user) if user else None
    if group:
        os.setgid(grp.getgrnam(group).gr_gid)
    elif account:
        os.setgid(account.pw_gid)
    if account:
        os.initgroups(account.pw_name, os.getgid())
        os.setuid(account.pw_uid)


def log_to(path: Path | None, *, debug: bool) -> None:
    """Log to a file, which may be rotated, or to stderr, instead of as in LOGGING."""
    handler: logging.Handler = (
        # As stderr does, since messages may contain lone surrogates.
        logging.handlers.WatchedFileHandler(path, errors="backslashreplace")
        if path
        else logging.StreamHandler()
    )
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        level=logging.DEBUG if debug else logging.INFO,
        handlers=[handler],
        force=True,
    )
    for name in ("urllib3", "requests"):
        logging.getLogger(name).setLevel(logging.INFO)


def watch(workers: int) -> None:
    """Run the watcher until SIGTERM or SIGINT."""
    from apps.ganeti.watch.watcher import Watcher  # noqa: PLC0415 - needs Django set up

    watcher = Watcher(workers=workers)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: watcher.stopping.set())
    watcher.start()
    while not watcher.stopping.wait(1):
        pass
    watcher.stop()
    watcher.release()


def main() -> None:
    options = parse()
    if not options.foreground:
        for name in ("pid_file", "log_file"):
            path = getattr(options, name)
            setattr(options, name, path.absolute() if path else None)
        become_daemon()
    if options.pid_file:
        write_pid(options.pid_file)
    try:
        drop_privileges(options.user, options.group)
    except (KeyError, PermissionError) as exc:
        sys.exit(f"watcher.py: cannot become that user or group: {exc}")
    try:
        # Errors in settings are printed to the terminal, so streams are detached last.
        start.setup()
        log_to(options.log_file, debug=options.debug)
        if not options.foreground:
            leave_streams()
        watch(options.workers)
    finally:
        if options.pid_file:
            # The unprivileged user can't remove it from a directory of root's.
            with contextlib.suppress(OSError):
                options.pid_file.unlink()
    error_tracking.stop()
    logging.shutdown()
    # Threads that hang in a RAPI call are not waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
