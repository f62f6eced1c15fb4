"""`candour export`: the whole files of a Release, as the readers' pages give them."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import click

from analysis.release import folder
from analysis.release.model import Release
from survey.errors import DataError
from survey.results.exporting import files
from survey.results.exporting.files import Asked, File, Format


@click.command()
@click.argument(
    "paths", metavar="RELEASE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option(
    "--format",
    "wanted",
    type=click.Choice([one.id for one in files.FORMATS if not one.waves]),
    help="only this kind of file; without it every kind",
)
@click.option("--command", default="", help="id of a command: the files of its board")
def export(paths: tuple[Path, ...], out: Path, wanted: str | None, command: str) -> None:
    """Write whole files of Releases: workbooks, zipped tables; of several also all in one."""
    releases = dict(sorted(map(_read, paths), key=lambda one: one[1].manifest.closed))
    kinds = [
        one
        for one in files.FORMATS
        if (wanted is None or (one.id == wanted) or (one.waves and wanted == "xlsx"))
        and not (command and one.force_wide)
    ]
    out.mkdir(parents=True, exist_ok=True)
    for release in releases.values():
        for kind in kinds:
            asked = files.asked(kind, releases, release.manifest.wave, command)
            if not kind.waves or _is_last(asked, releases):
                _tell(_kept(_made(kind, asked), out))


def _read(path: Path) -> tuple[str, Release]:
    """The hash of a Release and what it says; its own hashes are checked, its signature is not."""
    try:
        if path.is_dir():
            found = folder.read(path, None)
            return hashlib.sha256((path / folder.MANIFEST).read_bytes()).hexdigest(), found
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from None
    return folder.hash_of(content), folder.unpack(content, None)


def _is_last(asked: Asked, releases: dict[str, Release]) -> bool:
    """Whether a file over waves holds all that were given of its questionnaire, and several."""
    mine = asked.newest.manifest.questionnaire
    alike = [name for name, one in releases.items() if one.manifest.questionnaire == mine]
    return len(alike) > 1 and set(asked.hashes) == set(alike)


def _made(kind: Format, asked: Asked) -> File:
    label = f"{asked.newest.manifest.wave}{kind.ending}"
    with click.progressbar(length=100, label=label, file=sys.stderr) as bar:
        return files.made(asked, lambda share: bar.update(round(100 * share) - bar.pos))


def _kept(file: File, out: Path) -> File:
    """Write a file whole or not at all."""
    partial = out / f".{file.name}.partial"
    partial.write_bytes(file.content)
    partial.replace(out / file.name)
    return file


def _tell(file: File) -> None:
    click.echo(f"{file.name}  {file.size}  SHA-256 {file.digest}")
