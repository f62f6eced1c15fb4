"""Runs `candour` in this process, on a host of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from survey import cli
from survey.config import Settings


@contextmanager
def the_program(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str]]]:
    """Runs the program on a host: exit code, and what it said."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.environment.items():
            patch.setenv(name, value)

        def run(*arguments: str) -> tuple[int, str]:
            patch.setattr("sys.argv", ["candour", *arguments])
            try:
                cli.main()
            except SystemExit as end:
                return int(end.code or 0), capsys.readouterr().err
            return 0, capsys.readouterr().out

        yield run
