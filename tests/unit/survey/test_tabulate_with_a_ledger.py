"""`candour tabulate --ledger`: each Release is audited with those before, and enters the ledger."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from analysis.answer_files import AnswerFile
from analysis.earlier_tallies import EarlierTallies
from analysis.ledger import folder as ledgers
from analysis.release import folder
from analysis.release.model import Release
from survey import cli, tabulate
from survey.close import keys

TINY = Path(__file__).parents[2] / "questionnaires" / "tiny.yaml"
HEADER = [
    "staff_number", "fair", "Q2", "bullied", "r_work", "r_people", "r_none", "unit", "ethnicity",
]  # fmt: skip
MANY, LATE = 400, 4


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Answers of two waves, one of them with late answers too, and keys."""
    monkeypatch.chdir(tmp_path)
    keys.make(tmp_path / "keys")
    for name, seed, people in (
        ("spring", 7, MANY),
        ("spring-late", 7, MANY + LATE),
        ("autumn", 8, MANY),
    ):
        rng, other = np.random.default_rng(seed), np.random.default_rng(seed)
        with Path(f"{name}.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(HEADER)
            for number in range(people):
                fair, safe = rng.choice(["1", "2", "3"], 2)
                unit = rng.choice(["north-a", "north-b", "south-a"], p=[0.4, 0.3, 0.3])
                ethnicity = rng.choice(["irish", "white", "asian", "black"], p=[0.2, 0.5, 0.2, 0.1])
                # A theme would tell of all that they answer alike to what is sensitive of it.
                bullied = other.choice(["never", "once"], p=[0.6, 0.4])
                rows.writerow(
                    [number, fair, safe, str(bullied), "1", "0", "", str(unit), str(ethnicity)]
                )
    return tmp_path


def candour(monkeypatch: pytest.MonkeyPatch, line: str) -> int:
    arguments = f"tabulate --questionnaire {TINY} --key keys {line}".split()
    monkeypatch.setattr("sys.argv", ["candour", *arguments])
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


SPRING = "--responses spring.csv --wave spring --closed 2026-04-30 --ledger ledger --out out"
AUTUMN = "--responses autumn.csv --wave autumn --closed 2026-09-30 --ledger ledger --out out"


def names(home: Path) -> set[str]:
    return {path.name for path in (home / "out").iterdir()}


def test_two_waves_enter_the_ledger_and_give_trends(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert candour(monkeypatch, SPRING) == 0
    assert candour(monkeypatch, AUTUMN) == 0
    kept = ledgers.read(home / "ledger", "tiny")
    assert [one.wave for one in kept.releases] == ["spring", "autumn"]
    assert {one.hash for one in kept.releases} == names(home)
    autumn = folder.read(home / "out" / kept.releases[1].hash, None)
    assert autumn.manifest.ledger == kept.up_to(1).head
    assert {row.wave for row in autumn.trends} == {"spring", "autumn"}


def test_the_same_again_changes_nothing_and_finishes_what_was_interrupted(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert candour(monkeypatch, SPRING) == 0
    before = names(home)
    assert candour(monkeypatch, SPRING) == 0
    assert names(home) == before
    # Killed between the ledger and the folder of the Release.
    (home / "out").rename(home / "lost")
    assert candour(monkeypatch, SPRING) == 0
    assert names(home) == before
    assert len(ledgers.read(home / "ledger", "tiny").entries) == 1


@pytest.mark.slow
def test_four_late_answers_are_refused_in_one_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert candour(monkeypatch, SPRING) == 0
    late = SPRING.replace("spring.csv", "spring-late.csv")
    assert candour(monkeypatch, late) == 2
    assert "has to say why: --correct REASON" in capsys.readouterr().err
    assert candour(monkeypatch, f"{late} --correct Late") == 2
    error = capsys.readouterr().err
    assert "differ from those of its earlier Release by fewer than 10 people in force" in error
    assert len(ledgers.read(home / "ledger", "tiny").entries) == 1
    assert len(names(home)) == 1


@contextmanager
def out_of_a_pipe(path: Path) -> Iterator[Path]:
    """As the shell gives it to `--responses <(zcat answers.csv.gz)`."""
    reading, writing = os.pipe()

    def write() -> None:
        with suppress(BrokenPipeError), os.fdopen(writing, "wb") as pipe:
            pipe.write(path.read_bytes())

    writer = Thread(target=write)
    writer.start()
    yield Path(f"/dev/fd/{reading}")
    os.close(reading)
    writer.join()


def late_out_of_a_pipe(
    home: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """What is said of late answers that come out of a pipe: they are looked at twice."""
    with out_of_a_pipe(home / "spring-late.csv") as pipe:
        assert candour(patch, SPRING.replace("spring.csv", str(pipe))) == 2
    return capsys.readouterr().err


def test_what_can_be_read_once_only_is_read_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert candour(monkeypatch, SPRING) == 0
    assert "has to say why: --correct REASON" in late_out_of_a_pipe(home, monkeypatch, capsys)
    each_time = property(lambda asked: AnswerFile.opened(asked.answers))
    monkeypatch.setattr(tabulate.Asked, "file", each_time)  # the control
    assert "the file is empty" in late_out_of_a_pipe(home, monkeypatch, capsys)


def test_a_correction_stands_in_the_ledger_with_its_reason(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert candour(monkeypatch, SPRING) == 0
    Path("people.csv").write_text("group,headcount\nforce,900\n")
    corrected = f"{SPRING} --headcount people.csv --correct Headcounts"
    for _ in range(2):  # again, nothing changes
        assert candour(monkeypatch, corrected) == 0
        first, second = ledgers.read(home / "ledger", "tiny").releases
        assert second.release.manifest.replaces == first.hash
        assert second.release.manifest.correction == "Headcounts"
        assert names(home) == {first.hash, second.hash}
    for line, sentence in [
        (f"{SPRING.replace(' --ledger ledger', '')} --correct Why", "--correct needs --ledger"),
        (f"{AUTUMN} --correct Why", "has no Release that could be corrected"),
    ]:
        assert candour(monkeypatch, line) == 2
        assert sentence in capsys.readouterr().err


def test_a_correction_that_changes_nothing_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert candour(monkeypatch, SPRING) == 0
    assert candour(monkeypatch, f"{SPRING} --correct Headcounts") == 2
    assert "nothing is to be corrected, and nothing was published" in capsys.readouterr().err
    assert len(ledgers.read(home / "ledger", "tiny").entries) == 1
    assert len(names(home)) == 1


@pytest.mark.slow
def test_a_reason_names_no_group_that_is_not_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = Path("spring.csv").read_text()
    asian = answers.count(",asian")
    Path("spring.csv").write_text(answers.replace(",asian", ",white", asian - 3))
    assert candour(monkeypatch, SPRING) == 0
    (first,) = ledgers.read(home / "ledger", "tiny").releases
    hidden = next(row for row in first.release.groups if row.label == "Asian")
    assert hidden.status != "shown"
    Path("people.csv").write_text("group,headcount\nforce,900\n")
    for name in ("Asian", "aSIAN", hidden.group):
        assert candour(monkeypatch, f"{SPRING} --headcount people.csv --correct {name}") == 2
        assert "names Asian, which is not shown; write the reason" in capsys.readouterr().err
    assert len(ledgers.read(home / "ledger", "tiny").entries) == 1
    assert candour(monkeypatch, f"{SPRING} --headcount people.csv --correct Caucasians") == 0


def test_a_later_wave_pools_with_the_sums_that_were_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys.make(home / "standing")
    handed: list[tuple[EarlierTallies, ...]] = []
    publish = tabulate.publish

    def watched(*parts: Any, **facts: Any) -> Release:
        handed.append(facts["previous_tallies"])
        return publish(*parts, **facts)

    monkeypatch.setattr(tabulate, "publish", watched)
    assert candour(monkeypatch, f"{SPRING} --keep-tallies standing/public.json") == 0
    assert candour(monkeypatch, f"{AUTUMN} --previous out") == 2
    assert "None of the keys opens" in capsys.readouterr().err
    assert candour(monkeypatch, f"{AUTUMN} --previous out --previous-key standing") == 0
    (none, (spring,)) = handed
    assert none == ()
    assert (spring.wave, spring.closed) == ("spring", date(2026, 4, 30))
    assert spring.sums("respect", "force")
    for line, sentence in [
        ("--responses spring.csv --out out --keep-tallies standing/public.json", "needs --ledger"),
        ("--responses spring.csv --out out --previous out", "--previous needs --ledger"),
        (f"{AUTUMN} --weight w --keep-tallies standing/public.json", "does not go with --weight"),
        (f"{AUTUMN} --previous keys", "holds no file"),
    ]:
        assert candour(monkeypatch, line) == 2
        assert sentence in capsys.readouterr().err


def test_a_renamed_unit_is_followed_from_the_questionnaire_to_trends_and_findings(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.make(home / "standing")
    assert candour(monkeypatch, f"{SPRING} --keep-tallies standing/public.json") == 0
    levels = "levels: [force, command, department]"
    text = TINY.read_text().replace("id: north-a", "id: hill")
    assert levels in text
    (home / "new.yaml").write_text(text.replace(levels, f"{levels}, was: {{hill: [north-a]}}"))
    answers = (home / "autumn.csv").read_text().replace("north-a", "hill")
    (home / "autumn.csv").write_text(answers)
    monkeypatch.setattr(sys.modules[__name__], "TINY", home / "new.yaml")
    assert candour(monkeypatch, f"{AUTUMN} --previous out --previous-key standing") == 0
    release = ledgers.read(home / "ledger", "tiny").releases[1].release
    (units, *_) = release.manifest.breakdowns
    assert units.was == (("hill", ("north-a",)),)
    for group, was in (("command=hill", "command=north-a"), ("force", None)):
        then, now = release.trend_by_key[group, "respect"]
        assert (then.comparable, then.was, now.was) == (True, was, None)
        assert then.value is not None
        assert release.slope_by_key[group, "respect"].status == "shown"


def test_a_gap_in_the_ledger_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert candour(monkeypatch, SPRING) == 0
    assert candour(monkeypatch, AUTUMN) == 0
    (home / "ledger" / "0001.entry").unlink()
    assert candour(monkeypatch, AUTUMN) == 2
    assert "0001.entry is missing" in capsys.readouterr().err


def test_a_shortened_ledger_is_refused_where_its_release_lies(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert candour(monkeypatch, SPRING) == 0
    (home / "ledger" / "0001.entry").unlink()
    assert candour(monkeypatch, AUTUMN) == 2
    assert "stands in no entry of the ledger" in capsys.readouterr().err


def test_a_ledger_needs_a_key(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = f"tabulate --questionnaire {TINY} {SPRING}".split()
    monkeypatch.setattr("sys.argv", ["candour", *arguments])
    with pytest.raises(SystemExit):
        cli.main()
    assert "--ledger needs --key" in capsys.readouterr().err
