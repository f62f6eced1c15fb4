"""A page as a browser gets it: TLS, and the headers that it comes with."""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from survey.doctor.findings import Finding, faults, wrong
from survey.errors import SettingsError

SECONDS = 15
_WANTED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_STRICT = "Strict-Transport-Security"
_HALF_A_YEAR = 180 * 24 * 3600
_UNWANTED = ("Set-Cookie", "ETag", "Last-Modified")


@dataclass(frozen=True)
class Reply:
    """What came back.

    Attributes:
        status: of HTTP.
        headers: by name, as sent; names of one kind are joined.
        tls: such as `TLSv1.3`.
    """

    status: int
    headers: Mapping[str, str]
    tls: str


def check(address: str, reads: bool, context: ssl.SSLContext | None = None) -> Iterator[Finding]:
    """Ask for a page, and say what is wrong with what comes.

    Args:
        address: such as `https://survey.example.org`.
        reads: whether people sign in at this host, so that it may set cookies.
        context: whom to trust; whom this machine trusts by default.

    Raises:
        SettingsError: when it is not an address over HTTPS.
    """
    try:
        reply = _ask(address, context or ssl.create_default_context())
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "verify_message", None) or type(error).__name__
        yield wrong(address, f"cannot be reached ({reason}); look at DNS, the proxy and its key.")
        return
    yield from faults(address, judged(reply, reads), f"reached over {reply.tls}, as it must be.")


def _ask(address: str, context: ssl.SSLContext) -> Reply:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f"{address} is not the address of a site over HTTPS.")
    connection = http.client.HTTPSConnection(
        parts.hostname, parts.port, timeout=SECONDS, context=context
    )
    try:
        connection.request("GET", parts.path or "/")
        tls = connection.sock.version() if isinstance(connection.sock, ssl.SSLSocket) else ""
        reply = connection.getresponse()
        reply.read()
        return Reply(reply.status, dict(reply.getheaders()), tls or "")
    finally:
        connection.close()


def lasts(value: str) -> bool:
    """Whether Strict-Transport-Security holds for half a year; with 0 browsers forget it."""
    found = re.search(r"(?:^|;)\s*max-age=\"?(\d+)", value, re.IGNORECASE)
    return found is not None and int(found[1]) >= _HALF_A_YEAR


def judged(reply: Reply, reads: bool) -> Iterator[str]:
    """What is wrong with a reply."""
    found = {name.lower(): value for name, value in reply.headers.items()}
    if reply.status >= 500:
        yield f"answers {reply.status}; see whether `candour serve` runs."
    if reply.tls not in {"TLSv1.2", "TLSv1.3"}:
        yield f"came over {reply.tls or 'no TLS'}; allow TLSv1.2 and TLSv1.3 alone."
    for name, wanted in _WANTED.items():
        if wanted not in found.get(name.lower(), ""):
            yield f"lacks {name}: {wanted}; see the proxy's configuration."
    if not lasts(found.get(_STRICT.lower(), "")):
        yield f"lacks {_STRICT}: max-age= of half a year or more; see the proxy's configuration."
    for name in () if reads else _UNWANTED:
        if name.lower() in found:
            yield f"sends {name} to respondents; see the proxy's configuration."
    if any(mark.isdigit() for mark in found.get("server", "")):
        yield f"tells its version ({found['server']}); write server_tokens off;"
