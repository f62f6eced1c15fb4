"""After a whole wave, on either database: no secret, no code and no request is in any file.

Files are read as bytes, so what was deleted and not overwritten counts too: freed pages, and all
that PostgreSQL wrote ahead.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from game import gathering
from game.evidence import Evidence, File
from game.people import WAVE
from game.world import Ground, play
from test_traces_on_disk import forms

from survey.collect import salts
from survey.manage import issuing_keys

pytestmark = pytest.mark.slow


def secrets_of(ground: Ground) -> dict[str, set[bytes]]:
    """What is destroyed at close, in the ways in which it may be written down."""
    key = issuing_keys.read(ground.live.settings, WAVE)
    salt = salts.read(ground.live.settings, WAVE)
    assert key
    assert salt
    numbers = key.private_numbers()
    parts = (numbers.p, numbers.q, numbers.dmp1, numbers.dmq1)
    return {"salt": forms(salt), "issuing key": {part.to_bytes(192) for part in parts}}


def files_with(evidence: Evidence, contents: set[bytes]) -> set[str]:
    return {
        name
        for name, file in evidence.files.items()
        if any(content in file.content for content in contents)
    }


@pytest.fixture
def states(ground: Ground) -> dict[str, Evidence]:
    """The evidence of one game, open and closed."""
    salt = salts.read(ground.live.settings, WAVE)
    assert salt
    games = play(ground, np.random.default_rng(1))
    return {played.state: gathering.gather(played, salt)[0] for played in games}


def test_salt_and_issuing_key_are_in_one_file_each_and_in_none_after_closing(
    states: dict[str, Evidence], ground: Ground
) -> None:
    known = secrets_of(ground)
    assert files_with(states["live"], known["salt"]) == {f"home/salts/{WAVE}.salt"}
    assert files_with(states["live"], known["issuing key"]) == {f"home/salts/{WAVE}.issuing"}
    assert files_with(states["closed"], known["salt"] | known["issuing key"]) == set()


KEPT = {
    "hmac-sha256 of public half",
    "unused mark",
    "mark",
    "sha256 of public half",
}
"""All that may be found of a person: the issuer's row, in PostgreSQL the one before it too, and the
public list of codes."""


def found_of_people(evidence: Evidence) -> dict[str, set[str]]:
    """What is found of people in the files, in any form or under any hash, and where."""
    found: dict[str, set[str]] = {}
    for name, file in evidence.files.items():
        for one in evidence.index.find(file.content):
            if one.owner[0] == "person":
                found.setdefault(one.owner[2], set()).add(name)
    return found


def test_no_code_and_nothing_that_passed_is_in_any_file(
    states: dict[str, Evidence], ground: Ground
) -> None:
    """The search sees into the databases: what is kept is found there, and only there."""
    for evidence in states.values():
        found = found_of_people(evidence)
        assert set(found) == (KEPT if ground.kind == "PostgreSQL" else KEPT - {"unused mark"})
        names = set().union(*found.values())
        assert ("home/issuer.db" in names) == (ground.kind == "SQLite")
        assert not {name for name in names if name.startswith("home/") and "issuer" not in name}
        assert evidence.files["what the server said"].content == b""


def test_a_public_half_in_a_log_is_noticed(states: dict[str, Evidence]) -> None:
    line = File(b"redeemed by " + states["live"].people[7].half.hex().encode(), 0, 0)
    evidence = replace(states["live"], files={**states["live"].files, "log": line})
    assert found_of_people(evidence)["public half"] == {"log"}
