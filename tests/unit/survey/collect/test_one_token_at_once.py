"""One token, sent by many processes at once with answers of their own, counts once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from fixtures_tokens import received, seal, take_ticket
from fixtures_wave import LiveWave

from survey.collect import box, envelope

PROCESSES, EACH = 4, 5

SEND = """
import sys
from pathlib import Path
from survey.collect import submit
from survey.config import Settings
from survey.database import Stores
from survey.errors import UsedTicket
from survey.manage import waves
home, wave, token, *rows = sys.argv[1:]
stores = Stores.open(Settings.at(Path(home)))
found = waves.get(stores, wave)
print("ready", flush=True)
sys.stdin.readline()
for row in rows:
    sealed, proof = map(bytes.fromhex, row.split(","))
    try:
        print(submit.accept(stores, found, bytes.fromhex(token), sealed, proof))
    except UsedTicket:
        print("used")
"""


def receipts_of_processes(live: LiveWave) -> tuple[set[str], set[str]]:
    """The receipts that the processes got, and those of everything that they sent."""
    ticket, sent, started = take_ticket(live), set(), []
    for _ in range(PROCESSES):
        rows = []
        for sealed in (seal(live) for _ in range(EACH)):
            sent.add(envelope.receipt(sealed, live.wave.id))
            rows.append(f"{sealed.hex()},{ticket.proof(sealed).hex()}")
        arguments = [str(live.settings.home), live.wave.id, ticket.token.hex(), *rows]
        line = [sys.executable, "-c", SEND, *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        started.append(subprocess.Popen(line, text=True, **pipes))
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    said = [process.communicate("go\n")[0].split() for process in started]
    assert sum(map(len, said)) == PROCESSES * EACH
    return set().union(*said), sent


@pytest.mark.slow
def test_one_token_in_many_processes_counts_once(live_wave: LiveWave) -> None:
    got, sent = receipts_of_processes(live_wave)
    assert len(got) == 2
    assert "used" in got
    assert got & sent
    assert received(live_wave) == 1


def test_a_box_that_looks_for_no_token_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box, "_seen", lambda *_: None)
    ticket, path = take_ticket(live_wave), box.path_of(live_wave.settings, "autumn")
    for _ in range(2):
        box.put(path, ticket.token, seal(live_wave))
    assert received(live_wave) == 2
