"""A file that is missing, empty, cut short or has one wrong byte: a sentence, or no difference.

Every file that lies there, under every command that follows, and when somebody sends an answer.
Nothing is opened, nothing that was acknowledged is lost with another file than the one it lies in,
nothing is counted wrongly with a secret that is damaged, and no program's inside is shown.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import interrupting
import pytest
from fixtures_interrupted import OPENED, WAVE, Disk, Stages, memory
from full_disk import DONE, application, expect_sentence, said_by, send

from survey import cli
from survey.collect import salts
from survey.manage import destructions

Damage = Callable[[Path], object]

COMBINE = (
    "keys combine officers/share-1.txt officers/share-2.txt --locked officers/release.locked "
    "--out made"
)
UNSEAL = "--key officers --out made"
IMPORT = f"codes import {WAVE} public-halves.txt"
SEND = "an answer"
"""The last card's, as a browser without JavaScript sends it."""

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "draft": (IMPORT,),
    "imported": (f"wave open {WAVE}", IMPORT, f"wave destroy {WAVE} --yes"),
    "open": (f"wave close {WAVE}", "wave agreed", SEND, "backup --out a.backup"),
    "closed": (f"wave carry {WAVE} --out {WAVE}.wave", COMBINE),
    "carried": (
        f"unseal {WAVE}.wave {UNSEAL}",
        f"unseal {WAVE} {UNSEAL}",
        f"wave redemptions {WAVE} --key officers --out redemptions.txt",
    ),
    "opened": (
        "release add back.release",
        "verify release {release} --public officers/public.json",
    ),
    "released": (f"wave destroy {WAVE} --yes --key officers", "verify log"),
}
"""Stage of a wave -> what comes next."""

SECRETS = f"home/salts/{WAVE}."
"""The salt and the issuing key."""

ROWS = (f"boxes/{WAVE}.box", f"boxes/{WAVE}.closed")
"""What the answers lie in: who damages it damages answers."""


def flipped(share: float) -> Damage:
    """One wrong byte, so far into the file."""

    def flip(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[min(int(len(content) * share), len(content) - 1)] ^= 0x55
        path.write_bytes(content)

    return flip


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


FEW: Mapping[str, Damage] = {"missing": Path.unlink, "a wrong byte": flipped(0.5)}
MANY: Mapping[str, Damage] = {
    **FEW,
    "empty": lambda path: path.write_bytes(b""),
    "cut short": cut,
    **{f"a wrong byte at {share}": flipped(share) for share in (0, 0.01, 0.1, 0.25, 0.75, 1)},
}


def runs(
    stages: Stages, stage: str, damages: Mapping[str, Damage], only: str = ""
) -> Iterator[tuple[str, str]]:
    """What each command says with each file damaged, as (which, said); looks at the disk, too.

    `only` is how the names of the files begin.
    """
    application()  # made once
    there = stages.at(stage)
    release = next((path.relative_to(there) for path in there.glob("releases/*[!e]")), None)
    with TemporaryDirectory(dir=memory()) as folder:
        scratch = Path(folder) / "run"
        for line in (one.format(release=release) for one in COMMANDS[stage]):
            for name in (one for one in read_by(there, line) if one.startswith(only)):
                for kind, damage in damages.items():
                    shutil.rmtree(scratch, ignore_errors=True)
                    shutil.copytree(stages.at(stage), scratch)
                    damage(scratch / name)
                    which = f"{line}, {name} {kind}"
                    try:
                        work = send if line == SEND else partial(said_by, line=line)
                        said = interrupting.run(lambda work=work: work(scratch)).said or ""
                        if line == SEND:
                            expect_words(said, Disk(scratch), name)
                        elif said != DONE:
                            expect_sentence(said)
                        expect_nothing_lost(scratch, name, stages, stage)
                    except Exception as error:
                        raise AssertionError(f"{which}: {error}") from error
                    yield which, said


def expect_words(said: str, disk: Disk, damaged: str) -> None:
    """A receipt of an answer that is there, or a page that shows no inside of the program."""
    if said.startswith("200"):
        assert any(receipt in said for receipt in disk.receipts)
    if damaged.startswith(SECRETS):
        assert said.startswith(("200", "503")), "a card that is good is never called unusable"
    assert "Traceback" not in said
    assert not said.startswith("5") or "sending twice counts once" in said


def read_by(there: Path, line: str) -> list[str]:
    """The files that a command may read: of Releases' folders only those that it names."""
    files = [path for path in there.rglob("*") if path.is_file() and path.stat().st_size]
    files = [path for path in files if path.name != "last-card"]  # somebody's card
    names = sorted(path.relative_to(there).as_posix() for path in files)
    return [name for name in names if not name.startswith("releases/") or "releases/" in line]


def expect_nothing_lost(root: Path, damaged: str, stages: Stages, stage: str) -> None:
    held = {name: path.read_bytes() for name, path in _files(root).items()}
    opened = [name for name, content in held.items() if any(one in content for one in OPENED)]
    assert not opened
    if stage in {"draft", "imported"} or damaged.endswith(ROWS):
        return
    if damaged.startswith(SECRETS) and (told := Disk(root).told):
        assert told.redeemed == len(stages.rows), "codes are counted right, or not at all"
    everything = b"".join(held[name] for name in held if name.endswith(ROWS))
    if not everything:  # destroyed, which is told
        disk = Disk(root)
        assert destructions.told(disk.stores, WAVE)
        return
    assert all(row in everything for row in stages.rows)


def _files(root: Path) -> dict[str, Path]:
    found = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path for path in found}


@pytest.mark.slow
def test_a_missing_file_or_a_wrong_byte_is_said_in_a_sentence(stages: Stages) -> None:
    assert len(dict(runs(stages, "imported", FEW))) > 60


@pytest.mark.slow
def test_a_damaged_secret_costs_no_code_and_makes_no_count_wrong(stages: Stages) -> None:
    found = dict(runs(stages, "open", FEW, SECRETS))
    assert len(found) == 2 * len(FEW) * len(COMMANDS["open"])
    refused = [which for which, said in found.items() if said.startswith(("The salt", "503"))]
    assert len(refused) == 6


@pytest.mark.slow
def test_a_salt_that_is_not_checked_is_noticed(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(salts, "_checked", lambda kept, _: kept[: salts.SALT_BYTES])
    with pytest.raises(AssertionError, match="counted right, or not at all"):
        dict(runs(stages, "open", {"a wrong byte": flipped(0.25)}, f"{SECRETS}salt"))


@pytest.mark.long
@pytest.mark.parametrize("stage", COMMANDS)
def test_whatever_is_damaged_is_said_in_a_sentence(stages: Stages, stage: str) -> None:
    found = dict(runs(stages, stage, MANY))
    assert len(found) > 20
    for which, said in found.items():
        print(which, "->", said.strip())


@pytest.mark.slow
def test_a_program_that_shows_its_inside_is_noticed(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_refused_by_the_machine", lambda _: None)
    with pytest.raises(AssertionError, match=r"autumn\.closed a wrong byte: Traceback"):
        dict(runs(stages, "closed", {"a wrong byte": flipped(0.5)}))
