"""docs/BENCHMARKS.md: what benchmarks said when they ran last, with machine, versions and method.

`make bench` writes it. Each file of tests/benchmarks has a section: its docstring is the method,
what its tests print are the figures. A section stays as it is until its file runs again.
"""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "BENCHMARKS.md"
PACKAGES = (
    *("cryptography", "gmpy2", "Flask", "SQLAlchemy", "numpy", "scipy"),
    *("highspy", "pandas", "gunicorn", "WeasyPrint"),
)
HEAD = """# Benchmarks

Written by `make bench`, a section for each file of `tests/benchmarks` with tests marked `long`;
`make test` runs the others. It says what the file does, on which machine, and what its tests
printed. `pytest tests/benchmarks/FILE -m long`, with
`CANDOUR_GOLDEN=write` set, writes one section anew. A speed is told beside a floor or a peer that
ran in the same process or the same minute: seconds alone depend on the machine, ratios hardly do.
"""
_BEGIN, _END = "<!-- begin {} -->", "<!-- end {} -->"
_SECTION = re.compile(r"<!-- begin (\S+) -->\n.*?<!-- end \1 -->\n", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """What one test printed.

    Attributes:
        test: its name, with its parameters.
        passed: whether every bar was met.
        seconds: by the clock.
        text: what it printed.
    """

    test: str
    passed: bool
    seconds: float
    text: str

    def lines(self) -> list[str]:
        """The test as a sentence, and its figures."""
        name = self.test.removeprefix("test_").replace("_", " ")
        verdict = "" if self.passed else " **missed its bar**,"
        said = self.text.strip("\n")
        figures = ["", "```text", said, "```"] if said.strip() else []
        return [f"*{name}*:{verdict} {self.seconds:.0f} s by the clock", *figures, ""]


def section(file: str, method: str, said: Sequence[Said], where: str) -> str:
    """The section of one file.

    Args:
        file: name below tests/benchmarks.
        method: its docstring.
        said: what its tests printed, in their order.
        where: machine, versions and state of the code.
    """
    title, _, more = method.strip().partition("\n")
    lines = [f"## {title}", "", *([more.strip(), ""] if more.strip() else [])]
    lines += [f"`tests/benchmarks/{file}`, {where}.", ""]
    for one in said:
        lines += one.lines()
    return "\n".join([_BEGIN.format(file), *lines, _END.format(file), ""])


def written(page: str, sections: Mapping[str, str]) -> str:
    """The page with these sections (file -> text) in place of older ones of the same files."""
    kept = {found[1]: found[0] for found in _SECTION.finditer(page)}
    return "\n".join([HEAD, *(text for _, text in sorted({**kept, **sections}.items()))])


def write(sections: Mapping[str, str]) -> None:
    """Write sections into the project's page."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    PAGE.write_text(written(page, sections), encoding="utf-8")


def where() -> str:
    """This machine, the versions that matter, and which commit ran."""
    packages = ", ".join(f"{one} {version(one)}" for one in PACKAGES)
    return (
        f"commit {_commit()}, on {_processor()}, {os.cpu_count()} cores, {_memory()} GiB, "
        f"{platform.system()} {platform.release()}; Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {packages}"
    )


def _processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30


def _commit() -> str:
    def git(*asked: str) -> str:
        done = subprocess.run(
            ["git", *asked], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "survey", "analysis")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" with changes" if changed else "")
