"""Files of answers of a country: read, counted at the finest cells and summed to every group.

60 items, ten themes and 2,959 groups (43 forces), from 1,000 to 1,500,000 answer sheets, in CSV and
in Parquet, in one process and on every core. Beside it, on the same file: the bare `numpy.bincount`
pass over arrays that are in memory already, pandas and DuckDB, which read the file and count items
by cell and nothing else, no theme, no group, no check. Every run is a process of its own, so that
its memory is seen; its processor time is that of all its processes and threads. `CANDOUR_GOLDEN=
write`, as `make bench` sets it, keeps what was measured in docs/scale-of-answers.csv, from which
docs/SCALE.md follows.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.connection import Connection
from pathlib import Path

import answers_scale
import duckdb
import large_forces
import numpy as np
import pandas
import processes
import pyarrow as arrow
import pytest
from answers_scale import Cost
from pyarrow import csv, parquet

from analysis.answer_files import AnswerFile
from analysis.cells import number_cells, used_variables
from analysis.codebook import Codebook
from analysis.counting import Counting
from analysis.microdata import Microdata
from analysis.plan import TablePlan
from analysis.responses import AnswerColumn, Layout, Reader, read
from analysis.schedulers import HERE, Processes, Scheduler

SIZES = (1_000, 10_000, 100_000, 1_500_000)
TIMES_PANDAS = 1.5
"""Processor time from CSV may be so many times that of pandas, which counts less."""

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Asked:
    """The questionnaire, and where its answers are."""

    codebook: Codebook
    plan: TablePlan
    folder: Path

    @cached_property
    def layout(self) -> Layout:
        def column(one: str, codes: int) -> AnswerColumn:
            return AnswerColumn(one, one, {"": -1} | {str(at): at for at in range(codes)})

        return Layout(
            tuple(column(one.id, len(one.codes)) for one in self.codebook.variables),
            tuple(column(one.id, len(one.codes)) for one in self.codebook.items),
        )

    def path(self, sheets: int, ending: str) -> Path:
        return self.folder / f"answers-{sheets}.{ending}"

    def count(self, path: Path, scheduler: Scheduler) -> int:
        reader = Reader.of(AnswerFile.opened(path), self.codebook, self.layout)
        work = _Work(reader, Counting(self.codebook, self.plan))
        total = None
        for one in scheduler.results(work, reader.file.pieces()):
            total = one if total is None else total + one
        assert total is not None
        return int(total.tally.at_groups.people[0])


@dataclass(frozen=True)
class _Work:
    reader: Reader
    counting: Counting

    def __call__(self, piece):  # type: ignore[no-untyped-def]
        return self.counting.count(self.reader.read(piece).answers)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("answers")
    yield Asked(*large_forces.many_items(), folder)
    for path in folder.iterdir():
        path.unlink()


def written(asked: Asked, sheets: int) -> None:
    """Files of that many answer sheets, the same answers in both formats."""
    data = large_forces.answers_to_many(asked.codebook, sheets)
    columns = data.variables | data.items
    table = arrow.table(
        {name: arrow.array(column, mask=column < 0) for name, column in columns.items()}
    )
    csv.write_csv(table, asked.path(sheets, "csv"))
    parquet.write_table(table, asked.path(sheets, "parquet"))


def ours(ending: str, scheduler: Scheduler) -> Callable[[Asked, int], int]:
    return lambda asked, sheets: asked.count(asked.path(sheets, ending), scheduler)


def _cells_and_items(asked: Asked) -> tuple[Sequence[str], list[str]]:
    return used_variables(asked.codebook, asked.plan), [one.id for one in asked.codebook.items]


def with_pandas(asked: Asked, sheets: int) -> int:
    cells, items = _cells_and_items(asked)
    frame = pandas.read_csv(asked.path(sheets, "csv"))
    found = [frame.groupby([*cells, item], dropna=False, observed=True).size() for item in items]
    return int(found[0].sum())


def with_duckdb(asked: Asked, sheets: int) -> int:
    cells, items = _cells_and_items(asked)
    there = duckdb.connect()
    there.execute(f"SET threads={len(os.sched_getaffinity(0))}")
    there.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{asked.path(sheets, 'csv')}')")
    found = 0
    for item in items:
        names = ", ".join([*cells, item])
        rows = there.execute(f"SELECT {names}, count(*) FROM t GROUP BY {names}").fetchnumpy()
        found = int(sum(rows["count_star()"]))
    return found


def bare(asked: Asked, sheets: int) -> Callable[[], int]:
    """What remains when everything is in memory: made ready outside what is timed."""
    data: Microdata = read(asked.path(sheets, "parquet"), asked.codebook, asked.layout)
    cells, cell_of = number_cells(asked.codebook, asked.plan, data)

    def counted() -> int:
        for column in data.items.values():
            np.bincount(cell_of * 7 + column + 1, minlength=len(cells) * 7)
        return data.n

    return counted


WAYS: dict[str, Callable[[Asked, int], int]] = {
    "CSV, one process": ours("csv", HERE),
    "CSV, every core": ours("csv", Processes()),
    "Parquet, one process": ours("parquet", HERE),
    "Parquet, every core": ours("parquet", Processes()),
    "pandas, from CSV": with_pandas,
    "DuckDB, from CSV": with_duckdb,
}
BARE = "bare pass in memory"


def cost(way: str, asked: Asked, sheets: int) -> Cost:
    found: Cost = processes.apart(_measured, way, asked, sheets)
    return found


_WHOSE = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _processor() -> float:
    used = [resource.getrusage(whose) for whose in _WHOSE]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _measured(there: Connection, way: str, asked: Asked, sheets: int) -> None:
    work = bare(asked, sheets) if way == BARE else lambda: WAYS[way](asked, sheets)
    processor, begun = _processor(), time.perf_counter()
    assert work() == sheets
    wall = time.perf_counter() - begun
    spent = _processor() - processor
    most = max(resource.getrusage(whose).ru_maxrss for whose in _WHOSE)
    there.send(Cost(way, sheets, spent, wall, most / 1024))


def test_a_country_of_answers_is_counted_beside_what_others_take(asked: Asked) -> None:
    found = []
    for sheets in SIZES:
        written(asked, sheets)
        found += [cost(way, asked, sheets) for way in (*WAYS, BARE)]
        for path in asked.folder.iterdir():
            path.unlink()
    print("", *answers_scale.table(found), sep="\n", flush=True)
    if os.environ.get("CANDOUR_GOLDEN") == "write":
        answers_scale.write(found)
    largest = {one.way: one for one in found if one.sheets == SIZES[-1]}
    mine, others = largest["CSV, one process"], largest["pandas, from CSV"]
    assert mine.processor < TIMES_PANDAS * others.processor
    assert mine.memory < others.memory
    assert answers_scale.growth(found, "CSV, one process") < 1.1
