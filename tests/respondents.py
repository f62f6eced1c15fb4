"""Respondents who answer a survey over HTTP, many at once: plain forms, or what the page does.

Each opens the document, has the code checked, and sends; in sealed mode it makes the token and
seals by itself, as the page would. They are no browsers: they fetch no style sheet or script,
which a browser keeps for a year, and type nothing. Run as a program (`python -m respondents`) it
reads a `Crowd` as JSON and writes an `Answered`, so that its processor time is its own.
"""

from __future__ import annotations

import http.client
import json
import re
import resource
import secrets
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode

from survey.collect import base64url, codes, document, envelope, tokens
from survey.config import Settings
from survey.database import Stores
from survey.manage import issuing_keys, waves
from survey.manage.waves import Wave
from survey.questionnaire import answers as folding
from survey.questionnaire.model import Multiple

PLAIN, SEALED = "plain", "sealed"
STEPS: Mapping[str, Sequence[str]] = {
    PLAIN: ("document", "check", "send"),
    SEALED: ("document", "check", "redeem", "send"),
}
PATIENCE = 60
"""Seconds for one reply: whoever waits longer counts as lost."""

_ATTEMPT = re.compile(rb'name="candour\.attempt" value="([0-9a-f]{64})"')
_RECEIPT = re.compile(rb"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}\b")


@dataclass(frozen=True)
class Crowd:
    """Who answers.

    Attributes:
        port: of the server, at 127.0.0.1.
        wave: its id; what its page tells everybody is read from the store of the environment.
        kind: `PLAIN` or `SEALED`.
        codes: one for each.
        at_once: how many answer at a time.
    """

    port: int
    wave: str
    kind: str
    codes: tuple[str, ...]
    at_once: int


@dataclass(frozen=True)
class Journey:
    """One respondent's way.

    Attributes:
        receipt: that was given.
        stored: what the answer must hold when it is opened.
        seconds: by the clock, of each of `STEPS`.
    """

    receipt: str
    stored: Mapping[str, str]
    seconds: tuple[float, ...]


@dataclass(frozen=True)
class Answered:
    """What a crowd did.

    Attributes:
        journeys: of those who got a receipt.
        lost: why each of the others got none.
        seconds: by the clock, from the first to the last.
        processor: seconds of the generator's processor in that time.
        memory: MB of the generator at its largest.
    """

    journeys: tuple[Journey, ...]
    lost: tuple[str, ...]
    seconds: float
    processor: float
    memory: float


class Refused(Exception):
    """The server did not do what a respondent needs; says the step and the reply's status."""


@dataclass
class _Wire:
    """A respondent's connection, which measures each step."""

    port: int
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def close(self) -> None:
        self._wire.close()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Counts what is done inside as one step, the respondent's own work included."""
        begun = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - begun)

    def ask(self, method: str, path: str, body: str | None = None, kind: str = "") -> bytes:
        headers = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
        if kind:
            headers["Content-Type"] = kind
        self._wire.request(method, path, body, headers)
        reply = self._wire.getresponse()
        content = reply.read()
        if reply.status != 200:
            raise Refused(f"{method} {path}: {reply.status}")
        return content

    def form(self, path: str, fields: Sequence[tuple[str, str]]) -> bytes:
        return self.ask("POST", path, urlencode(fields), "application/x-www-form-urlencoded")

    def told(self, path: str, **named: bytes) -> dict[str, object]:
        body = json.dumps({name: base64url.write(content) for name, content in named.items()})
        found: dict[str, object] = json.loads(self.ask("POST", path, body, "application/json"))
        return found


def fetch(port: int, path: str) -> bytes:
    """One page, by somebody who does nothing else."""
    with closing(_Wire(port)) as wire:
        return wire.ask("GET", path)


def answers(wave: Wave) -> list[tuple[str, str]]:
    """Answers to every question, each as likely, as (question id, code)."""
    given = []
    for question in wave.questionnaire.questions:
        offered = [code for code in question.codes if not _is_alone(question, code)]
        given.append((question.id, secrets.choice(offered)))
    return given


def _is_alone(question: object, code: str) -> bool:
    return isinstance(question, Multiple) and any(
        option.code == code and option.exclusive for option in question.options
    )


