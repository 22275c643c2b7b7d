"""Real web servers that list a directory, each a process of the test's own."""

import re
import sys
from pathlib import Path
from typing import ClassVar

from contrib.simulator.certificates import make_certificate
from ganetimgr.settings.defaults import BASE_DIR
from tests.services import Service, free_port

NGINX_HOME = """
daemon off;
pid {home}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
"""
REAL_IP = "set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;"
NGINX = (
    NGINX_HOME
    + """
    server {{
        listen 127.0.0.1:{port};
        root {root};
        autoindex on;
    }}
}}
"""
)
LIGHTTPD = """
server.modules = ("mod_dirlisting")
server.document-root = "{root}"
server.bind = "127.0.0.1"
server.port = {port}
dir-listing.activate = "enable"
dir-listing.encoding = "utf-8"
"""
APACHE = """
ServerRoot {home}
ServerName localhost
PidFile {home}/pid
Listen 127.0.0.1:{port}
ErrorLog {home}/errors
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule autoindex_module {modules}/mod_autoindex.so
DocumentRoot {root}
User www-data
Group www-data
<Directory {root}>
    Options +Indexes
    Require all granted
    IndexOptions {options}
</Directory>
"""
APACHE_MODULES = Path("/usr/lib/apache2/modules")


class WebServer(Service):
    """Serves and lists what is in ``root``."""

    configuration = ""

    def __init__(self) -> None:
        super().__init__()
        self.directory.chmod(0o755)
        self.root = self.directory / "root"
        self.root.mkdir()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def file(self) -> Path:
        """Write the configuration, and return where it is."""
        path = self.directory / "configuration"
        values = {"home": self.directory, "root": self.root, "port": self.port}
        path.write_text(self.configuration.format(**values, **self.values))
        return path

    values: ClassVar[dict[str, object]] = {}


class Nginx(WebServer):
    name = program = "nginx"
    configuration = NGINX

    def command(self) -> list[str]:
        return ["/usr/sbin/nginx", "-c", str(self.file), "-p", str(self.directory)]


class Proxy(Nginx):
    """The nginx of contrib/nginx/, in front of an application on ``upstream_port``.

    It takes the header X-Test-Address for the client's address.
    """

    def __init__(self, upstream_port: int) -> None:
        super().__init__()
        self.tls_port = free_port()
        self.upstream_port = upstream_port

    @property
    def file(self) -> Path:
        path = self.directory / "configuration"
        home = {"home": self.directory}
        path.write_text(NGINX_HOME.format(**home) + REAL_IP + self.example() + "}")
        return path

    def example(self) -> str:
        """Return the example, with ports and files of the test's own."""
        certificate = make_certificate("vps.example.org")
        pem, key = self.directory / "certificate.pem", self.directory / "key.pem"
        pem.write_text(certificate.certificate_pem)
        key.write_text(certificate.key_pem)
        replacements = {
            "listen 80": f"listen 127.0.0.1:{self.port}",
            "listen 443": f"listen 127.0.0.1:{self.tls_port}",
            "127.0.0.1:8000": f"127.0.0.1:{self.upstream_port}",
            "/var/www/ganetimgr": str(self.root),
            "/etc/ssl/certs/vps.example.org.pem": str(pem),
            "/etc/ssl/private/vps.example.org.key": str(key),
        }
        text = (BASE_DIR / "contrib/nginx/ganetimgr.conf").read_text()
        text = re.sub(r" *listen \[::\].*\n", "", text)
        for example, value in replacements.items():
            assert example in text, example
            text = text.replace(example, value)
        return text


class Lighttpd(WebServer):
    name = program = "lighttpd"
    configuration = LIGHTTPD

    def command(self) -> list[str]:
        return ["/usr/sbin/lighttpd", "-D", "-f", str(self.file)]


class Apache(WebServer):
    """Apache's plainest list."""

    name = program = "apache2"
    configuration = APACHE
    values: ClassVar[dict[str, object]] = {"modules": APACHE_MODULES, "options": "None"}

    def command(self) -> list[str]:
        home = str(self.directory)
        return [
            "/usr/sbin/apache2",
            "-D",
            "FOREGROUND",
            "-d",
            home,
            "-f",
            str(self.file),
        ]


class ApacheFancy(Apache):
    """The usual list, in columns, with names cut short and links that sort it."""

    values: ClassVar[dict[str, object]] = {
        **Apache.values,
        "options": "FancyIndexing NameWidth=20",
    }


class ApacheTable(Apache):
    values: ClassVar[dict[str, object]] = {
        **Apache.values,
        "options": "FancyIndexing HTMLTable",
    }


class Python(WebServer):
    """Python's own http.server."""

    name = "http.server"
    program = sys.executable

    def command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "http.server", str(self.port)),
            *("--bind", "127.0.0.1", "--directory", str(self.root)),
        ]
