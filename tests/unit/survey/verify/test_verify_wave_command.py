"""`candour verify wave`: anybody runs it with files alone; it ends with 0, 1 or 2."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_published import Honest

from survey import cli
from survey.collect import code_list, fingerprint
from survey.collect.redemptions import as_text
from survey.manage import wave_file


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str]]:
    """Runs `candour verify wave ...`; gives its exit code and all that it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["candour", "verify", "wave", *arguments])
        ended: object = 0
        try:
            cli.main()
        except SystemExit as exit_:
            ended = exit_.code
        said = capsys.readouterr()
        return int(str(ended)), said.out + said.err

    return run


def test_the_command_checks_everything_that_it_is_given(
    honest: Honest, run: Callable[..., tuple[int, str]]
) -> None:
    Path("autumn.wave").write_bytes(wave_file.pack(honest.file))
    Path("opened.wave").write_bytes(wave_file.pack(honest.before))
    Path("proofs.txt").write_text(as_text("autumn", honest.redeemed))
    Path("public.json").write_text(honest.live.keys.public.as_json())
    printed = fingerprint.of(honest.live.wave)
    digest = code_list.CodeList(honest.file.codes).digest
    code, said = run(
        *("autumn.wave", "--earlier", "opened.wave", "--redemptions", "proofs.txt"),
        *("--public", "public.json", "--fingerprint", printed.lower(), "--codes", digest.upper()),
        *("--receipt", honest.receipts[0], "--receipt", honest.receipts[7].lower()),
    )
    assert code == 0
    assert "FAILS" not in said
    assert f"Fingerprint of its keys, as on every card: {printed}" in said
    assert f"as the officers know it: {digest}" in said
    assert said.count("its answer was in the box") == 2
    assert "40 redemptions, one for each redeemed code." in said
    assert "spare cards must be destroyed" in said


def test_the_command_ends_with_1_when_a_check_fails(
    honest: Honest, run: Callable[..., tuple[int, str]]
) -> None:
    Path("autumn.wave").write_bytes(wave_file.pack(honest.telling(redeemed=39)))
    code, said = run("autumn.wave", "--receipt", "0000-0000-0000-0000")
    assert code == 1
    assert said.count("FAILS") == 2
    assert "Checks that FAIL: 2 of" in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["lost.wave"], "lost.wave"),
        (["proofs.txt"], "proofs.txt"),
        (["autumn.wave", "--earlier", "lost.wave"], "lost.wave"),
        (["autumn.wave", "--redemptions", "lost.txt"], "lost.txt"),
        (["autumn.wave", "--redemptions", "proofs.txt"], "proofs.txt:1"),
        (["autumn.wave", "--redemptions", "damaged.txt"], "damaged.txt:2"),
        (["autumn.wave", "--receipt", "0000-0000"], "--receipt"),
        (["autumn.wave", "--codes", "12"], "--codes"),
        (["autumn.wave", "--fingerprint", "12"], "12"),
        (["autumn.wave", "--public", "proofs.txt"], "proofs.txt"),
        (["deep.wave"], "deep.wave"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_2(
    honest: Honest, run: Callable[..., tuple[int, str]], arguments: list[str], named: str
) -> None:
    Path("autumn.wave").write_bytes(wave_file.pack(honest.file))
    Path("proofs.txt").write_text(as_text("winter", honest.redeemed))
    Path("damaged.txt").write_text(as_text("autumn", honest.redeemed)[:-9].replace("\n", "\nx", 1))
    files = wave_file.zipped.unpack(wave_file.pack(honest.file), lambda _: None)
    Path("deep.wave").write_bytes(wave_file.zipped.pack({**files, "wave.json": b"[" * 100_000}))
    code, said = run(*arguments)
    assert code == 2
    assert named in said
    assert said.count("\n") == 1


def test_a_title_cannot_pass_itself_off_as_a_finding(
    honest: Honest, run: Callable[..., tuple[int, str]]
) -> None:
    evil = "x\n\x1b[2Jholds    tokens"
    Path("autumn.wave").write_bytes(wave_file.pack(honest.of(title=evil)))
    _, said = run("autumn.wave")
    assert "x??[2Jholds" in said


@pytest.mark.slow
def test_the_command_needs_no_home_no_database_and_no_settings(
    honest: Honest, tmp_path: Path
) -> None:
    (tmp_path / "autumn.wave").write_bytes(wave_file.pack(honest.file))
    program = "from survey.cli import main; main()"
    root = str(Path(cli.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", "wave", "autumn.wave"],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["autumn.wave"]
