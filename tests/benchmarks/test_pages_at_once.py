"""Fifty readers at once: how long the server takes for a page, and what a page weighs."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from fixtures_demo import folder_of_the_demo, made

from survey import resources
from survey.config import Settings
from survey.database import Stores
from survey.manage import people
from survey.results import scope, store
from survey.serve import arguments

PROCESSES = 2
READERS, OF_HR = 50, 6
"""All at once, without a pause between two pages; so many are of HR, the others of boards."""

LONGEST_MS, MOST_BYTES = 50, 150_000
"""What is promised: server time of 95 pages of 100, and a page with all that it needs."""

FLOOR, WALL, PROCESSOR, MADE, READY = "/floor", "X-Wall", "X-Processor", "X-Made", "X-Ready"
"""As `tests/timed_pages.py` has them, which only a process that serves can import."""

LONGEST_READY = 300
"""Seconds until every process has made all pages, on a busy machine."""

PASSWORD = "a quiet night shift"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PAGE = re.compile(rb'href="(/results/(?:board|hr)[^"#?]*)"')
TOKEN = re.compile(rb'name="csrf_token"[^>]* value="([^"]+)"')
ASSET = re.compile(rb'(?:href|src)="(/static/[^"]+)"')


@dataclass(frozen=True)
class Answer:
    """One page as it was sent: milliseconds by the server's clock and of its processor.

    `made` tells whether it was made for this answer, and not kept from an earlier one; `ready`
    names the process, where that has made all that it makes before anybody asks.
    """

    path: str
    wall: float
    processor: float
    sent: int
    page: bytes
    made: bool
    ready: str


@dataclass
class Reader:
    """Somebody with a browser; `start` is the front page that they come from."""

    port: int
    name: str
    start: str
    cookie: str = ""
    pages: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: str = "") -> tuple[http.client.HTTPResponse, bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as wire:
            headers = {"Accept-Encoding": "gzip", "Cookie": self.cookie}
            if body:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            wire.request(method, path, body or None, headers)
            answer = wire.getresponse()
            content = answer.read()
        for given in answer.headers.get_all("Set-Cookie") or ():
            if given.startswith("candour="):
                self.cookie = given.partition(";")[0]
        return answer, content

    def open(self, path: str) -> Answer:
        answer, content = self.ask("GET", path)
        assert answer.status == 200, (path, answer.status)
        zipped = answer.headers.get("Content-Encoding") == "gzip"
        page = gzip.decompress(content) if zipped else content
        wall, processor = (float(answer.headers[name]) for name in (WALL, PROCESSOR))
        made, ready = MADE in answer.headers, answer.headers.get(READY, "")
        return Answer(path, wall, processor, len(content), page, made, ready)

    def sign_in(self) -> None:
        found = TOKEN.search(self.open("/results/sign-in").page)
        assert found
        typed = {"csrf_token": found[1].decode(), "name": self.name, "password": PASSWORD}
        answer, _ = self.ask("POST", "/results/sign-in", urlencode(typed))
        assert answer.status == 302

    def first_walk(self) -> list[Answer]:
        """Open every page that links lead to from the front page on, and remember them."""
        answers, waiting = [], [self.start]
        while waiting:
            path = waiting.pop(0)
            self.pages.append(path)
            answers.append(self.open(path))
            known = {*self.pages, *waiting}
            links = dict.fromkeys(one.decode() for one in PAGE.findall(answers[-1].page))
            waiting += [one for one in links if self._is_own(one) and one not in known]
        return answers

    def _is_own(self, path: str) -> bool:
        # The page of a whole file makes the file.
        is_a_file = "/csv/" in path or "/file/" in path or "/all-pages" in path
        return path.startswith(self.start) and not is_a_file

    def walk(self) -> list[Answer]:
        return [self.open(path) for path in self.pages]

    def wait(self) -> list[Answer]:
        return [self.open(FLOOR) for _ in self.pages]


@dataclass(frozen=True)
class Served:
    """The demo, what is to be served of it and where, and who comes."""

    port: int
    line: Sequence[str]
    environment: Mapping[str, str]
    readers: tuple[Reader, ...]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Served:
    home = made(folder_of_the_demo(tmp_path_factory.mktemp("demo"))).home
    stores = Stores.open(Settings.at(home))
    newest = store.latest(stores)
    assert newest
    commands = [one.id for one in scope.units(newest, "command")]
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = []
    for number in range(READERS):
        command = None if number < OF_HR else commands[number % len(commands)]
        name, start = f"reader-{number}", f"/results/board/{command}" if command else "/results/hr"
        people.add(stores, name, "board" if command else "hr", command, PASSWORD, CHEAP)
        found.append(Reader(port, name, start))
    environment = {**os.environ, "CANDOUR_HOME": str(home), "CANDOUR_HTTPS": "0"}
    environment["PYTHONPATH"] = f"{Path(__file__).parents[1]}:{Path(__file__).parents[2]}"
    line = arguments(f"127.0.0.1:{port}", PROCESSES, 4, "timed_pages:application")
    return Served(port, line, environment, tuple(found))


@contextmanager
def _served(demo: Served, *, ready: bool) -> Iterator[list[Reader]]:
    """Serve it to readers who saw no page yet, from processes that just began or are ready."""
    server = subprocess.Popen(demo.line, env=demo.environment)
    readers = [Reader(one.port, one.name, one.start) for one in demo.readers]
    try:
        _until_served(readers[0])
        if ready:
            _until_ready(readers[0])
        yield readers
    finally:
        server.terminate()
        server.wait(30)


def _until_served(reader: Reader) -> None:
    for _ in range(120):
        try:
            reader.open(FLOOR)
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail("nothing is served")


def _until_ready(reader: Reader) -> None:
    begun, ready = time.perf_counter(), set[str]()
    while len(ready) < PROCESSES:
        ready |= {reader.open(FLOOR).ready} - {""}
        time.sleep(0.5)  # A process makes nothing while it answers.
        assert time.perf_counter() - begun < LONGEST_READY
    print(f"\nall processes were ready after {time.perf_counter() - begun:.0f} seconds")


def _at_once(readers: Sequence[Reader], what: str) -> list[Answer]:
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(readers)) as pool:
        found = list(pool.map(lambda one: getattr(one, what)(), readers))
    answers = [answer for one in found for answer in one or ()]
    if answers:
        seconds = time.perf_counter() - begun
        print(f"\n{what}: {len(answers)} pages, {len(answers) / seconds:.0f} a second")
        _tell(answers)
    return answers


def _tell(answers: Sequence[Answer]) -> None:
    for name in ("wall", "processor"):
        said = " ".join(f"p{at} {_at(answers, name, at):.1f}" for at in (50, 95, 99))
        print(f"  {name}, milliseconds: {said}")


def _at(answers: Sequence[Answer], name: str, percent: int) -> float:
    values = sorted(getattr(one, name) for one in answers)
    return float(values[min(len(values) - 1, len(values) * percent // 100)])


@pytest.mark.long
def test_fifty_readers_at_once_wait_for_no_page(demo: Served) -> None:
    with _served(demo, ready=True) as readers:
        _at_once(readers, "sign_in")
        first = _at_once(readers, "first_walk")
        made = [one for one in first if one.made]
        print(f"of these, made for the first time in a process: {len(made)}")
        again = _at_once(readers, "walk")
        floor = _at_once(readers, "wait")
    assert len(again) == len(first) > READERS * 40
    assert _at(again, "wall", 95) < LONGEST_MS
    # The first time each page waits for the disk, however slow it is, to keep a line of the log.
    assert _at(first, "processor", 95) < LONGEST_MS
    assert made == []
    # The machine may be busy with other things: this says the same of the work alone.
    for walk in (first, again):
        assert _at(walk, "processor", 95) < 10 * max(1.0, _at(floor, "processor", 95))


@pytest.mark.long
def test_fifty_readers_of_a_process_that_just_began_make_each_page_once(demo: Served) -> None:
    with _served(demo, ready=False) as readers:
        _at_once(readers, "sign_in")
        made = [one for one in _at_once(readers, "first_walk") if one.made]
        print(f"of these, made for the first time in a process: {len(made)}")
        _tell(made)
    assert made, "nobody waited for the process to be ready"
    assert max(Counter(one.path for one in made).values()) <= PROCESSES
    assert _at(made, "processor", 95) < LONGEST_MS


@pytest.mark.long
def test_no_page_weighs_more_than_is_promised(demo: Served) -> None:
    with _served(demo, ready=True) as readers:
        readers[0].sign_in()
        pages = readers[0].first_walk()
    heaviest = max(pages, key=lambda one: one.sent)
    needs = {one.decode() for one in ASSET.findall(heaviest.page)}
    beside = sum((resources.ASSETS / f"{Path(one).name}.gz").stat().st_size for one in needs)
    print(
        f"\nheaviest page {heaviest.sent:,} bytes of {len(heaviest.page):,}; {beside:,} beside it"
    )
    assert needs
    assert heaviest.sent + beside < MOST_BYTES
