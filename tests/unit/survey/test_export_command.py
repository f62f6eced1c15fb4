"""`candour export` writes the files of the readers' pages, from Releases alone."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fixtures_release import NORTH
from fixtures_results import packs

from analysis import zipped
from survey.errors import DataError, ReleaseError, SettingsError
from survey.export_command import export
from survey.results.exporting import files


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("packed")
    paths = [folder / f"{at}.release" for at in range(2)]
    for path, content in zip(paths, packs(), strict=False):
        path.write_bytes(content)
    return paths


def run(*arguments: object) -> Result:
    found = CliRunner().invoke(export, [str(one) for one in arguments])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def test_the_zipped_tables_are_written_and_their_hash_is_said(
    releases: list[Path], tmp_path: Path
) -> None:
    said = run(releases[0], "--out", tmp_path / "out", "--format", "csvw")
    (path,) = (tmp_path / "out").iterdir()
    assert path.name == "spring-csvw.zip"
    assert hashlib.sha256(path.read_bytes()).hexdigest() in said.output
    run(releases[0], "--out", tmp_path / "board", "--format", "csvw", "--command", NORTH)
    (own,) = (tmp_path / "board").iterdir()
    assert own.name == f"spring-{NORTH}-csvw.zip"
    assert own.stat().st_size < path.stat().st_size


def test_several_releases_come_in_one_workbook_too(
    releases: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quick(wanted: files.Asked, told: files.Told) -> files.File:
        told(0.5)
        told(1)
        name = f"{wanted.newest.manifest.wave}-{wanted.format}-{len(wanted.hashes)}"
        return files.File(name, "", b"", ())

    monkeypatch.setattr(files, "made", quick)

    def names(*arguments: object) -> set[str]:
        out = tmp_path / str(len(list(tmp_path.iterdir())))
        run(*arguments, "--out", out)
        return {one.name for one in out.iterdir()}

    alone = {"spring-xlsx-1", "spring-csvw-1"}
    both = {*alone, "autumn-xlsx-1", "autumn-csvw-1", "autumn-all-waves-2"}
    assert names(releases[0]) == alone
    assert names(*reversed(releases)) == both
    assert names(*releases, "--format", "xlsx") == {one for one in both if "csvw" not in one}
    assert names(*releases, "--command", NORTH) == both - {"autumn-all-waves-2"}


def test_what_is_wrong_is_one_sentence(
    releases: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match=r"nothing\.release cannot be read"):
        run(tmp_path / "nothing.release", "--out", tmp_path)
    with pytest.raises(SettingsError, match="no command 'moon'; it has response-north"):
        run(releases[0], "--out", tmp_path, "--command", "moon", "--format", "csvw")
    monkeypatch.setattr(files, "installed", lambda: False)
    with pytest.raises(SettingsError, match="pip install"):
        run(releases[0], "--out", tmp_path, "--format", "xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_release_cannot_say_where_its_files_are_written(
    releases: list[Path], tmp_path: Path
) -> None:
    content = zipped.unpack(releases[0].read_bytes(), lambda _: None)
    manifest = json.loads(content["manifest.json"]) | {"wave": "/../evil"}
    hostile = tmp_path / "hostile.release"
    hostile.write_bytes(zipped.pack({**content, "manifest.json": json.dumps(manifest).encode()}))
    (tmp_path / "out").mkdir()
    with pytest.raises(ReleaseError, match="`wave`"):
        run(hostile, "--out", tmp_path / "out", "--format", "csvw")
    assert {one.name for one in tmp_path.rglob("*")} == {"hostile.release", "out"}
