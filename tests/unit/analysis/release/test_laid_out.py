"""A manifest from anybody is refused in one sentence where a field is not what it must be."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from fixtures_release import make_release
from fixtures_results import packs

from analysis import zipped
from analysis.errors import LeakingRelease, ReleaseError
from analysis.release import folder, laid_out

OUTSIDE = ("/../../../evil", "../evil", "C:\\evil", "a/b", "a\x00b", ".evil", "-x", "a\n", "é", "")
ODD: tuple[Any, ...] = (
    *(None, True, 10**30, 1.5, "\ud800", [], [[]], [["a"]], {}, {"a": 1}, {"\ud800": "x"}, [1, 2]),
    *OUTSIDE,
)
HASHED = {"format", "files", "verifier"}


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    """The manifest of a Release as JSON gives it, without what is of its files."""
    content = zipped.one(packs()[1], folder.MANIFEST)
    return {name: one for name, one in json.loads(content).items() if name not in HASHED}


def laid(found: dict[str, Any]) -> object:
    return laid_out.manifest(copy.deepcopy(found))


def refusal(found: dict[str, Any]) -> str:
    try:
        laid(found)
    except ReleaseError as error:
        return str(error)
    return ""


def test_the_manifest_of_a_release_is_what_was_written(written: dict[str, Any]) -> None:
    assert laid(written) == make_release("autumn").manifest


@pytest.mark.parametrize("wave", [*OUTSIDE, "x" * 65])
def test_a_wave_that_could_be_a_path_is_refused(wave: str, written: dict[str, Any]) -> None:
    with pytest.raises(ReleaseError, match="`wave`, which is letters and digits"):
        laid({**written, "wave": wave})


def test_names_of_waves_and_of_files_of_answers_are_taken(written: dict[str, Any]) -> None:
    for wave in ("autumn-2026", "wa_2015", "FEVS2018"):
        laid({**written, "wave": wave})


def test_any_field_of_another_kind_is_one_sentence_that_names_it(written: dict[str, Any]) -> None:
    said = [why for name in written for odd in ODD if (why := refusal({**written, name: odd}))]
    assert len(said) > 15 * len(written)
    assert not [why for why in said if "\n" in why or len(why) > 200]
    for name, odd in (("answered", True), ("closed", "20260101"), ("policy", {"k": 2})):
        with pytest.raises(ReleaseError, match=f"`{name}`"):
            laid({**written, name: odd})


def test_an_id_of_a_unit_that_could_be_a_path_is_refused(written: dict[str, Any]) -> None:
    changed = copy.deepcopy(written)
    changed["breakdowns"][0]["values"][0][0] = "../evil"
    with pytest.raises(ReleaseError, match="an id in `breakdowns`"):
        laid(changed)


def test_a_release_is_read_with_these_checks_wherever_it_enters(written: dict[str, Any]) -> None:
    files = zipped.unpack(packs()[1], lambda _: None)
    manifest = json.loads(files[folder.MANIFEST])

    def packed(**changes: object) -> bytes:
        content = json.dumps({**manifest, **changes}).encode()
        return zipped.pack({**files, folder.MANIFEST: content})

    with pytest.raises(ReleaseError, match="`wave`"):
        folder.unpack(packed(wave=OUTSIDE[0]), None)
    values = {**manifest, "breakdowns": manifest["breakdowns"][1:]}
    with pytest.raises(ReleaseError):
        folder.unpack(packed(**values), None)


@pytest.mark.parametrize(
    ("stumble", "said"),
    [
        (KeyError("no such group"), "its files do not fit together"),
        (StopIteration(), "its files do not fit together"),
        (OverflowError(), "its files do not fit together"),
        (ReleaseError("x" * 5000), "^x{400}…$"),
        (LeakingRelease("a\nb"), "^a b$"),
    ],
)
def test_files_that_do_not_fit_together_are_one_sentence(
    stumble: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(_: object) -> None:
        raise stumble

    folder._unpacked.cache_clear()
    monkeypatch.setattr(folder, "check", stumbles)
    with pytest.raises(ReleaseError, match=said) as found:
        folder.unpack(packs()[1], None)
    assert isinstance(found.value, LeakingRelease) == isinstance(stumble, LeakingRelease)
