"""A wave at every stage of its life, commands to interrupt, and what then lies on the disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import interrupting
import pytest
from fixtures_wave import CARDS, QUESTIONNAIRES

from survey import cli
from survey.close import keys as release_keys
from survey.close import rewriting
from survey.collect import box, codes, envelope, issuer, salts, submit
from survey.config import Settings
from survey.database import Stores
from survey.manage import closings, issuing_keys, waves
from survey.manage.closings import Closing

WAVE = "autumn"
OPENED = (b'"ethnicity":', b'"fair_treatment":', b'\\"ethnicity')
"""Stand in every opened answer, and nowhere else: a questionnaire writes them otherwise."""


def at_every(few: int) -> pytest.MarkDecorator:
    """Every step where there is time, and each of `few` where there is not."""
    return pytest.mark.parametrize(
        "every",
        [pytest.param(few, marks=pytest.mark.slow), pytest.param(1, marks=pytest.mark.long)],
    )


LAST_FIRST = -1
"""Every step, the last one first: most faults that are planted show late. Five times that is each
fifth, for those that show for more than a moment."""

ROOM = 500_000_000
"""Bytes that what a command leaves before each of its steps may take, in two workers at once."""


def memory() -> str | None:
    """To flush a disk takes its time, and a killed process leaves the same in memory."""
    folder = "/dev/shm"
    return folder if os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM else None


STAGES = ("draft", "imported", "open", "closed", "carried", "opened", "released")


def answers(number: int) -> dict[str, str]:
    return {
        "fair_treatment": "agree" if number % 3 else "disagree",
        "ethnicity": "white" if number % 2 else "asian",
        "department": "north-a" if number % 4 else "north-b",
    }


def stores_of(root: Path) -> Stores:
    return Stores.open(Settings.at(root / "home"))


def candour(root: Path, line: str) -> str:
    """`candour ...` in `root`, where its home lies too."""
    os.environ["CANDOUR_HOME"] = str(root / "home")
    tempfile.tempdir = str(root)  # what is written there must be found too
    os.chdir(root)
    cli.candour(line.split(), standalone_mode=False)
    return "done"


def command(line: str) -> Callable[[Path], str]:
    """`candour ...` as work for `sweep`."""
    return lambda root: candour(root, line)


def until(state: str, line: str) -> Callable[[Path], str]:
    """The same for a command that, run once more, only says that the wave is there already."""
    return lambda root: "done" if Disk(root).state == state else candour(root, line)


@contextmanager
def _away_and_back() -> Iterator[None]:
    folder, home = Path.cwd(), os.environ.get("CANDOUR_HOME")
    try:
        yield
    finally:
        tempfile.tempdir = None
        os.chdir(folder)
        os.environ.pop("CANDOUR_HOME")
        if home is not None:
            os.environ["CANDOUR_HOME"] = home


@dataclass(frozen=True)
class Stages:
    """Folders with a wave at each stage, made by the real commands.

    Attributes:
        folder: holds a folder per stage with `home`, `officers`, `cards` and so on.
        cards: the codes, of which all but the last have answered from `open` on.
        acknowledged: the receipts of those answers.
        rows: the sealed answers themselves.
        tokens: what they came with.
        secrets: the salt and the private issuing key while the wave is open, by name.
    """

    folder: Path
    cards: tuple[str, ...]
    acknowledged: frozenset[str]
    rows: frozenset[bytes]
    tokens: frozenset[bytes]
    secrets: dict[str, bytes] = field(hash=False)

    def at(self, stage: str) -> Path:
        return self.folder / stage


def make_stages(folder: Path) -> Stages:
    """Take a wave from its draft to its Release, keeping a copy of each stage."""
    with _away_and_back():
        draft = folder / "draft"
        draft.mkdir()
        small = QUESTIONNAIRES / "small.yaml"
        for line in (
            "migrate",
            "keys new --out officers",
            f"wave new {WAVE} --questionnaire {small} --public officers/public.json --title Autumn",
        ):
            candour(draft, line)
        cards = tuple(codes.make(CARDS))
        halves = sorted(codes.public_half(codes.parse(card), WAVE).hex() for card in cards)
        text = "\n".join([f"public halves of wave {WAVE}", *halves])
        (draft / "public-halves.txt").write_text(text)
        _next(folder, "imported", f"codes import {WAVE} public-halves.txt")
        opened = _next(folder, "open", f"wave open {WAVE}")
        acknowledged = _answer(opened, cards[:-1])
        disk = Disk(opened)
        secrets = {path.name: path.read_bytes() for path in (opened / "home/salts").iterdir()}
        rows = frozenset(disk.answers)
        with disk.box as file:
            tokens = frozenset(t for (t,) in file.execute("SELECT token FROM token WHERE taken"))
        _next(folder, "closed", f"wave close {WAVE}")
        shares = "officers/share-1.txt officers/share-2.txt"
        locked = "--locked officers/release.locked --out officers"
        carried = _next(folder, "carried", f"wave carry {WAVE} --out {WAVE}.wave")
        candour(carried, f"keys combine {shares} {locked}")
        unseal = "--key officers --out releases"
        opened = _next(folder, "opened", f"unseal {WAVE}.wave {unseal}")
        (packed,) = (opened / "releases").glob("*.release")
        shutil.copy(packed, opened / "back.release")
        _next(folder, "released", "release add back.release")
    return Stages(folder, cards, acknowledged, rows, tokens, secrets)


def _next(folder: Path, stage: str, line: str) -> Path:
    before, after = folder / STAGES[STAGES.index(stage) - 1], folder / stage
    shutil.copytree(before, after)
    candour(after, line)
    return after


def _answer(root: Path, cards: tuple[str, ...]) -> frozenset[str]:
    stores = stores_of(root)
    wave = waves.get(stores, WAVE)
    sendings = [(card, answers(number)) for number, card in enumerate(cards)]
    return frozenset(submit.submit_many(stores, wave, sendings))


class Disk:
    """What lies in a folder. Databases are read from a copy: looking changes nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    @property
    def names(self) -> set[str]:
        return set(self.files)

    def beside(self, other: Path) -> set[str]:
        """Names of files that are here and not in another folder."""
        return self.names - Disk(other).names

    def holding(self, *pieces: bytes) -> set[str]:
        """Names of the files in which one of these stands."""
        return {
            name
            for name, content in self.files.items()
            if any(piece in content for piece in pieces)
        }

    @cached_property
    def stores(self) -> Stores:
        copy = self.root.with_name(f"{self.root.name}-looked-at")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.root, copy)
        return stores_of(copy)

    @property
    def state(self) -> str:
        return waves.get(self.stores, WAVE).state

    @property
    def told(self) -> Closing | None:
        return closings.told(self.stores, WAVE)

    @property
    def box(self) -> closing[sqlite3.Connection]:
        path = box.path_of(self.stores.settings, WAVE)
        return closing(sqlite3.connect(path))

    @property
    def answers(self) -> list[bytes]:
        """The sealed answers that are kept: the closed box's, else the live one's."""
        closed = rewriting.path_of(self.stores.settings, WAVE)
        if closed.exists():
            return list(rewriting.sealed_answers(closed))
        if not box.path_of(self.stores.settings, WAVE).exists():
            return []
        with self.box as file:
            query = "SELECT sealed FROM slot JOIN token USING (number) WHERE taken = 1"
            return [bytes(sealed) for (sealed,) in file.execute(query)]

    @property
    def receipts(self) -> list[str]:
        return sorted(envelope.receipt(row, WAVE) for row in self.answers)

    @property
    def used(self) -> int | None:
        """How many codes were used; None when nobody can tell any more."""
        salt = salts.read(self.stores.settings, WAVE)
        if salt is None:
            return None
        with self.stores.issuer() as session:
            return issuer.count_used(session, salt, WAVE)

    @property
    def issues(self) -> bool:
        """Whether tokens can be signed: salt and issuing key are both there and whole."""
        settings = self.stores.settings
        salt, key = salts.read(settings, WAVE), issuing_keys.read(settings, WAVE)
        return salt is not None and len(salt) == salts.SALT_BYTES and key is not None


