"""nginx as the container starts it: the same script and template, on ports and folders of its own."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.live import ROOT, Server, free_port

START = ROOT / "docker" / "nginx" / "start.sh"
START_SECONDS = 30
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
AS_ROOT = {"GLOBALS": "user root;"} if os.geteuid() == 0 else {}  # else its workers may not read the test's files


def binary() -> str | None:
    """The machine's own, or the one that NGINX_BINARY names."""
    return shutil.which(os.environ.get("NGINX_BINARY", "nginx"), path=PLACES)


def certificate(directory: Path) -> Path:
    """A throwaway one for localhost and 127.0.0.1 -> the folder with cert.pem and key.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    directory.mkdir(parents=True)
    (directory / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (directory / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return directory


class Nginx(Server):
    """What people and sockets of tests.live call instead of a server."""

    def __init__(self, directory: Path, **env: str) -> None:
        self.directory = directory
        self.port, self.http_port, self.alive_port = free_port(), free_port(), free_port()
        for name in ("run", "temp", "media"):
            (directory / name).mkdir(parents=True, exist_ok=True)
        self.env = {
            **{name: value for name, value in os.environ.items() if name not in ("PUBLIC_URL", "UPLOAD_BYTES")},
            "NGINX_BINARY": binary() or "nginx",
            "RUN": str(directory / "run"),
            "TEMP": str(directory / "temp"),
            "MEDIA": str(directory / "media"),
            "TLS": str(directory / "tls"),
            "HTTPS_LISTEN": f"127.0.0.1:{self.port}",
            "HTTP_LISTEN": f"127.0.0.1:{self.http_port}",
            "ALIVE_PORT": str(self.alive_port),
            **AS_ROOT,
            **env,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.log = directory / "nginx.log"

    @property
    def base(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def plain(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def alive(self) -> str:
        return f"http://127.0.0.1:{self.alive_port}/alive"

    def check(self) -> subprocess.CompletedProcess[str]:
        """nginx -t"""
        return subprocess.run([START, "-t"], env=self.env, capture_output=True, text=True, check=False)

    def start(self) -> Nginx:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([START], env=self.env, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.alive_port)):
                return self
            time.sleep(0.05)
        raise RuntimeError(self.log.read_text())

    def stop(self, sign: int = signal.SIGTERM) -> None:
        super().stop(sign)
