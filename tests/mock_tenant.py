"""A small OpenID provider on loopback that stands in for one Entra tenant, attacks included."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

TENANT = "11111111-2222-4333-8444-555555555555"
CLIENT = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
SECRET = "the secret of the application"
PERSON = "0f0e0d0c-0b0a-4908-8706-050403020100"

Claims = dict[str, Any]


@cache
def rsa_key(number: int) -> rsa.RSAPrivateKey:
    """A key of the tenant; made once for all tests."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def token(header: Claims, claims: Claims, sign: Callable[[bytes], bytes]) -> str:
    """A JSON web token, by hand: libraries refuse to make the bad ones."""
    signed = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{b64(sign(signed.encode()))}"


@dataclass
class MockTenant:
    """What the organisation does next; tests change it.

    Attributes:
        roles: the app roles of whoever signs in.
        changes: claims that are changed, or taken out where None.
        signed: makes a token of claims; replaced by attacks.
        told: numbers of the keys that are published.
        asked: addresses that were asked for, in order.
    """

    address: str = ""
    roles: list[str] = field(default_factory=lambda: ["Candour.HR"])
    changes: Claims = field(default_factory=dict)
    key: int = 1
    told: tuple[int, ...] = (1,)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    signed: Callable[[MockTenant, Claims], str] | None = None

    @property
    def issuer(self) -> str:
        return f"{self.address}/{TENANT}/v2.0"

    def claims(self, nonce: str) -> Claims:
        now = int(time.time())
        found = {
            "iss": self.issuer,
            "aud": CLIENT,
            "tid": TENANT,
            "sub": "pairwise",
            "oid": PERSON,
            "roles": self.roles,
            "nonce": nonce,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "name": "Somebody Real",
            "preferred_username": "somebody@force.example",
            **self.changes,
        }
        return {name: value for name, value in found.items() if value is not None}

    def make(self, claims: Claims) -> str:
        if self.signed:
            return self.signed(self, claims)
        return by_rsa(self.key)(claims)

    def keys(self) -> list[Claims]:
        return [_jwk(number) for number in self.told]


def _jwk(number: int) -> Claims:
    public = rsa_key(number).public_key().public_numbers()
    sizes = (("n", public.n, 256), ("e", public.e, 3))
    numbers = {name: b64(value.to_bytes(size)) for name, value, size in sizes}
    return {"kty": "RSA", "use": "sig", "kid": f"key-{number}", **numbers}


def by_rsa(key: int, kid: str | None = None) -> Callable[[Claims], str]:
    """Signs claims as the tenant does, or with another key under its name."""

    def sign(content: bytes) -> bytes:
        return rsa_key(key).sign(content, padding.PKCS1v15(), hashes.SHA256())

    header = {"typ": "JWT", "alg": "RS256", "kid": kid or f"key-{key}"}
    return lambda claims: token(header, claims, sign)


def unsigned(_tenant: MockTenant, claims: Claims) -> str:
    return token({"typ": "JWT", "alg": "none"}, claims, lambda _: b"")


def by_the_public_key(_tenant: MockTenant, claims: Claims) -> str:
    """HMAC with what everybody knows as its secret."""
    public = rsa_key(1).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    secret = public.public_bytes(serialization.Encoding.PEM, form)
    header = {"typ": "JWT", "alg": "HS256", "kid": "key-1"}
    return token(header, claims, lambda content: hmac.digest(secret, content, hashlib.sha256))


def by_a_stranger(_tenant: MockTenant, claims: Claims) -> str:
    return by_rsa(9, kid="key-1")(claims)


class _Handler(BaseHTTPRequestHandler):
    tenant: MockTenant

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        self.tenant.asked.append(path)
        if path == f"/{TENANT}/oauth2/v2.0/authorize":
            asked = {name: values[0] for name, values in query.items()}
            code = secrets.token_urlsafe(16)
            self.tenant.codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        elif path == f"/{TENANT}/discovery/v2.0/keys":
            self._json(200, {"keys": self.tenant.keys()})
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        self.tenant.asked.append(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.tenant.codes.pop(sent.get("code", ""), None)
        if asked is None or not _may_redeem(sent, asked):
            self._json(400, {"error": "invalid_grant"})
            return
        made = self.tenant.make(self.tenant.claims(asked["nonce"]))
        self._json(200, {"token_type": "Bearer", "access_token": "unused", "id_token": made})

    def _json(self, status: int, told: object) -> None:
        content = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_said: object) -> None:
        """Nothing."""


def _may_redeem(sent: dict[str, str], asked: dict[str, str]) -> bool:
    """Whether a code is redeemed by the application, and by the browser, that asked for it."""
    challenge = b64(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
    return (
        challenge == asked.get("code_challenge")
        and asked.get("code_challenge_method") == "S256"
        and asked.get("response_type") == "code"
        and sent.get("redirect_uri") == asked["redirect_uri"]
        and (sent.get("client_id"), sent.get("client_secret")) == (CLIENT, SECRET)
        and asked["client_id"] == CLIENT
    )


@contextmanager
def running(host: str = "127.0.0.1") -> Iterator[MockTenant]:
    """A tenant that answers at a free port."""
    tenant = MockTenant()
    handler = type("Handler", (_Handler,), {"tenant": tenant})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    tenant.address = f"http://{host}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield tenant
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def environment(tenant: MockTenant, site: str) -> dict[str, str]:
    """The settings of a site whose people sign in there."""
    return {
        "CANDOUR_OIDC_TENANT": TENANT,
        "CANDOUR_OIDC_CLIENT": CLIENT,
        "CANDOUR_OIDC_SECRET": SECRET,
        "CANDOUR_OIDC_AUTHORITY": tenant.address,
        "CANDOUR_OIDC_ROLES": "Candour.HR=hr, Candour.North=board:response-north, "
        "0a1b2c3d-0000-4000-8000-000000000000=association",
        "CANDOUR_RESULTS_ADDRESS": site,
    }


def visit(address: str) -> str:
    """Sign in at the tenant's page; returns the path and query that it sends the browser to."""
    site = urlsplit(address)
    connection = HTTPConnection(site.netloc, timeout=10)
    connection.request("GET", f"{site.path}?{site.query}")
    reply = connection.getresponse()
    location = reply.headers["Location"]
    connection.close()
    back = urlsplit(location)
    return f"{back.path}?{back.query}"
