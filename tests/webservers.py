"""Real web servers that list a directory, each a private process of the test's own."""

import sys
from pathlib import Path
from typing import ClassVar

from tests.services import Service

NGINX = """
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
    server {{
        listen 127.0.0.1:{port};
        root {root};
        autoindex on;
    }}
}}
"""
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
