"""A small survey that takes answers, in this process and behind a real server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from survey import database
from survey.close import keys
from survey.close.keys import Keys
from survey.collect import codes, issuer
from survey.config import BOX, ISSUE, Settings
from survey.database import Stores
from survey.manage import waves
from survey.manage.waves import Wave
from survey.questionnaire import loader

QUESTIONNAIRES = Path(__file__).parent / "questionnaires"
OPENED = date(2026, 9, 1)
CARDS = 60
APP = "survey.wsgi:application"
OPTIONS = ["--threads", "4", "--no-control-socket", "--log-level", "critical"]


@dataclass(frozen=True)
class LiveWave:
    """An open wave, the codes of its cards and the keys that nobody but its officers has."""

    settings: Settings
    stores: Stores
    wave: Wave
    codes: tuple[str, ...]
    keys: Keys

    @property
    def opener(self) -> X25519PrivateKey:
        """What opens the answers of browsers that have X25519."""
        return self.keys.unsealing

    @property
    def signer(self) -> Ed25519PrivateKey:
        """What signs the wave's Release."""
        return self.keys.signing

    @property
    def environment(self) -> dict[str, str]:
        """What another process needs to find the same wave."""
        return environment_of(self.settings)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment of a process with these settings."""
    return {
        **os.environ,
        "CANDOUR_HOME": str(settings.home),
        "CANDOUR_ISSUER_URL": settings.issuer_url,
        "CANDOUR_RESULTS_URL": settings.results_url,
        "CANDOUR_SURFACES": ",".join(settings.surfaces),
        "CANDOUR_ISSUE_ADDRESS": settings.issue_address,
        "CANDOUR_BOX_ADDRESS": settings.box_address,
    }


def copied(opened: LiveWave, home: Path, **changes: str) -> LiveWave:
    """The same wave in another home; `changes` are settings, such as its databases."""
    shutil.copytree(opened.settings.home, home)
    settings = Settings.at(home, surfaces=opened.settings.surfaces, **changes)
    return replace(opened, settings=settings, stores=Stores.open(settings))


def as_left(once: LiveWave, live: LiveWave) -> LiveWave:
    """What was done once to a wave, with the files beside its home, in place of an unused one."""
    shutil.rmtree(live.settings.home)
    shutil.copytree(once.settings.home.parent, live.settings.home.parent, dirs_exist_ok=True)
    return replace(live, stores=Stores.open(live.settings))


def open_live_wave(
    home: Path, questionnaire: Path, wave_id: str = "autumn", count: int = CARDS, **changes: str
) -> LiveWave:
    """Migrate, make a wave of `questionnaire`, give it cards and open it."""
    settings = Settings.at(home, surfaces=(ISSUE, BOX), **changes)
    database.migrate(settings)
    stores = Stores.open(settings)
    officers = keys.new()
    waves.create(stores, wave_id, "Autumn survey", loader.load(questionnaire), officers.public)
    cards = tuple(codes.make(count))
    halves = [codes.public_half(codes.parse(code), wave_id) for code in cards]
    issuer.import_codes(stores, wave_id, halves)
    wave = waves.open_wave(stores, wave_id, OPENED)
    return LiveWave(settings, stores, wave, cards, officers)


@dataclass(frozen=True)
class LiveServer:
    """A wave behind gunicorn, as `candour serve` runs it."""

    url: str
    live: LiveWave


def free_port() -> int:
    """A port that nobody serves at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError("the server stopped at once")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start in 20 seconds")


def serve(live: LiveWave) -> Iterator[LiveServer]:
    """Serve a wave until the generator is closed."""
    port = free_port()
    with served(live.settings, port):
        yield LiveServer(f"http://127.0.0.1:{port}", live)


@contextmanager
def served(settings: Settings, port: int) -> Iterator[None]:
    """A process that serves what `settings` say, at 127.0.0.1."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *OPTIONS, "--bind", f"127.0.0.1:{port}", APP],
        env=environment_of(settings),
        cwd=QUESTIONNAIRES.parents[1],
    )
    try:
        _await(port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)
