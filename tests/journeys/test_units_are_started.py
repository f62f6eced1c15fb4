"""The units are started by a real systemd, after the manual's own lines, and found shut in.

`pytest -m long tests/journeys/test_units_are_started.py`, as root, minutes.
What it needs, `bash .ci/containers` installs.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from apart import namespaces, needed
from deployed_containers import fingerprint, first_code
from deployed_units import ENV, Machine, booted, installed, manual

pytestmark = pytest.mark.long

QUESTIONNAIRE = Path(__file__).parents[1] / "questionnaires" / "tiny.yaml"
SERVICE, AGREED = "candour@one.service", "candour-agreed@one.service"
WAVE = """
cp tiny.yaml /var/lib/candour-one/files/ && chown candour-one /var/lib/candour-one/files/tiny.yaml
candour-as one keys new --unsplit --out officers
candour-as one wave new a --questionnaire tiny.yaml --public officers/public.json --title Autumn
"""
CODES = """
candour-as one codes make a --count 50 --out cards --fingerprint {}
candour-as one codes import a cards/public-halves.txt
candour-as one wave open a
cat /var/lib/candour-one/files/cards/mail-merge.csv
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    needed("mmdebstrap", "systemd-nspawn", "nsenter", "pgrep")
    folder = tmp_path_factory.mktemp("units")
    with namespaces(folder, {"/run": ""}) as apart, booted(apart, installed(apart)) as made:
        made.script(manual("**One server.**", "**nginx**"))
        yield made


def test_the_manual_starts_the_service_and_its_timer(machine: Machine) -> None:
    assert machine.asked("/results/sign-in") == "200 b'<!DOC'"
    assert machine.asked("/you-said-we-did?as=pdf") == "200 b'%PDF-'"
    assert machine.shown(SERVICE, "ActiveState") == "active"
    assert machine.shown("candour-agreed@one.timer", "ActiveState") == "active"
    assert machine.shown("candour-agreed@one.timer", "NextElapseUSecRealtime")
    machine.run("systemctl", "start", AGREED)
    assert machine.shown(AGREED, "Result") == "success"
    assert machine.shown(AGREED, "ExecMainStartTimestampMonotonic") != "0"


def status(machine: Machine, process: str) -> dict[str, str]:
    """What the kernel says of a process."""
    text = machine.run("cat", f"/proc/{process}/status")
    return dict(re.findall(r"^(\w+):\s+(\S+)", text, re.M))


def test_its_process_has_no_rights(machine: Machine) -> None:
    process = machine.shown(SERVICE, "MainPID")
    told, first = status(machine, process), status(machine, "1")
    user = machine.run("id", "-u", "candour-one").strip()
    assert (told["Uid"], told["NoNewPrivs"], told["Seccomp"]) == (user, "1", "2")
    assert int(told["CapEff"], 16) == int(told["CapBnd"], 16) == 0
    assert int(first["CapEff"], 16) > 0, "systemd itself has some"
    users = machine.run("cat", f"/proc/{process}/uid_map").split()
    assert users == ["0", "0", "1", user, user, "1"]
    limits = machine.run("cat", f"/proc/{process}/limits")
    assert re.search(r"^Max core file size +0 +0 ", limits, re.M)


def test_it_sees_no_homes_and_writes_into_its_own_folders_alone(machine: Machine) -> None:
    machine.run("sh", "-c", ": > /home/somebody; : > /etc/written")
    assert machine.inside("ls", "/home").stdout == ""
    for place in ("/etc", "/opt/candour", "/usr", "/var/lib", "/home", "/root"):
        assert machine.inside("touch", f"{place}/written").returncode, place
    for place in ("/var/lib/candour-one", "/run/candour-one", "/tmp"):
        done = machine.inside("sh", "-c", f"touch {place}/written && rm {place}/written")
        assert done.returncode == 0, done.stderr
    numbers = re.findall(r"^\d+$", machine.inside("ls", "/proc").stdout, re.M)
    assert numbers, "root sees processes; and of the rest of /proc nobody sees anything"
    assert machine.inside("ls", "/proc/sys", "/proc/meminfo").returncode


