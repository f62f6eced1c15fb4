"""A wave of which thirty people wrote something, and its export to coders as it is typed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from click.testing import CliRunner, Result
from fixtures_coding import table
from fixtures_wave import LiveWave

from survey.close import keys, rewriting
from survey.close.comment_commands import comments as command
from survey.collect import submit

CLOSED = date(2026, 9, 30)
SENT, WROTE = 50, 30


def write_all(live: LiveWave) -> None:
    """Fifty people answer; thirty of them write why, ten what they would change."""
    said = {
        code: {"why": f"Why {n}", "change": f"Change {n}" if n % 3 == 0 else ""}
        for n, code in enumerate(live.codes[:WROTE])
    }
    sendings = [(code, {"sex": "female"}) for code in live.codes[:SENT]]
    submit.submit_many(live.stores, live.wave, sendings, said)


def closed_box(live: LiveWave) -> Path:
    return rewriting.path_of(live.settings, "autumn")


def export(live: LiveWave, out: Path, wave: str = "autumn", key: Path | None = None) -> Result:
    """Run `candour comments export` as it is typed."""
    if key is None:
        key = out.parent / "release.key"
        if not key.exists():
            keys.keep(key, keys.as_json(live.keys))
    line = ["export", wave, "--key", str(key), "--out", str(out)]
    return CliRunner().invoke(command, line, env={"CANDOUR_HOME": str(live.settings.home)})


def read(folder: Path, coder: str = "coder-1.csv") -> list[list[str]]:
    """Question and comment of each row of a coder's file, headings first."""
    return [[question, text] for _, question, text, _ in table(folder / coder)]


EXPECTED = sorted(
    [["why", f"Why {n}"] for n in range(WROTE)]
    + [["change", f"Change {n}"] for n in range(0, WROTE, 3)]
)
