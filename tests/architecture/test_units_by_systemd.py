"""What systemd itself says of the units and of their users; nothing is started."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "deploy" / "systemd"
MOST_EXPOSED = 15
"""Tenths of systemd's own measure, 100 at most. Both units have 13: they must reach a network, and
what lays out PDFs may need memory that is written and then executed."""


def run(*line: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which(line[0])
    if program is None:
        pytest.skip(f"{line[0]} of systemd is not on this machine")
    return subprocess.run([program, *line[1:]], capture_output=True, text=True, check=False)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units of candour@one, with a program that is on every machine."""
    for path in SYSTEMD.glob("*@.*"):
        text = path.read_text().replace("/opt/candour/bin/candour", "/bin/true")
        (tmp_path / path.name.replace("@", "@one")).write_text(text)
    return tmp_path


def test_systemd_takes_the_units(units: Path) -> None:
    assert len(list(units.iterdir())) == 3
    for unit in sorted(units.iterdir()):
        done = run("systemd-analyze", "verify", "--recursive-errors=no", unit)
        assert (done.returncode, done.stderr) == (0, ""), unit.name
    broken = units / "candour@one.service"
    broken.write_text(broken.read_text().replace("PrivateTmp=yes", "PrivateTmp=perhaps"))
    assert "perhaps" in run("systemd-analyze", "verify", broken).stderr


@pytest.mark.parametrize("name", ["candour@one.service", "candour-agreed@one.service"])
def test_units_are_hardly_exposed(units: Path, name: str) -> None:
    unit, asked = units / name, ("security", "--offline=true", f"--threshold={MOST_EXPOSED}")
    assert run("systemd-analyze", *asked, unit).returncode == 0
    text = unit.read_text()
    for line in (
        "CapabilityBoundingSet=\n",
        "User=candour-%i\n",
        "SystemCallFilter=@system-service\n",
    ):
        assert line in text
        unit.write_text(text.replace(line, ""))
        assert run("systemd-analyze", *asked, unit).returncode == 1, line


def test_systemd_makes_the_users(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    done = run("systemd-sysusers", f"--root={tmp_path}", SYSTEMD / "candour.sysusers")
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "etc" / "passwd").read_text()
    for name in ("one", "issue", "box", "results"):
        one = (
            rf"^candour-{name}:!?[x*]?:(\d+):(\d+):Candour[^:]*:/var/lib/candour-{name}:\S*nologin$"
        )
        assert re.search(one, made, re.M), made
    assert len(set(re.findall(r"^[^:]+:[^:]*:(\d+)", made, re.M))) == 4