def folded(wave: Wave, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What is stored of answers."""
    return folding.fold(wave.questionnaire, {name: (code,) for name, code in given})


def plain(port: int, wave: Wave, code: str) -> Journey:
    """Answer without JavaScript: the one form, the page to check it, and the button."""
    given = answers(wave)
    with closing(_Wire(port)) as wire:
        with wire.step():
            wire.ask("GET", f"/survey/{wave.id}")
        with wire.step():
            fields = [(document.CODE, code), *given]
            page = wire.form(f"/survey/{wave.id}/check", fields)
        attempt = _ATTEMPT.search(page)
        if attempt is None:
            raise Refused("check: the page has no attempt")
        with wire.step():
            fields.append((document.ATTEMPT, attempt[1].decode()))
            page = wire.form(f"/survey/{wave.id}/send", fields)
        receipt = _RECEIPT.search(page)
        if receipt is None:
            raise Refused("send: the page has no receipt")
        return Journey(receipt[0].decode(), folded(wave, given), tuple(wire.seconds))


def sealed(port: int, wave: Wave, code: str) -> Journey:
    """Answer as the page does: check, blind, redeem, unblind, seal, send."""
    stored = folded(wave, answers(wave))
    key = codes.private_key(codes.parse(code), wave.id)
    half = key.public_key().public_bytes_raw()
    public = issuing_keys.public(wave.token_key)
    with closing(_Wire(port)) as wire:
        with wire.step():
            wire.ask("GET", f"/survey/{wave.id}")
        with wire.step():
            proof = key.sign(tokens.to_check(wave.id))
            if wire.told(f"/issue/{wave.id}/check", half=half, proof=proof) != {"usable": True}:
                raise Refused("check: the code cannot be used")
        with wire.step():
            asking = tokens.ask(wave.id, public, secrets.token_bytes(32), half)
            blinded = asking.blinded.content
            proof = key.sign(tokens.to_redeem(wave.id, blinded))
            told = wire.told(f"/issue/{wave.id}", half=half, blinded=blinded, proof=proof)
            token = tokens.finish(asking, public, base64url.read(told["signature"]))
        with wire.step():
            row = envelope.seal(envelope.pack(wave.questionnaire, stored), wave)
            comments = b"".join(envelope.seal_comments({}, wave).values())
            proof = asking.one_time.sign(tokens.to_send(wave.id, row + comments))
            named = {"token": token, "sealed": row, "comments": comments, "proof": proof}
            told = wire.told(f"/box/{wave.id}", **named)
        receipt = envelope.receipt(row, wave.id)
        if told != {"receipt": receipt}:
            raise Refused("send: another receipt than the page makes")
        return Journey(receipt, stored, tuple(wire.seconds))


_WAYS = {PLAIN: plain, SEALED: sealed}


def play(wave: Wave, crowd: Crowd) -> Answered:
    """Let a crowd answer, so many at a time, each once; nobody tries again."""

    def one(code: str) -> Journey | str:
        try:
            return _WAYS[crowd.kind](crowd.port, wave, code)
        except (OSError, http.client.HTTPException, Refused) as error:
            return f"{type(error).__name__}: {error}"

    begun, before = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(crowd.at_once) as pool:
        found = list(pool.map(one, crowd.codes))
    return Answered(
        tuple(one for one in found if isinstance(one, Journey)),
        tuple(one for one in found if isinstance(one, str)),
        time.perf_counter() - begun,
        time.process_time() - before,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def main() -> None:
    """Read a crowd, let it answer, say what it did."""
    read = json.load(sys.stdin)
    crowd = Crowd(**{**read, "codes": tuple(read["codes"])})
    wave = waves.get(Stores.open(Settings.from_environment()), crowd.wave)
    json.dump(asdict(play(wave, crowd)), sys.stdout)


def answered(read: Mapping[str, Any]) -> Answered:
    """What `main` wrote."""
    journeys = tuple(
        Journey(one["receipt"], one["stored"], tuple(one["seconds"])) for one in read["journeys"]
    )
    return Answered(**{**read, "journeys": journeys, "lost": tuple(read["lost"])})


if __name__ == "__main__":
    main()
