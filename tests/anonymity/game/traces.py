"""Traces: bytes by which a person or a thing is known again, and where they stand.

A trace is the eight bytes at an end of something. Eight are enough: in everything that a game
leaves on disk no eight random bytes come twice by chance.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

BYTES = 8

SHORT = 500
"""Bytes in which traces are looked up one by one: arrays of so few take longer to make."""

MANY = 30
"""From so many on, looking for all at once takes less than looking for one after the other."""

Owner = tuple[str, int, str]
"""What a trace is of: `person` or a kind of thing; which one; and what of it."""


Trace = tuple[bytes, int]
"""Eight bytes, and how far behind the beginning of the whole they stand."""


@dataclass(frozen=True)
class Found:
    """Something that stands somewhere: `offset` is where it begins."""

    offset: int
    owner: Owner


class Index:
    """Finds many traces at once, at any offset of any content."""

    def __init__(self, traces: Mapping[bytes, tuple[Owner, int]]) -> None:
        keys = np.array([int.from_bytes(trace, "little") for trace in traces], np.uint64)
        order = np.argsort(keys)
        self._keys = keys[order]
        owners = list(traces.values())
        self._owners = [owners[place] for place in order]
        # Most places are ruled out by their first two bytes.
        self._begins = np.zeros(1 << 16, bool)
        self._begins[keys.astype(np.uint16)] = True
        self._known = dict(traces)

    def find(self, content: bytes) -> list[Found]:
        """Every trace in `content`, by offset."""
        found = []
        if len(content) < SHORT:
            found = [
                Found(offset - known[1], known[0])
                for offset in range(len(content) - BYTES + 1)
                if (known := self._known.get(content[offset : offset + BYTES]))
            ]
            return sorted(found, key=lambda one: one.offset)
        for start in range(min(BYTES, max(0, len(content) - BYTES + 1))):
            view = np.frombuffer(content, "<u8", (len(content) - start) // BYTES, start)
            near = np.flatnonzero(self._begins[view.astype(np.uint16)])
            place = np.searchsorted(self._keys, view[near]).clip(max=len(self._keys) - 1)
            for hit in np.flatnonzero(self._keys[place] == view[near]):
                owner, behind = self._owners[place[hit]]
                found.append(Found(int(near[hit]) * BYTES + start - behind, owner))
        return sorted(found, key=lambda one: one.offset)


def any_of(secrets: Collection[bytes]) -> Callable[[bytes], bool]:
    """Tells of a content whether one of these stands in it; many are looked for at once."""
    begun: dict[bytes, list[bytes]] = defaultdict(list)
    for secret in secrets:
        begun[secret[:BYTES]].append(secret)
    if len(begun) < MANY or min(map(len, begun)) < BYTES:
        return lambda content: any(secret in content for secret in secrets)
    index = Index({start: (("beginning", number, ""), 0) for number, start in enumerate(begun)})

    def stands_in(content: bytes) -> bool:
        return any(
            content.startswith(secret, found.offset)
            for found in index.find(content)
            for secret in begun[content[found.offset : found.offset + BYTES]]
        )

    return stands_in


def windows(contents: Iterable[bytes]) -> np.ndarray:
    """Every string of eight bytes in the contents, as numbers; each once."""
    parts = [
        np.frombuffer(content, "<u8", (len(content) - start) // BYTES, start)
        for content in contents
        for start in range(min(BYTES, max(0, len(content) - BYTES + 1)))
    ]
    if not parts:
        return np.empty(0, np.uint64)
    found = np.sort(np.concatenate(parts))
    return found[np.append(True, found[1:] != found[:-1])]


def ends(content: bytes) -> Iterator[Trace]:
    """The first and the last eight bytes."""
    if len(content) >= BYTES:
        yield content[:BYTES], 0
        yield content[-BYTES:], len(content) - BYTES


def forms(content: bytes) -> Iterator[Trace]:
    """The ways in which bytes may be written down, each by its ends."""
    yield from ends(content)
    yield from ends(content.hex().encode())
    yield from ends(urlsafe_b64encode(content).rstrip(b"="))


def hashes(salt: bytes) -> dict[str, Callable[[bytes], bytes]]:
    """Ways of making something else of a value, for whoever has the salt."""
    plain = ("md5", "sha1", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s")
    made: dict[str, Callable[[bytes], bytes]] = {
        name: lambda content, name=name: hashlib.new(name, content).digest() for name in plain
    }
    made["sha256 twice"] = lambda content: hashlib.sha256(hashlib.sha256(content).digest()).digest()
    made["sha256 after the salt"] = lambda content: hashlib.sha256(salt + content).digest()
    made["sha256 before the salt"] = lambda content: hashlib.sha256(content + salt).digest()
    made["hmac-sha256"] = lambda content: hmac.digest(salt, content, "sha256")
    made["hmac-sha256 the other way"] = lambda content: hmac.digest(content, salt, "sha256")
    made["hmac-sha512"] = lambda content: hmac.digest(salt, content, "sha512")
    return made


def of(owned: Iterable[tuple[Owner, Iterable[Trace]]]) -> dict[bytes, tuple[Owner, int]]:
    """Traces of several owners; one that two owners share tells nothing and is left out."""
    made: dict[bytes, tuple[Owner, int]] = {}
    shared = set()
    for owner, contents in owned:
        for trace, behind in contents:
            (known, _) = made.setdefault(trace, (owner, behind))
            if known[:2] != owner[:2]:
                shared.add(trace)
    return {trace: of_whom for trace, of_whom in made.items() if trace not in shared}
