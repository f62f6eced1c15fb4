"""A closed wave whose comments two people sort, and what they write into their files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from click.testing import CliRunner, Result
from fixtures_wave import LiveWave, as_left

from survey.close import keys, unsealing
from survey.close.closing import close_wave
from survey.close.comment_commands import comments as command
from survey.collect import submit

CLOSED = date(2026, 9, 30)
Choose = Callable[[str], str]
"""The text of a comment -> what stands in the column `themes`."""


@dataclass(frozen=True)
class Coders:
    """A released wave with comments and the folder in which its coders work."""

    live: LiveWave
    folder: Path
    release: Path

    def copied(self, live: LiveWave) -> Coders:
        """The same in place of an unused wave, in folders of a test's own."""
        folder = live.settings.home.parent
        release = folder / self.release.relative_to(self.folder.parent)
        return replace(
            self, live=as_left(self.live, live), folder=folder / "coding", release=release
        )

    @property
    def key(self) -> Path:
        """The officers' key."""
        return self.folder.parent / "release.key"

    def coder(self, number: int) -> Path:
        """A coder's file."""
        return self.folder / f"coder-{number}.csv"

    def run(self, *line: str) -> Result:
        """Run `candour comments` as it is typed."""
        environment = {"CANDOUR_HOME": str(self.live.settings.home)}
        return CliRunner().invoke(command, [*line, "--key", str(self.key)], env=environment)

    def take(self, *line: str, wave: str = "autumn") -> Result:
        """Run `candour comments import` on both coders' files."""
        files = [str(self.coder(1)), str(self.coder(2))]
        release = ["--release", str(self.release), "--out", str(self.folder)]
        return self.run("import", wave, *files, *release, *line)

    def code(self, number: int, choose: Choose) -> None:
        """Fill in a coder's file."""
        change(self.coder(number), lambda row: [*row[:3], choose(row[2]), *row[4:]])

    def both(self, choose: Choose) -> None:
        """Fill in both files alike."""
        for number in (1, 2):
            self.code(number, choose)

    @property
    def made(self) -> Path:
        """The signed file that comes out of it."""
        return self.folder / "autumn.themes"


def table(path: Path) -> list[list[str]]:
    """Rows of a CSV file as a spreadsheet reads it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Save a CSV file as a spreadsheet does."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def change(path: Path, changed: Callable[[list[str]], list[str]]) -> None:
    """Change every row but the first."""
    header, *rows = table(path)
    write(path, [header, *map(changed, rows)])


def coders_of(live: LiveWave, said: Sequence[dict[str, str]]) -> Coders:
    """Everybody sends what they said; the wave closes, is released and exported."""
    spent = live.codes[: len(said)]
    sendings = [(code, {"sex": "female", "fair": "agree"}) for code in spent]
    submit.submit_many(live.stores, live.wave, sendings, dict(zip(spent, said, strict=True)))
    close_wave(live.stores, "autumn", CLOSED)
    home = live.settings.home.parent
    digest = unsealing.unseal(live.stores, "autumn", live.keys, home / "releases")
    coders = Coders(live, home / "coding", home / "releases" / digest)
    keys.keep(coders.key, keys.as_json(live.keys))
    done = coders.run("export", "autumn", "--out", str(coders.folder))
    assert done.exit_code == 0, done.output
    return coders
