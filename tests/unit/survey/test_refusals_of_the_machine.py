"""Files and databases that cannot be read or written: one sentence and exit code 2 as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey import cli


def said(line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Runs `candour ...` that must fail; returns its one sentence."""
    monkeypatch.setattr("sys.argv", ["candour", *line.split()])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    sentence = capsys.readouterr().err
    assert len(sentence.splitlines()) == 1
    return sentence


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CANDOUR_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("mine")
    return tmp_path / "home"


@pytest.mark.parametrize(
    "line",
    [
        "keys new --out a-file/x",
        "keys new --unsplit --out a-file/x",
        "codes make w --count 50 --fingerprint ABCD-EFGH-JKMN-PQRS --out a-file/x",
    ],
)
def test_a_folder_that_cannot_be_made(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    assert "a-file/x cannot be used (Not a directory)" in said(line, monkeypatch, capsys)


def test_a_home_that_is_a_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CANDOUR_HOME", "a-file")
    assert "a-file cannot be used" in said("migrate", monkeypatch, capsys)


def test_a_database_that_is_none(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir()
    (home / "issuer.db").write_bytes(b"junk" * 2_000)
    assert "(file is not a database)" in said("wave status", monkeypatch, capsys)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("garbage", "is not the address of a database"),
        ("sqlite+none:///x", "is not the address of a database"),
    ],
)
def test_an_address_of_a_database_that_is_none(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    url: str,
    sentence: str,
) -> None:
    monkeypatch.setenv("CANDOUR_ISSUER_URL", url)
    assert sentence in said("wave status", monkeypatch, capsys)


def test_an_error_of_our_own_is_not_hidden(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "candour", lambda **_: {}["bug"])
    with pytest.raises(KeyError):
        cli.main()
