"""The house's doors: each import contract holds, and each has been seen to fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLANTED = [
    pytest.param(
        "analysis/tally.py",
        "from survey.errors import CodeError",
        "The analysis knows neither the application nor Flask nor a database",
        id="analysis-imports-the-application",
    ),
    pytest.param(
        "analysis/release/model.py",
        "import sqlalchemy",
        "The analysis knows neither the application nor Flask nor a database",
        id="analysis-imports-a-database",
    ),
    pytest.param(
        "survey/results/pages.py",
        "from analysis.tally import Tally",
        "Readers' pages reach nothing that takes, opens or counts answers",
        id="a-board-page-imports-the-tally",
    ),
    pytest.param(
        "survey/results/store.py",
        "import survey.collect.box",
        "Readers' pages reach nothing that takes, opens or counts answers",
        id="the-release-store-imports-the-ballot-box",
    ),
    pytest.param(
        "survey/collect/pages.py",
        "from survey.close import unsealing",
        "Nothing that is served can reach what opens answers",
        id="a-respondent-page-imports-what-opens",
    ),
    pytest.param(
        "survey/manage/waves.py",
        "def sneak() -> None:\n    from survey.close import keys",
        "Nothing that is served can reach what opens answers",
        id="managing-imports-what-opens-inside-a-function",
    ),
    pytest.param(
        "survey/backup/making.py",
        "from survey.collect import box",
        "A backup reaches nothing that takes or opens answers, nor the secrets of a wave",
        id="a-backup-imports-the-ballot-box",
    ),
    pytest.param(
        "survey/questionnaire/model.py",
        "import survey.collect.envelope",
        "Rooms do not import in circles",
        id="a-circle-of-rooms",
    ),
]


def broken_contracts(tree: Path) -> str:
    """What the contracts say of a source tree; empty when all are kept."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.path.insert(0, '.'); "
            "from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))",
        ],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for package in ("survey", "analysis"):
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("__pycache__", "build"),
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.slow
def test_every_contract_is_kept(tree: Path) -> None:
    assert broken_contracts(tree) == ""


@pytest.mark.slow
@pytest.mark.parametrize(("file", "line", "contract"), PLANTED)
def test_planted_import_breaks_its_contract(
    tree: Path, file: str, line: str, contract: str
) -> None:
    path = tree / file
    path.write_text(path.read_text() + f"\n\n{line}\n")
    report = broken_contracts(tree)
    broken = [row for row in report.splitlines() if row.rstrip().endswith("BROKEN")]
    assert any(contract in row for row in broken), report
