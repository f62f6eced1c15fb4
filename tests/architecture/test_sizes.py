"""No file is a hallway with twenty doors, and no name hides what a room is for."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 400
VAGUE = {"utils", "helpers", "common", "models", "services"}


def sources() -> list[Path]:
    return [path for folder in ("survey", "analysis") for path in (ROOT / folder).rglob("*.py")]


def test_no_source_file_is_long() -> None:
    long = {path.name for path in sources() if len(path.read_text().splitlines()) > LONGEST}
    assert not long


def test_no_module_has_a_vague_name() -> None:
    assert not {part for path in sources() for part in path.with_suffix("").parts} & VAGUE


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    marks = ["registry." + "npmjs", "files." + "pythonhosted", "pypi." + "org", "/wo" + "rk/"]
    marks += ["--index" + "-url", "--find" + "-links", "file:" + "///opt"]
    for name in listed:
        path = ROOT / name
        if path.is_file() and path.suffix not in {".png"}:
            text = path.read_text(errors="replace")
            assert not [mark for mark in marks if mark in text], name
