"""Positive controls: faults that the game must find. A game that finds none proves nothing.

Each is a build that somebody might have made, played like the real one. Where a fault can be
planted in the product's own code it is; else the box is built anew with it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from fixtures_wave import LiveWave
from sqlalchemy import text
from sqlalchemy.orm import Session

from game import leaky_comments, world
from game.leaky_boxes import (
    BY_KEY,
    instead,
    put_also,
    remembered,
    slots_in_order,
    with_gaps,
    with_log_ahead,
)
from game.people import WAVE
from game.world import Middleware, Plant
from survey.close import rewriting
from survey.collect import blind_signatures, envelope, issuer
from survey.collect.blind_signatures import Blinded
from survey.collect.issuer import Used
from survey.manage import closings
from survey.manage.closings import Closing
from survey.manage.tables import ClosingRow


@dataclass(frozen=True)
class Control:
    """A planted fault.

    Attributes:
        caught_by: attacks that must find it; others may too.
        state: `live` or `closed`; when it shows.
    """

    plant: Plant
    caught_by: frozenset[str]
    state: str = "live"


def _no_padding(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    pack = envelope.pack
    patch.setattr(envelope, "pack", lambda *asked: pack(*asked).rstrip(b" "))
    patch.setattr(envelope, "fits", lambda *_: True)


def _short_factor(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    blind = blind_signatures.blind

    def short(message: bytes, key: RSAPublicKey, salt: bytes, factor: int) -> Blinded:
        return blind(message, key, salt, factor % 2**64 | 1)

    patch.setattr(blind_signatures, "blind", short)


def _cookie(live: LiveWave, patch: pytest.MonkeyPatch) -> Middleware:
    def middleware(inner: Any) -> Any:
        def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            def with_cookie(status: str, headers: list[Any], *more: Any) -> Any:
                if "HTTP_COOKIE" not in environ:
                    headers = [*headers, ("Set-Cookie", f"visit={secrets.token_hex(16)}; Path=/")]
                return start(status, headers, *more)

            return inner(environ, with_cookie)

        return answer

    return middleware


def _access_log(live: LiveWave, patch: pytest.MonkeyPatch) -> Middleware:
    def middleware(inner: Any) -> Any:
        def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            with (live.settings.home / "access.log").open("a") as log:
                now = time.strftime("%d/%b/%Y:%H:%M:%S")
                asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
                log.write(f'{environ["REMOTE_ADDR"]} - - [{now}] "{asked}" 200\n')
            return inner(environ, start)

        return answer

    return middleware


def _unshuffled(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    class Unshuffled:
        def shuffle(self, numbers: list[int]) -> None:
            numbers.sort()

    slots_in_order(patch)
    patch.setattr(rewriting.secrets, "SystemRandom", Unshuffled)


def _told(order: str, column: str) -> Plant:
    """Lists that are told at close in the order in which answers came, or lie."""

    def plant(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
        came: list[tuple[bytes, bytes]] = []
        put_also(patch, lambda token, sealed: came.append((token, sealed)))
        tell = closings.tell

        def telling(stores: Any, wave_id: str, closing: Closing) -> None:
            tell(stores, wave_id, closing)
            if order == "as they lie":
                path = rewriting.path_of(live.settings, WAVE)
                lying = list(rewriting.sealed_answers(path))
                came.sort(key=lambda pair: lying.index(pair[1]))
            lists = {
                "receipts": "\n".join(envelope.receipt(sealed, WAVE) for _, sealed in came),
                "tokens": b"".join(token for token, _ in came),
            }
            with stores.results() as session:
                setattr(session.get(ClosingRow, wave_id), column, lists[column])

        patch.setattr(closings, "tell", telling)

    return plant


def _counter(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    seal, count = envelope.seal, iter(range(10_000))

    def counting(*asked: Any) -> bytes:
        sealed = seal(*asked)
        return sealed[:1] + next(count).to_bytes(4) + sealed[5:]

    patch.setattr(envelope, "seal", counting)


def _file_per_answer(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    folder = live.settings.home / "answers"
    folder.mkdir()

    def keep(_: bytes, sealed: bytes) -> None:
        (folder / secrets.token_hex(8)).write_bytes(sealed)
        time.sleep(0.005)  # file systems tell times apart by a few thousandths of a second

    put_also(patch, keep)


def _dump(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    seen = remembered(live, patch)

    def dump(_: bytes, sealed: bytes) -> None:
        with (live.settings.home / "dump").open("ab") as file:
            file.write(b"\0" + seen["hash"] + sealed)

    put_also(patch, dump)


def _used_at(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    with live.stores.issuer() as session:
        session.execute(text("ALTER TABLE code ADD COLUMN used_at INTEGER"))
    seen, count = remembered(live, patch), iter(range(10_000))
    redeem = issuer.redeem

    def redeeming(*asked: Any) -> bytes:
        signature = redeem(*asked)
        with live.stores.issuer() as session:
            row = {"hash": seen["hash"], "time": next(count) // 2}
            session.execute(text("UPDATE code SET used_at = :time WHERE hash = :hash"), row)
        return signature

    patch.setattr(issuer, "redeem", redeeming)


def _records_in_order(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    with live.stores.issuer() as session:
        session.execute(text("CREATE TABLE redemption AS SELECT hash, record FROM code LIMIT 0"))
    spend = issuer._spend

    def spending(session: Session, salt: bytes, wave: str, code: bytes, used: Used) -> bool:
        row = {"hash": code, "record": used.record}
        session.execute(text("INSERT INTO redemption VALUES (:hash, :record)"), row)
        return spend(session, salt, wave, code, used)

    patch.setattr(issuer, "_spend", spending)


def _by_key(column: str, value: str, page: int = 4096, first: Plant | None = None) -> Plant:
    """Rows under random keys, with a column more."""
    schema = BY_KEY.format(column=f"{column}," if column else "")
    values = ":key, " + (f"{value}, " if value else "") + ":sealed"
    return instead(schema, f"INSERT INTO slot VALUES ({values})", page, first)


def _in_one_go(plant: Plant) -> Plant:
    """A fault where nobody takes a ticket: with one, nobody sees the code beside the answer."""

    def alone(live: LiveWave, patch: pytest.MonkeyPatch) -> Middleware | None:
        patch.setattr(world, "TICKETS", 0)
        return plant(live, patch)

    return alone


def _caught(plant: Plant, *attacks: str, state: str = "live") -> Control:
    return Control(plant, frozenset(attacks), state)


CONTROLS = {
    "autoincrement id": _caught(
        instead(
            "CREATE TABLE slot (number INTEGER PRIMARY KEY AUTOINCREMENT, sealed BLOB)",
            "INSERT INTO slot (sealed) VALUES (:sealed)",
        ),
        "order of a column",
        "order of a scan",
        "offset in a file",
        "page of a file",
    ),
    "hidden rowid": _caught(
        instead(
            "CREATE TABLE slot (number TEXT PRIMARY KEY, sealed BLOB)",
            "INSERT INTO slot VALUES (:key, :sealed)",
        ),
        "hidden row number, ctid, xmin",
        "order of a scan",
    ),
    "cells that fill a page from its end": _caught(
        _by_key("", "", page=65_536), "offset in a page", "offset in a file"
    ),
    "created_at column": _caught(_by_key("created_at INTEGER", ":came / 2"), "order of a column"),
    "code hash in the row": _caught(
        _by_key("code BLOB", ":hash"),
        "string kept by the issuer",
        "hash of a code or blinded value",
    ),
    "blinded value beside the row": _caught(
        _by_key("blinded BLOB", ":blinded"), "string seen by the issuer"
    ),
    "slot chosen by the code's hash": _caught(
        _in_one_go(
            instead(
                "CREATE TABLE slot (number INTEGER PRIMARY KEY, sealed BLOB)",
                "INSERT INTO slot VALUES (:short, :sealed)",
            )
        ),
        "the issuer's order",
    ),
    "free slots that count": _caught(with_gaps, "free slots before it"),
    "no padding": _caught(_by_key("", "", first=_no_padding), "length of what is sealed"),
    "write-ahead log left behind": _caught(with_log_ahead, "offset in a file"),
    "file for each answer": _caught(_file_per_answer, "date and number of its file"),
    "counter in the sealed answer": _caught(_counter, "order of receipts and tokens"),
    "dump of requests": _caught(_dump, "nearest trace of a person"),
    "blinding factor of 64 bits": _caught(_short_factor, "blinding factor that stands out"),
    "cookie kept": _caught(_cookie, "cookie or header"),
    "closed box not shuffled": _caught(
        _unshuffled, "order of a column", "offset in a file", state="closed"
    ),
    "receipts told as they came": _caught(
        _told("as they came", "receipts"), "place in a list or on a page", state="closed"
    ),
    "tokens told as they came": _caught(
        _told("as they came", "tokens"), "place in a list or on a page", state="closed"
    ),
    "tokens told as answers lie": _caught(
        _told("as they lie", "tokens"), "tokens beside answers", state="closed"
    ),
    "comments in the slot of their answer": _caught(
        leaky_comments.one_slot_each, "comments beside answers", "one comment beside another"
    ),
    "slots of comments kept at close": _caught(
        leaky_comments.slots_kept, "comments beside answers", state="closed"
    ),
    "one shuffle for answers and comments": _caught(
        leaky_comments.one_shuffle,
        "comments beside answers",
        "one comment beside another",
        state="closed",
    ),
    "comments appended in order": _caught(
        leaky_comments.in_order,
        "hidden row number, ctid, xmin",
        "order of a scan",
        "one comment beside another",
    ),
    "one name for the rows of a sending": _caught(
        leaky_comments.named_alike, "string of an answer or comment"
    ),
    "comments without padding": _caught(leaky_comments.not_padded, "length of what is sealed"),
    "access log with times": _caught(_access_log, "who came when, by a file or log"),
    "time of use at the issuer": _caught(_used_at, "who came when, by a table"),
    "redemptions appended in order": _caught(
        _records_in_order, "who came when, by a table", "who came when, by a file or log"
    ),
}
"""Planted fault -> the build with it, and what must catch it."""
