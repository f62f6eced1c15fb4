"""Whatever is changed in a wave's file: it is read and checked, or refused in one sentence."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from fixtures_published import CLOSED, answer, copied
from fixtures_wave import LiveWave
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import zipped
from survey.close.carrying import carry
from survey.close.closing import close_wave
from survey.close.opening import expect_holding, expect_opening
from survey.errors import CandourError, DataError
from survey.manage import headcounts, wave_file
from survey.verify import checking, comparing

JSON = ("wave.json", "closing.json", "headcounts.json")
ODD = st.sampled_from(
    [
        *(None, True, [], {}, [[]], {"": None}, "", "x", "\ud800", "\x1b[2J", "0" * 5000),
        *(0, -1, 1.5, -0.0, 10**30, -(10**30), 10**400, float("nan"), float("inf"), -float("inf")),
        *("closed", "open", "destroyed", "2026-13-01", "9999-12-31", "00", "zz"),
    ]
)


@pytest.fixture(scope="session")
def files(opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The members of a real file, with all that goes to the officers."""
    folder = tmp_path_factory.mktemp("mutated")
    live = copied(opened_once, folder / "home")
    headcounts.store(live.stores, "autumn", {"force": 120})
    answer(live)
    close_wave(live.stores, "autumn", CLOSED)
    carry(live.stores, "autumn", folder / "autumn.wave")
    return zipped.unpack((folder / "autumn.wave").read_bytes(), lambda _: None)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, the whole of it too."""
    yield path
    if isinstance(value, dict):
        for key, part in value.items():
            yield from places(part, (*path, key))


def with_odd(document: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    changed = copy.deepcopy(document)
    here = changed
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = odd
    return changed


def look(changed: dict[str, bytes]) -> str:
    """What becomes of a file: `refused`, or `read` and checked to the end."""
    try:
        content = wave_file.unpack(zipped.pack(changed), "autumn.wave")
    except DataError:
        return "refused"
    wave_file.unpack(wave_file.pack(content), "again")
    list(checking.published(content))
    list(comparing.earlier(content, content))
    list(comparing.redemptions(content, ()))
    with suppress(CandourError):
        expect_opening(content)
        expect_holding(content)
    return "read"


def test_the_file_as_it_is_can_be_read(files: dict[str, bytes]) -> None:
    assert look(files) == "read"


@pytest.mark.slow
@settings(max_examples=100)
@given(st.sampled_from(JSON), st.integers(0, 999), ODD)
def test_any_odd_value_gives_findings_or_one_sentence(
    files: dict[str, bytes], name: str, number: int, odd: Any
) -> None:
    document = json.loads(files[name])
    found = list(places(document))
    changed = with_odd(document, found[number % len(found)], odd)
    look({**files, name: json.dumps(changed).encode()})


@pytest.mark.slow
def test_any_member_cut_short_spoilt_or_left_out_gives_findings_or_one_sentence(
    files: dict[str, bytes],
) -> None:
    for name, content in files.items():
        for kept in (0, 1, len(content) // 2, len(content) - 1):
            look({**files, name: content[:kept]})
            look({**files, name: content[:kept] + b"\xff" + content[kept + 1 :]})
        left = {other: files[other] for other in files if other != name}
        assert look(left) == "refused", name
