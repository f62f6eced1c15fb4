"""Asking the issuer in plain mode: here, in this process, or elsewhere, on another host.

Elsewhere is the address that CANDOUR_ISSUE_ADDRESS names and no other: what it answers can send a
request nowhere else. What is asked is what a page would ask in sealed mode, so that the issuer sees
no answer. Nothing of it is logged.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import urlsplit

from survey.collect import base64url, issuer
from survey.config import ISSUE
from survey.database import Stores
from survey.errors import CodeError, IssuerError, WaveStateError

PATIENCE_SECONDS = 5
"""Of each step of a request; a worker waits meanwhile, and others wait for workers."""

LONGEST_REPLY = 4096


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
        site = urlsplit(self.address)
        connect = HTTPSConnection if site.scheme == "https" else HTTPConnection
        connection = connect(site.netloc, timeout=PATIENCE_SECONDS)
        try:
            connection.request("POST", path, body)
            reply = connection.getresponse()
            return reply.status, reply.read(LONGEST_REPLY)
        finally:
            connection.close()


def of(stores: Stores) -> Issuer:
    """The issuer that the settings name."""
    if ISSUE in stores.settings.surfaces:
        return Here(stores)
    return Elsewhere(stores.settings.issue_address)
