"""Real Redis, MariaDB and other servers, each a process of the test's own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

MARIADB_SETUP = """
CREATE DATABASE IF NOT EXISTS ganetimgr CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS ganetimgr@localhost IDENTIFIED BY 'secret';
CREATE USER IF NOT EXISTS ganetimgr@'127.0.0.1' IDENTIFIED BY 'secret';
GRANT ALL ON *.* TO ganetimgr@localhost;
GRANT ALL ON *.* TO ganetimgr@'127.0.0.1';
"""


def free_port() -> int:
    """Return a TCP port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(
    ready: Callable[[], object],
    seconds: float,
    description: str = "what was waited for",
) -> None:
    """Poll ten times a second; raise TimeoutError when the time is over."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"After {seconds} s still not: {description}")
        time.sleep(0.1)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def end(process: subprocess.Popen[Any], signum: int = signal.SIGTERM) -> None:
    """End a process and its children: with a signal first, then with SIGKILL."""
    for signal_number in (signum, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, signal_number)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            continue


class Service:
    """One server in a directory of its own, on a port that stays the same."""

    name = ""
    program = ""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @classmethod
    def is_installed(cls) -> bool:
        path = f"{os.environ['PATH']}:/usr/sbin"
        return shutil.which(cls.program, path=path) is not None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> Self:
        log = (self.directory / "log").open("ab")
        with log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                self.command(),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self.is_up, 30, f"{self.name} answers on port {self.port}")
        return self

    def is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.directory / "log").read_text()
        return listens(self.port)

    def stop(self) -> None:
        """End it; its data on disk stays, for the next start()."""
        if self.process is not None:
            end(self.process)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            end(self.process, signal.SIGKILL)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.callback(self.remove)
            self.start()
            undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()


class Redis(Service):
    name = program = "redis-server"

    def command(self) -> list[str]:
        # Nothing is written to disk: what is restarted is empty.
        return [
            self.program,
            *("--bind", "127.0.0.1", "--port", str(self.port)),
            *("--save", "", "--appendonly", "no"),
        ]

    def flush(self) -> None:
        """Delete all keys."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
            client.sendall(b"FLUSHALL\r\n")
            assert client.recv(16).startswith(b"+OK")

    @property
    def caches(self) -> dict[str, Any]:
        """Settings for CACHES, as the production example has them."""
        return {
            "default": {
                "BACKEND": "ganetimgr.caches.redis.RedisCache",
                "LOCATION": f"redis://127.0.0.1:{self.port}/0",
                "TIMEOUT": None,
                "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 2},
            }
        }


class Beanstalkd(Service):
    name = program = "beanstalkd"

    def command(self) -> list[str]:
        # Without a binlog: what is restarted has forgotten everything.
        return [self.program, "-l", "127.0.0.1", "-p", str(self.port)]

    @property
    def url(self) -> str:
        return f"beanstalk://127.0.0.1:{self.port}"


class MariaDB(Service):
    name = "mariadb"
    program = "mariadbd"

    def start(self) -> Self:
        if not self.data.exists():
            subprocess.run(  # noqa: S603 - our own command
                [
                    "/usr/bin/mariadb-install-db",
                    "--no-defaults",
                    "--skip-test-db",
                    "--auth-root-authentication-method=normal",
                    f"--datadir={self.data}",
                    *self.as_user,
                ],
                check=True,
                capture_output=True,
            )
            (self.directory / "setup.sql").write_text(MARIADB_SETUP)
        return super().start()

    def command(self) -> list[str]:
        return [
            "/usr/sbin/mariadbd",
            "--no-defaults",
            *self.as_user,
            f"--datadir={self.data}",
            f"--socket={self.directory / 'socket'}",
            f"--pid-file={self.directory / 'pid'}",
            f"--init-file={self.directory / 'setup.sql'}",
            *("--bind-address=127.0.0.1", f"--port={self.port}"),
            "--innodb-flush-log-at-trx-commit=2",
            # Also for the databases that Django creates for its tests.
            "--character-set-server=utf8mb4",
        ]

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def as_user(self) -> list[str]:
        return ["--user=root"] if os.getuid() == 0 else []

    @property
    def databases(self) -> dict[str, Any]:
        """Settings for DATABASES, as the production example has them."""
        return {
            "default": {
                "ENGINE": "django.db.backends.mysql",
                "NAME": "ganetimgr",
                "USER": "ganetimgr",
                "PASSWORD": "secret",
                "HOST": "127.0.0.1",
                "PORT": str(self.port),
                "CONN_MAX_AGE": 60,
                "CONN_HEALTH_CHECKS": True,
            }
        }


SLAPD_SETUP = """
dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit
ou: groups

dn: uid=lara,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: lara
cn: Lara Lind
givenName: Lara
sn: Lind
mail: lara@example.org
userPassword: lara's secret

dn: uid=root,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: root
cn: Somebody who is called root
sn: Root
userPassword: the directory's

dn: cn=noc,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: noc
member: uid=lara,ou=people,dc=example,dc=org
"""


class Slapd(Service):
    """An LDAP directory with the entries of SLAPD_SETUP."""

    name = "slapd"
    program = "slapd"

    def start(self) -> Self:
        if not self.data.exists():
            self.data.mkdir()
            self.configuration.write_text(
                "".join(
                    f"include /etc/ldap/schema/{schema}.schema\n"
                    for schema in ("core", "cosine", "inetorgperson")
                )
                + "modulepath /usr/lib/ldap\nmoduleload back_mdb\n"
                + "database mdb\nsuffix dc=example,dc=org\n"
                + f"directory {self.data}\naccess to * by * read\n"
            )
            subprocess.run(  # noqa: S603 - our own command
                ["/usr/sbin/slapadd", "-f", str(self.configuration)],
                input=SLAPD_SETUP,
                text=True,
                check=True,
                capture_output=True,
            )
        return super().start()

    def command(self) -> list[str]:
        # "-d 0" keeps it in the foreground, as a child of ours.
        return [
            *("/usr/sbin/slapd", "-d", "0"),
            *("-f", str(self.configuration), "-h", self.url),
        ]

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def configuration(self) -> Path:
        return self.directory / "slapd.conf"

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"


class Prometheus(Service):
    """Prometheus with the values in ``samples``, a file in OpenMetrics' format."""

    name = program = "prometheus"

    def start(self) -> Self:
        if self.samples.exists() and not self.data.exists():
            create = ("tsdb", "create-blocks-from", "openmetrics")
            subprocess.run(  # noqa: S603 - our own command
                ["/usr/bin/promtool", *create, str(self.samples), str(self.data)],
                check=True,
                capture_output=True,
            )
        self.configuration.touch()
        return super().start()

    def command(self) -> list[str]:
        return [
            self.program,
            f"--config.file={self.configuration}",
            f"--storage.tsdb.path={self.data}",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]

    @property
    def samples(self) -> Path:
        return self.directory / "samples"

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def configuration(self) -> Path:
        return self.directory / "prometheus.yml"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"
