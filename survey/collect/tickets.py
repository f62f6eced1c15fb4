"""Tickets: a token and its one-time key as a file, to save now and to answer with later.

A ticket is text in JSON that holds the wave, the site, the fingerprint of the wave's keys, the
one-time private key (32 bytes) and the token, the last two in base64url. It holds no code, no name
and no time. The page writes and reads the same files (survey/static/source/respond/tickets.mjs).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from survey import languages
from survey.catalogue import translatable
from survey.collect import base64url, blind_signatures, fingerprint, tokens
from survey.errors import OtherKeys, TicketError
from survey.manage import issuing_keys
from survey.manage.waves import Wave

WHAT, VERSION = "candour-ticket", 1
LONGEST = 4096
"""Bytes. A ticket has about 1,200; of a longer file no more is read."""

ABOUT = translatable(
    "A ticket for one answer. Whoever has a copy of this file can answer once in your place, see "
    "that you used it, and with the file of the ballot box find the sealed answers that you sent: "
    "do not send it by force e-mail or keep it on a force drive. It does not name you. Open "
    "{survey} on any device and any day until the survey closes, choose “I have a ticket” and this "
    "file, and delete it and every copy afterwards."
)
"""What the file says of itself."""

NO_TICKET = translatable(
    "This file is not a ticket, or only a part of one. Choose the file {name} that you saved."
)
DAMAGED = translatable(
    "This ticket was changed or damaged on its way. Take the file {name} once more from where you "
    "saved it first."
)
OTHER_WAVE = translatable(
    "This ticket is for another survey. Choose the file {name}, or open the page of that other "
    "survey."
)
OTHER_SITE = translatable(
    "This ticket was taken at another address, and does not fit this page. Open the survey where "
    "you took the ticket."
)

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Ticket:
    """A token (416 bytes) and the key that sends an answer with it."""

    token: bytes
    one_time: Ed25519PrivateKey


def file_name(wave_id: str) -> str:
    """What the file of a ticket is called."""
    return f"candour-ticket-{wave_id}.json"


def write(ticket: Ticket, wave: Wave, site: str) -> bytes:
    """The file of a ticket; `site` is the address of this site, without a slash at its end."""
    content = {
        "what": WHAT,
        "version": VERSION,
        "about": languages.said(ABOUT).format(survey=f"{site}/survey/{wave.id}"),
        "wave": wave.id,
        "site": site,
        "fingerprint": fingerprint.of(wave),
        "key": base64url.write(ticket.one_time.private_bytes_raw()),
        "token": base64url.write(ticket.token),
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def read(text: str, wave: Wave, host: str) -> Ticket:
    """Read a ticket for an answer to `wave`.

    Args:
        text: of the file, as somebody chose it.
        wave: that is to be answered.
        host: of this site, with the port where it has one.

    Raises:
        TicketError: says what is wrong with the file.
        OtherKeys: for a ticket of this site and wave that names other keys than the wave has.
    """
    name = file_name(wave.id)
    found = _parsed(text)
    if found is None:
        raise TicketError(NO_TICKET, name)
    texts = {part: found.get(part) for part in ("wave", "site", "fingerprint", "key", "token")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise TicketError(DAMAGED, name)
    of_wave, site, print_, key, token = map(str, texts.values())
    if of_wave != wave.id:
        raise TicketError(OTHER_WAVE, name)
    if print_ != fingerprint.of(wave):
        raise OtherKeys(print_) if site.endswith(f"//{host}") else TicketError(OTHER_SITE)
    ticket = _ticket(_bytes(key), _bytes(token), wave)
    if ticket is None:
        raise TicketError(DAMAGED, name)
    return ticket


def _parsed(text: str) -> dict[str, object] | None:
    """The object in a file that says it is a ticket; None for any other file."""
    if len(text) > LONGEST:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # a kilobyte of opening brackets
        return None
    if not isinstance(found, dict) or found.get("what") != WHAT:
        return None
    version = found.get("version")
    return found if version == VERSION and not isinstance(version, bool) else None


def _ticket(seed: bytes, token: bytes, wave: Wave) -> Ticket | None:
    """The ticket of a key and a token, if they fit each other and the wave."""
    if len(seed) != tokens.KEY_BYTES or len(token) != tokens.TOKEN_BYTES:
        return None
    one_time = Ed25519PrivateKey.from_private_bytes(seed)
    half, signature = token[: tokens.KEY_BYTES], token[tokens.KEY_BYTES :]
    fits = half == one_time.public_key().public_bytes_raw() and blind_signatures.is_valid(
        tokens.message_of(wave.id, half), signature, issuing_keys.public(wave.token_key)
    )
    return Ticket(token, one_time) if fits else None


def _bytes(text: str) -> bytes:
    """The bytes of a text that is base64url as it is written here; none for whatever is none."""
    return base64url.read(text) if _BASE64URL.fullmatch(text) else b""
