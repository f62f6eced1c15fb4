"""Asking the issuer in plain mode: here, in this process, or elsewhere, on another host.

Elsewhere is the address that CANDOUR_ISSUE_ADDRESS names and no other: what it answers can send a
request nowhere else. What is asked is what a page would ask in sealed mode, so that the issuer sees
no answer. Nothing of it is logged.
"""

from __future__ import annotations

import io
import json
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import SplitResult, urlsplit

from survey.collect import base64url, issuer
from survey.config import ISSUE
from survey.database import Stores
from survey.errors import CodeError, IssuerError, WaveStateError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PATIENCE_SECONDS = 5
"""Of a whole request, from connecting on; a worker waits meanwhile, and others wait for workers."""

LONGEST_REPLY = 16_384
"""Bytes, head and content together."""


class Issuer(Protocol):
    """What plain mode asks of the issuer; see `survey.collect.issuer` for what each takes."""

    def check(self, wave_id: str, public_half: bytes, proof: bytes) -> None:
        """Say whether a code can be used now; spends nothing."""

    def redeem(self, wave_id: str, public_half: bytes, blinded: bytes, proof: bytes) -> bytes:
        """Spend a code and sign a blinded token."""


@dataclass(frozen=True)
class Here:
    """The issuer whose database and keys are this process's own."""

    stores: Stores

    def check(self, wave_id: str, public_half: bytes, proof: bytes) -> None:
        """Ask this process."""
        issuer.check(self.stores, wave_id, public_half, proof)

    def redeem(self, wave_id: str, public_half: bytes, blinded: bytes, proof: bytes) -> bytes:
        """Ask this process."""
        return issuer.redeem(self.stores, wave_id, public_half, blinded, proof)


@dataclass(frozen=True)
class Elsewhere:
    """The issuer on another host.

    Every request raises IssuerError when that host does not answer as an issuer does, CodeError
    when it refuses the code, and WaveStateError when its wave is not open.

    Attributes:
        address: its site, such as `https://issue.example.org`; empty when no setting names it, and
            then nobody answers.
    """

    address: str

    def check(self, wave_id: str, public_half: bytes, proof: bytes) -> None:
        """Ask the other host."""
        reply = self._ask(f"/issue/{wave_id}/check", half=public_half, proof=proof)
        if reply.get("usable") is False:
            raise CodeError
        if reply.get("usable") is not True:
            raise IssuerError

    def redeem(self, wave_id: str, public_half: bytes, blinded: bytes, proof: bytes) -> bytes:
        """Ask the other host; whether the signature is one shows when it is unblinded."""
        reply = self._ask(f"/issue/{wave_id}", half=public_half, blinded=blinded, proof=proof)
        return base64url.read(reply.get("signature"))

    def _ask(self, path: str, **named: bytes) -> dict[str, Any]:
        body = json.dumps({name: base64url.write(content) for name, content in named.items()})
        if not self.address:
            raise IssuerError
        try:
            status, content = self._post(path, body)
            reply = json.loads(content)
        except (OSError, HTTPException, ValueError, RecursionError):
            raise IssuerError from None
        if not isinstance(reply, dict):
            raise IssuerError
        if status == HTTPStatus.FORBIDDEN:
            raise CodeError
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise WaveStateError(issuer.CLOSED)
        if status != HTTPStatus.OK:
            raise IssuerError
        return reply

    def _post(self, path: str, body: str) -> tuple[int, bytes]:
        """Status and content of the reply. This client follows no redirect and uses no proxy."""
        site, deadline = urlsplit(self.address), _Deadline.after(PATIENCE_SECONDS)
        connection = HTTPConnection(site.netloc)
        connection.sock = _connect(site, deadline)
        try:
            connection.request("POST", path, body)
            reply = HTTPResponse(_Reply(connection.sock, deadline), method="POST")  # type: ignore[arg-type]  # it asks for `makefile` alone
            reply.begin()
            return reply.status, reply.read(LONGEST_REPLY)
        finally:
            connection.close()


@dataclass(frozen=True)
class _Deadline:
    """The moment after which a request is not waited for any more."""

    end: float

    @classmethod
    def after(cls, seconds: float) -> _Deadline:
        return cls(monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds, for the next step.

        Raises:
            TimeoutError: when there are none.
        """
        left = self.end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _connect(site: SplitResult, deadline: _Deadline) -> socket.socket:
    """A connection to the first address of the site that takes one.

    Each single wait in it, in the sending of a request too, ends with the deadline.
    """
    secure = site.scheme == "https"
    port = site.port or (443 if secure else 80)
    for *_, address in socket.getaddrinfo(site.hostname, port, type=socket.SOCK_STREAM):
        with suppress(OSError):
            plain = socket.create_connection((str(address[0]), port), deadline.left)
            break
    else:
        raise TimeoutError
    plain.settimeout(deadline.left)
    if not secure:
        return plain
    return ssl.create_default_context().wrap_socket(plain, server_hostname=site.hostname)


class _Reply(io.RawIOBase):
    """What a connection brings until the deadline, however slowly, and no more than may come."""

    def __init__(self, connection: socket.socket, deadline: _Deadline) -> None:
        self._connection, self._deadline = connection, deadline
        self._bytes_left = LONGEST_REPLY

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As a socket's."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """As a file's; at its end when as much came as may come."""
        self._connection.settimeout(self._deadline.left)
        room = memoryview(buffer)[: self._bytes_left]
        found = self._connection.recv_into(room) if room else 0
        self._bytes_left -= found
        return found


def of(stores: Stores) -> Issuer:
    """The issuer that the settings name."""
    if ISSUE in stores.settings.surfaces:
        return Here(stores)
    return Elsewhere(stores.settings.issue_address)
