"""A disk that is full from any step of a command on: what is said, and what is there afterwards."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import interrupting
from fixtures_interrupted import WAVE, Disk, memory
from flask import Flask
from plain_forms import ANSWERS

from survey import cli
from survey.app import create_app
from survey.config import Settings

DONE = "done"
ATTEMPT = "5" * 64


def said_by(root: Path, line: str) -> str:
    """`candour ...` in `root` as a shell runs it: `DONE`, or all that it said of its end."""
    os.environ["CANDOUR_HOME"] = str(root / "home")
    tempfile.tempdir = str(root)
    os.chdir(root)
    sys.argv = ["candour", *line.split()]
    told = io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
        try:
            cli.main()
        except SystemExit as end:
            return told.getvalue() if end.code == 2 else f"exit code {end.code}"
    return DONE


@cache
def application() -> Flask:
    """The pages over whatever lies in the folder that a process is in."""
    urls = [f"sqlite:///home/{name}.db" for name in ("issuer", "results")]
    app = create_app(Settings(Path("home"), *urls, "any"))
    app.testing = False
    return app


def send(root: Path) -> str:
    """The last card's answer, as a browser without JavaScript sends it: the receipt, or a page."""
    os.chdir(root)
    form = {"candour.code": Path("last-card").read_text(), "candour.attempt": ATTEMPT}
    reply = application().test_client().post(f"/survey/{WAVE}/send", data={**form, **ANSWERS})
    return f"{reply.status_code} {reply.text}"


def expect_sentence(said: str) -> None:
    """One line that says what is wrong, and nothing of the program's inside."""
    assert len(said.strip().splitlines()) == 1, said
    assert "Traceback" not in said
    assert said.strip().endswith("."), said


def sweep(
    template: Path,
    work: Callable[[Path], str],
    full: Callable[[Disk, str], None],
    done: Callable[[Disk, str], None],
    every: int = 1,
    finished: Callable[[Disk], bool] = lambda _disk: False,
) -> int:
    """Fill the disk before each step of `work`, look; make room, let it run again, look again.

    Args:
        template: what lies there before; copied for each run.
        work: gets the copy; returns what it says.
        full: looks at the disk after the run without room, with what that said.
        done: looks at it after the second run, with what that said.
        every: how many steps lie between two disks that fill.
        finished: whether a run without room came to its end all the same, and need not run again.

    Returns:
        How many steps the work has.
    """
    with TemporaryDirectory(dir=memory()) as folder:
        scratch = Path(folder) / "run"
        shutil.copytree(template, scratch)
        steps = interrupting.run(lambda: work(scratch)).steps
        for step in range(0, len(steps), every):
            shutil.rmtree(scratch)
            shutil.copytree(template, scratch)
            try:
                said = interrupting.run(lambda: work(scratch), full_from=step).said or ""
                full(Disk(scratch), said)
                again = DONE
                if not finished(Disk(scratch)):
                    again = interrupting.run(lambda: work(scratch)).said or ""
                done(Disk(scratch), again)
            except Exception as error:
                raise AssertionError(f"full from step {step}, {steps[step]}: {error}") from error
    return len(steps)
