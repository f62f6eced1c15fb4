"""Readers' pages that are made once: whatever follows from what is stored, and nothing of a person.

A Release never changes, so the page that shows it is the same for everybody who may open it. It is
kept with a gap where the menu stands, which says who reads and holds their CSRF token: that alone
is made for each answer. Pages are sent compressed. The gap is not: its bytes are stored as they are
between two parts that were compressed without it, so how long an answer is tells nothing of a
token, whatever else a page repeats (BREACH). docs/decisions/0055 says what else was weighed.
"""

from __future__ import annotations

import secrets
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from flask import Flask, Response, current_app, g, make_response, render_template, request

MOST_BYTES = 32 * 1024 * 1024
"""Of compressed pages, in one process; those that were opened longest ago go first."""

MADE_AHEAD = 0.75
"""Of these bytes, what pages that nobody asked for yet may fill."""

LEVEL = 6
"""Of zlib: the pages of a force are 4 to 20 kB with it."""

_GAP = f"<li>{secrets.token_hex(16)}</li>"
_EXTENSION = "candour.kept"
_GZIP = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""Ten bytes at the head of a gzip file without a name and a time."""

_LONGEST_STORED = 0xFFFF


@dataclass(frozen=True)
class Page:
    """A page before and after its gap, each compressed: as text it takes up seven times as much."""

    before: bytes
    after: bytes

    @classmethod
    def of(cls, text: str) -> Page:
        """A page as it was made, with one gap.

        Raises:
            ValueError: when it has none, or several.
        """
        before, after = (part.encode() for part in text.split(_GAP))
        return cls(_packed(before, zlib.Z_FULL_FLUSH), _packed(after, zlib.Z_FINISH))

    @property
    def size(self) -> int:
        """Bytes that it takes up."""
        return len(self.before) + len(self.after)

    def plain(self, menu: bytes) -> bytes:
        """The page with what stands in its gap."""
        return _unpacked(self.before) + menu + _unpacked(self.after)

    def gzipped(self, menu: bytes) -> bytes:
        """The same as one gzip member, in which `menu` is stored and never compressed."""
        whole = self.plain(menu)  # for its checksum; it takes a quarter of a millisecond
        return b"".join(
            (
                _GZIP,
                self.before,
                _stored(menu),
                self.after,
                zlib.crc32(whole).to_bytes(4, "little"),
                len(whole).to_bytes(4, "little"),
            )
        )


@dataclass
class _Turns:
    """Who makes a page, and how many are at it or wait."""

    lock: Lock = field(default_factory=Lock)
    waiting: int = 0


class Kept:
    """The pages that one process keeps."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pages: OrderedDict[Hashable, tuple[Hashable, Page]] = OrderedDict()
        self._size = 0
        self._lock = Lock()
        self._making: dict[Hashable, _Turns] = {}

    @contextmanager
    def alone(self, key: Hashable) -> Iterator[None]:
        """Let one thread at a time make the page of `key`; whoever waits finds it kept then."""
        with self._lock:
            turns = self._making.setdefault(key, _Turns())
            turns.waiting += 1
        try:
            with turns.lock:
                yield
        finally:
            with self._lock:
                turns.waiting -= 1
                if not turns.waiting:
                    del self._making[key]

    @property
    def is_full(self) -> bool:
        """Whether nothing more should be made before somebody asks for it."""
        return self._size > self._most_bytes * MADE_AHEAD

    def get(self, place: Hashable, state: Hashable) -> Page | None:
        """The page of that place, if it was made from what is stored as `state`."""
        with self._lock:
            if place not in self._pages:
                return None
            self._pages.move_to_end(place)
            made_of, page = self._pages[place]
            return page if made_of == state else None

    def keep(self, place: Hashable, state: Hashable, page: Page) -> None:
        """Keep a page in the place of an older one; let go of others where there is too much."""
        with self._lock:
            _, older = self._pages.pop(place, (None, None))
            self._size -= 0 if older is None else older.size
            self._pages[place] = (state, page)
            self._size += page.size
            while self._size > self._most_bytes:
                _, (_, oldest) = self._pages.popitem(last=False)
                self._size -= oldest.size

    def forget(self) -> None:
        """Let go of all: what they were made from is not what is stored any more."""
        with self._lock:
            self._pages.clear()
            self._size = 0


def install(app: Flask) -> None:
    """Give `app` a place for pages, and its templates the gap in what is made to be kept."""
    app.extensions[_EXTENSION] = Kept()

    @app.context_processor
    def gap() -> dict[str, object]:
        return {"gap": g.get("gap")}


def of(app: Flask) -> Kept:
    """The pages that this process keeps."""
    found: Kept = app.extensions[_EXTENSION]
    return found


def page(shown: Hashable, state: Hashable, make: Callable[[], str]) -> Response:
    """The answer to this request: a page that is kept, or one that is made and kept now.

    Args:
        shown: what of the request it depends on but for its address. With `state` that is
            everything, and the same for all readers who get this page.
        state: what is stored that it is made from; once that changes the page is made anew.
        make: gives the page. It finds neither the reader nor a token, only the gap for both; what
            it raises goes on, and nothing is kept.
    """
    kept = of(current_app)
    place = (request.script_root, request.path, shown)
    found = kept.get(place, state)
    if found is None:
        found = _made(kept, place, state, make)
    menu = render_template("results/parts/menu.html").encode()
    zipped = request.accept_encodings.quality("gzip") > 0
    response = make_response(found.gzipped(menu) if zipped else found.plain(menu))
    response.vary.add("Accept-Encoding")
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _made(kept: Kept, place: Hashable, state: Hashable, make: Callable[[], str]) -> Page:
    """The page, made by whoever comes first: all readers of a board come when it is told."""
    with kept.alone((place, state)):
        found = kept.get(place, state)
        if found is None:
            found = Page.of(_without_reader(make))
            kept.keep(place, state, found)
        return found


def _without_reader(make: Callable[[], str]) -> str:
    reader = g.pop("reader", None)
    g.gap = _GAP
    try:
        text = make()
    finally:
        del g.gap
        g.reader = reader
    if "csrf_token" in g:
        raise RuntimeError("a page that is kept for everybody holds a token of one reader")
    return text


def _packed(part: bytes, end: int) -> bytes:
    """A part of a deflate stream that refers to nothing outside itself and ends on a whole byte."""
    packing = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packing.compress(part) + packing.flush(end)


def _unpacked(part: bytes) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(part)


def _stored(part: bytes) -> bytes:
    """Bytes as they are, as a block of a deflate stream (RFC 1951, 3.2.4)."""
    if len(part) > _LONGEST_STORED:
        raise ValueError("a menu of more than 65,535 bytes")
    length = len(part).to_bytes(2, "little")
    return b"\0" + length + bytes(0xFF - byte for byte in length) + part
