"""`candour attack`: tries to see through published files, as a reader might."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

from analysis import csv_rows, responses
from analysis.attack import reading, scoring
from analysis.attack.findings import Tried
from analysis.attack.material import Material
from analysis.attack.trying import attack as try_all
from analysis.codebook import Codebook
from analysis.microdata import Microdata
from analysis.plan import TablePlan
from survey.errors import DataError, SettingsError
from survey.questionnaire.codebook import codebook
from survey.questionnaire.layout import layout
from survey.questionnaire.loader import load
from survey.questionnaire.model import Questionnaire

_FILE = click.Path(path_type=Path, dir_okay=False)
_SHOWN = 3
"""How many of the things that fell are said in words."""


@click.command()
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--questionnaire",
    "questionnaires",
    type=_FILE,
    multiple=True,
    help="what was asked, YAML: which parts make a whole; each that some wave had",
)
@click.option(
    "--truth",
    "truths",
    type=_FILE,
    multiple=True,
    help="answers of a wave (.csv or .csv.gz), named after it: the attacker scores itself",
)
@click.option(
    "--pooled",
    "pools",
    metavar="WAVE=WAVE,WAVE...",
    multiple=True,
    help="a wave that is several ones published together, and these, published or not",
)
@click.option("--comments", type=_FILE, help="what people wrote, as `comments export` gives it")
def attack(
    paths: tuple[Path, ...],
    questionnaires: tuple[Path, ...],
    truths: tuple[Path, ...],
    pools: tuple[str, ...],
    comments: Path | None,
) -> None:
    """Try to see through published files: Releases, exports, workbooks, saved pages, counts."""
    if truths and not questionnaires:
        raise SettingsError("--truth needs --questionnaire, which says what its columns mean.")
    asked = {one.fingerprint: one for one in map(load, questionnaires)}
    known_plan = next((one.plan for one in asked.values()), None)
    material = replace(
        reading.read(paths),
        plan=known_plan,
        plans={fingerprint: one.plan for fingerprint, one in asked.items()},
        comments=() if comments is None else _comments(comments),
    )
    material = replace(material, pools=dict(_pool(one, material) for one in pools))
    known: dict[str, Answers] = {}
    for path in truths:
        wave = _wave(path, material, len(truths))
        one = _asked_in(wave, material, asked)
        book = codebook(one)
        known[wave] = Answers(book, one.plan, responses.read(path, book, layout(one)))
    results = try_all(material)
    lines = [(str(one.attack.family), one.attack.id, one.tried) for one in results]
    if known:
        lines.append(("13", "truth", scoring.read_off(material, known)))
    _tell(lines)
    if known:
        _tell_score(scoring.score(material, results, known))
    sys.exit(1 if any(tried.falls for _, _, tried in lines) else 0)


def _tell(lines: Sequence[tuple[str, str, Tried]]) -> None:
    click.echo(f"{'family':>6}  {'attack':<17} {'tried':>9} {'fell':>5}")
    for family, name, tried in lines:
        click.echo(f"{family:>6}  {name:<17} {tried.tries:>9,} {len(tried.falls):>5,}")
        for fall in tried.falls[:_SHOWN]:
            click.echo(f"{'':8}{fall.words}")
        if len(tried.falls) > _SHOWN:
            click.echo(f"{'':8}and {len(tried.falls) - _SHOWN:,} more")
    fell = sum(len(tried.falls) for _, _, tried in lines)
    click.echo("Nothing fell." if not fell else f"{fell:,} things fell.")


def _tell_score(found: scoring.Score) -> None:
    click.echo(f"Of {found.claims:,} numbers that it claims to know, {found.true:,} are true.")
    click.echo(
        f"Of {found.small:,} hidden groups that are truly small it knows {found.bounded:,} to be, "
        f"and of {found.pinned:,} the very number; {found.extreme:,} sets of answers are known to "
        "lie near all or nobody."
    )
    if found.elsewhere:
        click.echo(
            f"Of {len(found.elsewhere):,} groups that one wave hides and another one shows, the "
            f"other wave's number is off by {found.elsewhere[len(found.elsewhere) // 2]} people in "
            "the middle."
        )


def _wave(path: Path, material: Material, files: int) -> str:
    """The wave that a file of answers is named after; the only wave needs no name."""
    waves = sorted({one.release.manifest.wave for one in material.releases})
    name = path.name.partition(".")[0]
    if name in waves:
        return name
    if len(waves) == 1 and files == 1:
        return waves[0]
    raise DataError(
        f"{path}: name the file after the wave whose answers it holds "
        f"({', '.join(waves) or 'there is no Release among the files'})."
    )


def _asked_in(wave: str, material: Material, asked: Mapping[str, Questionnaire]) -> Questionnaire:
    """The questionnaire of a wave, or the first one that is given where none has its print."""
    prints = [
        one.release.manifest.questionnaire_fingerprint
        for one in material.releases
        if one.release.manifest.wave == wave
    ]
    return next((asked[one] for one in prints if one in asked), next(iter(asked.values())))


def _pool(told: str, material: Material) -> tuple[str, tuple[str, ...]]:
    """A wave that is several ones together, and these."""
    wave, _, parts = told.partition("=")
    found = tuple(part.strip() for part in parts.split(",") if part.strip())
    if len(set(found)) < 2 or len(set(found)) < len(found) or wave in found:
        raise SettingsError(
            f"--pooled {told}: write the wave, = and the waves that it is made of, two or more "
            "with commas between them, each once."
        )
    known = sorted({one.release.manifest.wave for one in material.releases})
    if wave not in known:
        raise SettingsError(
            f"--pooled {told}: no Release among the files is of the wave {wave} (there are "
            f"{', '.join(known) or 'none'})."
        )
    return wave, found


def _comments(path: Path) -> tuple[str, ...]:
    numbered = csv_rows.rows(path)
    header = csv_rows.header_of(path, numbered)
    if "comment" not in header:
        raise DataError(f"{path}, row 1: the column comment is missing.")
    place = header.index("comment")
    return tuple(row[place] for _, row in numbered if len(row) > place)


@dataclass(frozen=True)
class Answers:
    """True counts, by looking at every answer anew."""

    book: Codebook
    plan: TablePlan
    microdata: Microdata

    def people(self, values: tuple[str, ...], item: str = "", answer: str = "") -> int:
        """How many people of a group; of an item those who answered it, or answered so.

        Args:
            values: one value per breakdown, "" for all; `?x` are those of x in none of its parts.
            item: whose valid answers are counted; "" for the people themselves.
            answer: a reading or a category's code; "" for every valid answer.
        """
        chosen = np.ones(self.microdata.n, dtype=np.bool_)
        for breakdown, value in zip(self.plan.breakdowns, values, strict=True):
            if value:
                chosen &= self._in(breakdown.id, value)
        if item:
            chosen &= self._answered(item, answer)
        return int(chosen.sum())

    def _in(self, breakdown: str, value: str) -> npt.NDArray[np.bool_]:
        asked = self.plan.breakdown_by_id[breakdown]
        codes = self.book.variable_by_id[asked.variable].codes
        positions = self.microdata.variables[asked.variable]
        if value.startswith("?"):
            whole = self._in(breakdown, value[1:]) if value[1:] else np.True_
            parts = [one for one in asked.values if (one.parent or "") == value[1:]]
            inside = [self._in(breakdown, one.id) for one in parts]
            return np.asarray(whole & ~np.logical_or.reduce(inside), dtype=np.bool_)
        wanted = [codes.index(code) for code in asked.value_by_id[value].categories]
        return np.isin(positions, wanted)

    def _answered(self, item: str, answer: str) -> npt.NDArray[np.bool_]:
        categories = self.book.item_by_id[item].categories
        wanted = [
            at for at, one in enumerate(categories)
            if one.valid and answer in ("", one.code, one.reading)
        ]  # fmt: skip
        return np.isin(self.microdata.items[item], wanted)
