"""The deployed configuration of nginx, run on loopback before a server of the tests."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fixtures_wave import free_port

DEPLOYED = Path(__file__).parents[1] / "deploy" / "nginx"
SURVEY, ISSUER, RESULTS = (f"{name}.example.org" for name in ("survey", "issue", "results"))
ADDRESS = "127.77.66.55"
"""Where the tests' requests come from: a loopback address that nothing else has."""

NONE: Mapping[str, str] = MappingProxyType({})
MISSING = "nginx is not on this machine; `bash .ci/nginx` says how to install it."


def program() -> str:
    """Where nginx is; without it these tests fail rather than pass unseen."""
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        pytest.fail(MISSING, pytrace=False)
    return found


def laid_out(
    folder: Path, port: int, upstreams: Mapping[str, str], faults: Mapping[str, str] = NONE
) -> Path:
    """Copy the deployed files, with the paths and ports of a test; returns `nginx.conf`.

    Args:
        folder: where to.
        port: where TLS is served.
        upstreams: address of each part; those that are left out are served nowhere.
        faults: file name without `.conf` -> `old=>new`, what is planted in it.
    """
    copied = folder / "etc"
    shutil.copytree(DEPLOYED, copied)
    (folder / "run").mkdir()
    certificate(folder)
    for path in copied.rglob("*.conf"):
        text = path.read_text()
        for part, address in upstreams.items():
            text = text.replace(_upstream(text, part), address)
        text = (
            text.replace("listen 443", f"listen 127.0.0.1:{port}")
            .replace("listen 80 ", f"listen 127.0.0.1:{free_port()} ")
            .replace("/run/", f"{folder}/run/")
            # The folders of tests are for their owner alone.
            .replace("user www-data;", "user root;" if os.getuid() == 0 else "")
        )
        for name in ("survey", "issue", "results"):
            text = text.replace(f"/etc/candour/tls/{name}.", f"{folder}/tls.")
        if path.stem in faults:
            old, _, new = faults[path.stem].partition("=>")
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text)
    return copied / "nginx.conf"


def _upstream(text: str, part: str) -> str:
    """The address that a file gives for a part; something that is nowhere in others."""
    line = next((row for row in text.splitlines() if f"upstream candour_{part} " in row), "")
    return line.partition("server ")[2].partition(";")[0] or "\0"


def certificate(folder: Path) -> None:
    """A certificate for the three hosts, which signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SURVEY)])
    names = [x509.DNSName(host) for host in (SURVEY, ISSUER, RESULTS)]
    start = datetime.fromtimestamp(time.time() - 3600)  # noqa: DTZ006
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@dataclass(frozen=True)
class Front:
    """A running nginx.

    Attributes:
        folder: all that it may write, what it says (`said`), and its configuration.
        port: where it serves TLS, at 127.0.0.1.
    """

    folder: Path
    port: int

    @property
    def context(self) -> ssl.SSLContext:
        """What a browser trusts."""
        return ssl.create_default_context(cafile=str(self.folder / "tls.crt"))

    def connection(
        self, host: str = SURVEY, context: ssl.SSLContext | None = None
    ) -> http.client.HTTPSConnection:
        """A connection as a browser makes it, from an address of its own."""
        made = http.client.HTTPSConnection(host, self.port, context=context or self.context)
        made._create_connection = lambda *_: socket.create_connection(  # type: ignore[attr-defined]
            ("127.0.0.1", self.port), timeout=20, source_address=(ADDRESS, 0)
        )
        return made

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        host: str = SURVEY,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One request: its status, headers and content."""
        connection = self.connection(host)
        try:
            method = "GET" if body is None else "POST"
            connection.request(method, path, body, dict(headers or {}))
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            connection.close()


@contextmanager
def running(
    folder: Path, upstreams: Mapping[str, str], faults: Mapping[str, str] = NONE
) -> Iterator[Front]:
    """nginx with the deployed configuration, or with faults; see `laid_out`."""
    port = free_port()
    configuration = laid_out(folder, port, upstreams, faults)
    said = (folder / "said").open("wb")
    line = [program(), "-e", "/dev/null", "-p", str(folder), "-c", str(configuration)]
    process = subprocess.Popen([*line, "-g", "daemon off;"], stdout=said, stderr=said)
    try:
        _await(port, process, folder / "said")
        yield Front(folder, port)
    finally:
        process.terminate()
        process.wait(timeout=20)
        said.close()


def _await(port: int, process: subprocess.Popen[bytes], said: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            pytest.fail(f"nginx stopped at once: {said.read_text()}", pytrace=False)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nginx did not start in 10 seconds", pytrace=False)


def dump(configuration: Path) -> str:
    """What `nginx -T` prints of a configuration."""
    line = [program(), "-T", "-e", "/dev/null", "-p", str(configuration.parent)]
    done = subprocess.run(
        [*line, "-c", str(configuration)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
