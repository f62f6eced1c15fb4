"""`candour attack` on files: what it reads, what it says, how it scores itself, how it ends."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_workbooks import Page
from fixtures_workbooks import write as write_workbook

from analysis import responses
from analysis.export import csv_bytes
from analysis.release import folder
from analysis.release.model import Release
from survey import cli
from survey.attack_command import Answers
from survey.questionnaire.codebook import codebook
from survey.questionnaire.layout import layout
from survey.questionnaire.loader import load
from survey.tabulate import Asked, made_of

TINY = Path(__file__).parents[2] / "questionnaires" / "tiny.yaml"
HEADER = [
    "staff_number", "fair", "Q2", "bullied", "r_work", "r_people", "r_none", "unit", "ethnicity",
]  # fmt: skip
SIGNER = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 answers, those of South A from six people."""
    rng = np.random.default_rng(7)
    path = tmp_path_factory.mktemp("answers") / "spring.csv"
    units = ["south-a"] * 6 + ["north-a"] * 202 + ["north-b"] * 180 + [""] * 12
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for number, unit in enumerate(units):
            ethnicity = rng.choice(["irish", "white", "asian", "black"], p=[0.2, 0.4, 0.2, 0.2])
            agree = rng.choice(["1", "2", "3"], 2)
            often = rng.choice(["never", "once", "often"])
            ticks = rng.choice(["1", "0"], 3)
            rows.writerow([f"collar{number:06d}", *agree, often, *ticks, unit, ethnicity])
    return path


@pytest.fixture(scope="module")
def release(answers: Path) -> Release:
    return made_of(Asked(TINY, answers, None, None, "spring", date(2026, 3, 31))).release


@pytest.fixture
def written(release: Release, tmp_path: Path) -> Path:
    return tmp_path / "releases" / folder.write(release, tmp_path / "releases", SIGNER)