def private_pieces(root: Path) -> tuple[bytes, ...]:
    """The officers' private keys, as a `release.key` writes them."""
    keys = release_keys.load(root / "officers")
    assert keys.fallback
    return (
        keys.unsealing.private_bytes_raw().hex().encode(),
        keys.signing.private_bytes_raw().hex().encode(),
        f"{keys.fallback.private_numbers().private_value:064x}".encode(),
    )


def sweep(
    template: Path,
    work: Callable[[Path], str],
    killed: Callable[[Disk], None],
    done: Callable[[Disk, str], None],
    every: int = 1,
    again: Callable[[Path], str] | None = None,
) -> int:
    """Look at what `work`, killed before each of its steps, leaves; let it run again, look again.

    Args:
        template: what lies there before; copied for each run.
        work: gets the copy; what it returns is told as a receipt is.
        killed: looks at the disk after a kill.
        done: looks at it after the second run, with what that said.
        every: how many steps lie between two kills; negative to begin with the last one.
        again: what runs after the kill; the same work unless said.

    Returns:
        How many steps the work has.
    """
    with TemporaryDirectory(dir=memory()) as folder:
        scratch, left = Path(folder) / "run", Path(folder) / "left"
        shutil.copytree(template, scratch)

        def leave(step: int) -> None:
            if step % abs(every) == 0:
                shutil.copytree(scratch, left / str(step))

        whole = interrupting.run(lambda: work(scratch), look_before=leave)
        if again is None:
            done(Disk(scratch), whole.said or "")
        steps = range(0, len(whole.steps), abs(every))
        for step in steps if every > 0 else reversed(steps):
            shutil.rmtree(scratch)
            (left / str(step)).rename(scratch)
            try:
                killed(Disk(scratch))
                resumed = interrupting.run(lambda: (again or work)(scratch))
                done(Disk(scratch), resumed.said or "")
            except Exception as error:
                last = whole.steps[step - 1] if step else "nothing"
                raise AssertionError(f"killed before step {step}, after {last}: {error}") from error
    return len(whole.steps)
