"""`candour-as` reads settings as systemd does, and runs where the service's user may write."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOR = "candour-one"
Run = Callable[..., "subprocess.CompletedProcess[str]"]

SETPRIV = f"""#!/bin/sh
echo "as $1 $2 $3" >> LOG
case "$1 $2 $3" in "--reuid={FOR} --regid={FOR} --clear-groups") shift 3;; esac
exec "$@"
"""
INSTALL = """#!/bin/sh
echo "install $*" >> LOG
[ "$1 $2 $3 $4 $5 $6 $7" = "-d -m 700 -o candour-one -g candour-one" ] || exit 1
shift 7
exec /usr/bin/install -d -m 700 "$@"
"""
PROGRAM = """#!/bin/sh
env | grep -E "^(CANDOUR_|EVIL)" | sort
umask; ulimit -c; pwd -P
for word; do echo "[$word]"; done
echo written > written
[ ! -e /proc/self/fd/3 ] || echo "the settings are still open"
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the deployed script: its files lie elsewhere, and nobody becomes another user."""
    text = (ROOT / "deploy/systemd/candour-as").read_text()
    for place in ("/etc/candour/", "/opt/candour/bin/", "/var/lib/"):
        assert place in text
        text = text.replace(place, f"{tmp_path}/")
    programs = {"setpriv": SETPRIV, "install": INSTALL, "candour": PROGRAM, "candour-as": text}
    for name, content in programs.items():
        (tmp_path / name).write_text(content.replace("LOG", f"{tmp_path}/log"))
        (tmp_path / name).chmod(0o755)
    (tmp_path / "elsewhere").mkdir()

    def of(settings: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "one.env").write_text(settings)
        return subprocess.run(
            [tmp_path / "candour-as", "one", *arguments],
            capture_output=True, text=True, check=False, cwd=tmp_path / "elsewhere",
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        )  # fmt: skip

    return of


def told(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """The settings that a command got."""
    pairs = (line.partition("=") for line in done.stdout.splitlines() if "=" in line)
    return {name: value for name, _, value in pairs}


def test_the_home_is_made_before_the_first_command(run: Run, tmp_path: Path) -> None:
    done = run("CANDOUR_SURFACES=issue,box,results\n#CANDOUR_X=1\n", "migrate", "a b", "$c", "")
    home = tmp_path / FOR
    assert done.stdout.splitlines() == [
        f"CANDOUR_HOME={home}",
        "CANDOUR_SURFACES=issue,box,results",
        "0077",
        "0",
        f"{home}/files",
        "[migrate]",
        "[a b]",
        "[$c]",
        "[]",
    ], done.stderr
    assert (home.stat().st_mode & 0o777, (home / "files").stat().st_mode & 0o777) == (0o700, 0o700)
    assert (home / "files" / "written").read_text() == "written\n"
    assert not list((tmp_path / "elsewhere").iterdir()), "nothing is written where root stood"
    log = (tmp_path / "log").read_text().splitlines()
    assert [line.split()[0] for line in log] == ["install", "as"]
    assert log[1] == f"as --reuid={FOR} --regid={FOR} --clear-groups"


LITERAL = r"""# a comment
; another
CANDOUR_RESULTS_URL=postgresql+psycopg://u:p$HOME@h/r?sslmode=require&connect_timeout=5
CANDOUR_A="$(touch EVIL) `touch EVIL`; touch EVIL"
  CANDOUR_B = 'a "b" # c'
CANDOUR_C=x;touch EVIL #y
CANDOUR_D=
CANDOUR_E=it's "so"
CANDOUR_HOME=/somewhere/else
"""


def test_settings_are_read_as_they_stand(run: Run, tmp_path: Path) -> None:
    found = told(run(LITERAL, "wave", "status"))
    assert found == {
        "CANDOUR_RESULTS_URL": (
            "postgresql+psycopg://u:p$HOME@h/r?sslmode=require&connect_timeout=5"
        ),
        "CANDOUR_A": "$(touch EVIL) `touch EVIL`; touch EVIL",
        "CANDOUR_B": 'a "b" # c',
        "CANDOUR_C": "x;touch EVIL #y",
        "CANDOUR_D": "",
        "CANDOUR_E": 'it\'s "so"',
        "CANDOUR_HOME": "/somewhere/else",  # as in the unit, where the file wins, too
    }
    assert not list(tmp_path.rglob("EVIL"))
    assert told(run("CANDOUR_A=last line", "x"))["CANDOUR_A"] == "last line"


@pytest.mark.parametrize(
    "line",
    [
        "CANDOUR_A=a\\", "CANDOUR_A=a\\$b", 'CANDOUR_A="a" b', 'CANDOUR_A="a"b"', "CANDOUR_A='a",
        "CANDOUR_A", "export CANDOUR_A=b", "1A=b", "=b", 'CANDOUR_A="',
    ],
)  # fmt: skip
def test_what_systemd_may_read_otherwise_is_refused(run: Run, line: str, tmp_path: Path) -> None:
    done = run(f"CANDOUR_B=1\n{line}\n", "wave", "status")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"{tmp_path}/one\.env, line 2: [^\n]*\.\n", done.stderr), done.stderr
    assert line not in done.stderr, "it may be a password"


def test_nothing_of_the_file_holds_while_it_is_root(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "setpriv").write_text("#!/bin/sh\ntouch EVIL\n")
    (tmp_path / "bad" / "setpriv").chmod(0o755)
    done = run(f"PATH={tmp_path}/bad:{os.environ['PATH']}\nCANDOUR_A=1", "x")
    assert told(done)["CANDOUR_A"] == "1"
    assert not list(tmp_path.rglob("EVIL"))


def test_a_service_that_has_no_settings_is_one_sentence(run: Run, tmp_path: Path) -> None:
    run("")
    (tmp_path / "one.env").unlink()
    done = subprocess.run(
        [tmp_path / "candour-as", "one", "migrate"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