def said(machine: Machine) -> str:
    """What the service's own processes wrote into the journal, once one of them failed."""
    for _ in range(60):
        if machine.shown(SERVICE, "NRestarts") != "0":
            break
        time.sleep(1)
    assert machine.shown(SERVICE, "NRestarts") != "0"
    machine.run("journalctl", "--sync")
    unit = f"_SYSTEMD_UNIT={SERVICE}"
    return machine.run("journalctl", "--quiet", "--output=cat", unit, "_COMM=candour")


def test_nothing_that_it_says_is_kept(machine: Machine) -> None:
    wrong = "CANDOUR_SURFACES=nothing\n"
    machine.set(wrong)
    assert said(machine) == ""
    loud = f"/run/systemd/system/{SERVICE}.d"
    machine.run("mkdir", loud)
    kept = "[Service]\nStandardError=journal\n"
    machine.run("sh", "-c", f"cat > {loud}/loud.conf", given=kept)
    machine.run("systemctl", "daemon-reload")
    machine.set(wrong)
    assert "CANDOUR_SURFACES" in said(machine), "what was planted is told"
    machine.run("rm", "-r", loud)
    machine.run("systemctl", "daemon-reload")
    machine.set("")
    assert machine.asked("/accessibility") == "200 b'<!DOC'"


def test_it_comes_back_when_it_is_killed(machine: Machine) -> None:
    before = machine.shown(SERVICE, "MainPID")
    machine.run("systemctl", "kill", "--signal=KILL", SERVICE)
    assert machine.asked("/accessibility") == "200 b'<!DOC'"
    assert machine.shown(SERVICE, "MainPID") not in {before, "0"}


def test_somebody_answers_and_the_doctor_finds_nothing_wrong_of_it(machine: Machine) -> None:
    machine.set("CANDOUR_TWO_PEOPLE=no\n")
    machine.run("sh", "-c", "cat > /root/tiny.yaml", given=QUESTIONNAIRE.read_text())
    cards = machine.script(CODES.format(fingerprint(machine.script(f"set -e{WAVE}"))))
    code = first_code(cards)
    assert machine.asked("/survey/a") == "200 b'<!DOC'"
    given = ("fair=1", "ignored=2", "bullied=never", "ethnicity=asian", "unit=north-a")
    form = ("python3", "/root/answered_by_form.py", "http://127.0.0.1:8001/survey/a", code)
    assert re.fullmatch(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\n", machine.run(*form, *given))
    assert machine.ended(*form, *given).returncode, "a code is good for one answer"
    found = machine.ended("candour-as", "one", "doctor").stdout
    wrong = re.findall(r"^WRONG +(.*)$", found, re.M)
    assert [line for line in wrong if "no time server" not in line] == []
    assert re.search(r"^right +ballot boxes: 1 open", found, re.M)
    machine.run("sh", "-c", f"echo CANDOUR_HTTPS= >> {ENV}")
    assert "CANDOUR_HTTPS is not set" in machine.ended("candour-as", "one", "doctor").stdout


def test_a_part_has_a_user_and_a_home_of_its_own(machine: Machine) -> None:
    machine.script("install -m 600 deploy/systemd/env/issue.env /etc/candour/issue.env")
    machine.run("candour-as", "issue", "migrate")
    machine.run("systemctl", "start", "candour@issue.service")
    assert machine.shown("candour@issue.service", "ActiveState") == "active"
    other = ("setpriv", "--reuid=candour-issue", "--clear-groups", "--")
    assert machine.ended(*other, "ls", "/var/lib/candour-issue").returncode == 0
    for place in ("/var/lib/candour-one", ENV, "/run/candour-one"):
        assert "Permission denied" in machine.ended(*other, "ls", "-l", place).stderr or (
            "Permission denied" in machine.ended(*other, "cat", place).stderr
        )
