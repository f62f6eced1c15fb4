"""Keeps what benchmarks print for docs/BENCHMARKS.md, where `make bench` asks for it."""

from __future__ import annotations

import os
from collections.abc import Generator

import benchmark_page
import pytest
from benchmark_page import Said

_METHODS: dict[str, str] = {}
_SAID: dict[str, list[Said]] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and not report.skipped:
        assert isinstance(item, pytest.Function)
        _METHODS[item.path.name] = item.module.__doc__ or ""
        said = Said(item.name, report.passed, report.duration, report.capstdout)
        _SAID.setdefault(item.path.name, []).append(said)
    return report


def pytest_sessionfinish() -> None:
    if os.environ.get("CANDOUR_GOLDEN") == "write" and _SAID:
        where = benchmark_page.where()
        benchmark_page.write(
            {
                file: benchmark_page.section(file, _METHODS[file], said, where)
                for file, said in _SAID.items()
            }
        )