def attack(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["candour", "attack", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    said = capsys.readouterr()
    return int(stop.value.code or 0), said.out, said.err


Attack = tuple[pytest.MonkeyPatch, pytest.CaptureFixture[str]]


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Attack:
    return monkeypatch, capsys


def unit_of(release: Release) -> str:
    """The breakdown of the units, as groups name it."""
    return next(row.group for row in release.groups if row.group.endswith("=south-a"))


def test_a_clean_release_stands_as_folder_and_packed(
    written: Path, answers: Path, tools: Attack, tmp_path: Path
) -> None:
    packed = tmp_path / "spring.release"
    packed.write_bytes(folder.pack(written))
    for given in (written, packed):
        code, said, _ = attack(*tools, given, "--questionnaire", TINY, "--truth", answers)
        assert code == 0, said
        assert "Nothing fell." in said
        assert "Of 0 numbers that it claims to know, 0 are true." in said


def test_waves_that_were_pooled_are_named(written: Path, tools: Attack) -> None:
    wave = folder.read(written, None).manifest.wave
    code, said, _ = attack(*tools, written, "--pooled", f"{wave}=one, other")
    assert code == 0, said
    (row,) = [line.split() for line in said.splitlines() if " pooled " in line]
    assert int(row[2]) > 0


def test_the_same_release_under_two_names_is_one(written: Path, tools: Attack) -> None:
    (written.parent / "notes.txt").write_text("not attacked")
    assert attack(*tools, written.parent, "--questionnaire", TINY)[0] == 0


def test_what_fell_is_said_and_held_against_the_truth(
    release: Release, answers: Path, tools: Attack, tmp_path: Path
) -> None:
    """Shown with its rounded base the small unit is 3 to 7 people, and in truth it is 6."""
    small = unit_of(release)
    rows = tuple(
        replace(row, base=5, status="shown") if row.group == small else row
        for row in release.groups
    )
    # Nothing of ours writes or reads what its own certificates contradict.
    tools[0].setattr(folder, "prove", lambda release: None)
    made = tmp_path / folder.write(replace(release, groups=rows), tmp_path, SIGNER)
    code, said, _ = attack(*tools, made, "--questionnaire", TINY, "--truth", answers)
    assert code == 1
    assert f"{small} is shown with a base under 10" in said
    found = re.search(r"Of (\d+) numbers that it claims to know, (\d+) are true", said)
    assert found
    assert int(found[1]) == int(found[2]) > 0
    assert "it knows 0 to be" not in said


def test_the_truth_is_counted_as_a_release_counts(release: Release, answers: Path) -> None:
    asked = load(TINY)
    book = codebook(asked)
    known = Answers(book, asked.plan, responses.read(answers, book, layout(asked)))
    nowhere = ("",) * len(asked.plan.breakdowns)
    assert known.people(nowhere) == 400
    place = [one.id for one in asked.plan.breakdowns].index(unit_of(release).partition("=")[0])
    unsaid = (*nowhere[:place], "?", *nowhere[place + 1 :])
    assert known.people(unsaid) == 12
    item = book.items[0]
    everybody = known.people(nowhere, item.id)
    readings = ("positive", "neutral", "negative")
    assert everybody == sum(known.people(nowhere, item.id, one) for one in readings) == 400


@pytest.mark.parametrize(
    "page",
    [
        '<p data-group="{group}" data-n="6">South A</p>',
        "<table><tr><th>{label}</th><td>[c]<b>6 people</b></td><td>57%</td></tr></table>",
        '<script type="application/json">{{"{group}": {{"n": 6}}}}</script>',
        "<!-- {group} 6 -->",
        '<svg><text aria-label="6 people">{label}</text></svg>',
    ],
)
def test_a_true_number_beside_the_name_of_a_hidden_group_is_read(
    page: str, release: Release, written: Path, answers: Path, tools: Attack, tmp_path: Path
) -> None:
    row = release.group_by_id[unit_of(release)]
    saved = tmp_path / "board.html"
    saved.write_text(page.format(group=row.group, label=row.label))
    code, said, _ = attack(*tools, written, saved, "--questionnaire", TINY, "--truth", answers)
    assert code == 1
    assert f"6 people of {row.group} are told beside its name" in said


def test_the_same_number_elsewhere_is_chance(
    release: Release, written: Path, answers: Path, tools: Attack, tmp_path: Path
) -> None:
    row = release.group_by_id[unit_of(release)]
    saved = tmp_path / "board.html"
    saved.write_text(
        f'<p>6 statements</p><p data-group="{row.group}" class="col-6" height="6">{row.label}</p>'
        f"<table><tr><th>{row.label}</th><td>[c]</td></tr><tr><td>6</td></tr></table>"
    )
    arguments = [written, saved, "--questionnaire", TINY, "--truth", answers]
    assert attack(*tools, *arguments)[0] == 0


def test_a_leaking_release_falls_by_its_tables(
    release: Release, written: Path, tools: Attack
) -> None:
    """`unseal` would not write it; somebody who does is found out, not told to ask again."""
    small = unit_of(release)
    file = written / "groups.csv"
    row = next(line for line in file.read_text().splitlines() if line.startswith(f"{small},"))
    changed = ",".join([*row.split(",")[:-4], "6", *row.split(",")[-3:]])
    file.write_text(file.read_text().replace(row, changed))
    manifest = json.loads((written / "manifest.json").read_text())
    manifest["files"]["groups.csv"] = hashlib.sha256(file.read_bytes()).hexdigest()
    (written / "manifest.json").write_text(json.dumps(manifest))
    code, said, _ = attack(*tools, written.rename(written.with_name("leaking")))
    assert code == 1
    assert f"6 stands at {small}" in said


def test_an_export_of_another_day_is_held_against_the_release(
    release: Release, written: Path, tools: Attack, tmp_path: Path
) -> None:
    text = csv_bytes(release, "groups").decode()
    saved = tmp_path / "spring-groups.csv"
    saved.write_text(text)
    assert attack(*tools, written, saved, "--questionnaire", TINY)[0] == 0
    saved.write_text(text.replace(",400,", ",403,", 1))
    code, said, _ = attack(*tools, written, saved, "--questionnaire", TINY)
    assert code == 1
    assert "3 people between force" in said


def test_a_comment_in_a_page_is_found(tools: Attack, tmp_path: Path) -> None:
    comments, page = tmp_path / "comments.csv", tmp_path / "hr.html"
    comments.write_text("question,comment\nany,Stop calling it banter.\n")
    page.write_text('<p title="Stop calling it banter">…</p>')
    code, said, _ = attack(*tools, page, "--comments", comments)
    assert code == 1
    assert "is from a comment" in said
    page.write_text("<p>They call it banter.</p>")
    assert attack(*tools, page, "--comments", comments)[0] == 0


def test_a_workbook_in_a_folder_is_read(tools: Attack, tmp_path: Path) -> None:
    counts = [["unit", "parent", "item", "count"], ["force", "", "q1", 304]]
    sheets = {"counts": Page([*counts, ["north", "force", "q1", 300]])}
    write_workbook(tmp_path / "counts.xlsx", sheets)
    code, said, _ = attack(*tools, tmp_path)
    assert code == 1
    assert "counts.xlsx: counts: force, q1: the children leave 4 people" in said


def test_bad_input_is_one_sentence(answers: Path, tools: Attack, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "sheet.xlsx").write_bytes(b"PK")
    (tmp_path / "sheet.ods").write_bytes(b"PK")
    (tmp_path / "bad.release").write_bytes(b"PK")
    (tmp_path / "rows.csv").write_text("a,b\n1\n")
    (tmp_path / "latin.html").write_bytes(b"\xe9")
    page = tmp_path / "page.html"
    page.write_text("<p>")
    for arguments, reason in [
        ([tmp_path / "none"], "no such file"),
        ([tmp_path / "empty"], "to attack in this folder"),
        ([tmp_path / "sheet.ods"], "save a spreadsheet as .xlsx"),
        ([tmp_path / "sheet.xlsx"], "not a workbook that can be read"),
        ([tmp_path / "bad.release"], "not a packed Release"),
        ([tmp_path / "rows.csv"], "row 2: there are 1 cells"),
        ([tmp_path / "latin.html"], "not UTF-8"),
        ([page, "--truth", answers], "--truth needs --questionnaire"),
        ([page, "--truth", answers, "--questionnaire", TINY], "name the file after the wave"),
        ([page, "--pooled", "year=spring"], "the waves that it is made of, two or more"),
        ([page, "--pooled", "year=spring,spring"], "each once"),
        ([page, "--pooled", "year=spring,autumn"], "is of the wave year (there are none)"),
        ([page, "--comments", answers], "the column comment is missing"),
    ]:
        code, said, error = attack(*tools, *arguments)
        assert code == 2, reason
        assert said == ""
        assert reason in error
        assert error.count("\n") == 1
