"""The deployed units in a Debian with a systemd of its own, installed by the manual's lines."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import stand_ins
from apart import AUTHORITIES, PATH, Apart

ROOT = Path(__file__).parents[1]
SUITE = "bookworm"
ASKED = "--include=systemd,dbus,procps,python3,python3-venv,fontconfig,fonts-liberation,\
libpango-1.0-0,libpangoft2-1.0-0,libharfbuzz-subset0,ca-certificates"
BOOT = ("systemd-nspawn", "--quiet", "--boot", "--private-network", "--register=no", "--keep-unit",
        "--link-journal=no", "--resolv-conf=off", "--timezone=off", "--console=pipe")  # fmt: skip
ENV = "/etc/candour/one.env"


def manual(begin: str, end: str) -> str:
    """The commands of docs/OPERATIONS.md between two of its words, as a script."""
    page = (ROOT / "docs" / "OPERATIONS.md").read_text()
    text = page.partition(begin)[2].partition(end)[0]
    blocks = re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
    assert blocks, begin
    return "set -e\n" + "".join(blocks)


def installed(apart: Apart) -> Path:
    """A Debian with Candour in /opt/candour, and what is deployed in /root."""
    kept = Path(stand_ins.KEPT) if stand_ins.KEPT else apart.folder
    packed, machine = kept / f"{SUITE}.tar", apart.folder / "machine"
    if not packed.exists():
        stand_ins.debian(packed, ASKED, suite=SUITE)
    machine.mkdir()
    apart.run("tar", "-xf", packed, "-C", machine)
    context = stand_ins.context(ROOT, apart.folder / "context")
    home = machine / "root"
    shutil.copytree(ROOT / "deploy", home / "deploy")
    for path in (context / "requirements.txt", *(context / "dist").iterdir()):
        shutil.copy(path, home)
    shutil.copy(Path(__file__).with_name("answered_by_form.py"), home)
    shutil.copy("/etc/resolv.conf", machine / "etc" / "resolv.conf")
    inside = machine / AUTHORITIES.relative_to("/")
    apart.run("mount", "--bind", AUTHORITIES, inside)
    script = "cd /root\n" + manual("**The program.**", "**One server.**").replace(
        "make wheel\n", ""
    )
    clean = ("env", "-i", f"PATH={PATH}", f"PIP_CERT={AUTHORITIES}", "PIP_NO_CACHE_DIR=1")
    apart.run("chroot", machine, *clean, "sh", "-c", script, outside=True)
    apart.run("umount", inside)
    return machine


class Machine:
    """A Debian that runs."""

    def __init__(self, apart: Apart, leader: str) -> None:
        self._apart = apart
        kinds = ("--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup")
        self._enter = ("nsenter", f"--target={leader}", *kinds, "--", "env", "-i", f"PATH={PATH}")

    def ended(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command as root; how it ended."""
        return self._apart.ended(*self._enter, *words, given=given)

    def run(self, *words: str, given: str = "") -> str:
        """Run a command as root that must end well; what it printed."""
        return self._apart.run(*self._enter, *words, given=given)

    def script(self, text: str) -> str:
        """Run a script in /root."""
        return self.run("sh", "-c", f"cd /root\n{text}")

    def shown(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", "--property", name, "--value", unit).strip()

    def inside(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command as root among the files that the service sees."""
        process = self.shown("candour@one.service", "MainPID")
        return self.ended("nsenter", f"--target={process}", "--mount", "--", *words)

    def asked(self, path: str) -> str:
        """Status and first bytes of a page; waits until the service listens."""
        for _ in range(60):
            address = f"http://127.0.0.1:8001{path}"
            done = self.ended("python3", "/root/answered_by_form.py", address)
            if done.returncode == 0:
                return done.stdout.strip()
            time.sleep(1)
        raise AssertionError(done.stderr)

    def set(self, more: str) -> None:
        """Give candour@one its settings and more of them, and start it anew."""
        self.script(f"install -m 600 deploy/systemd/env/one.env {ENV}")
        self.run("sh", "-c", f"cat >> {ENV}", given=more)
        self.run("systemctl", "reset-failed")
        self.run("systemctl", "restart", "candour@one.service")


@contextmanager
def booted(apart: Apart, folder: Path) -> Iterator[Machine]:
    """The Debian of a folder, booted."""
    line = apart.line(*BOOT, f"--directory={folder}")
    none = subprocess.DEVNULL
    process = subprocess.Popen(line, env=apart.environment, stdin=none, stdout=none, stderr=none)
    try:
        yield Machine(apart, _leader(apart, process))
    finally:
        process.kill()
        process.wait(timeout=60)


def _leader(apart: Apart, process: subprocess.Popen[bytes]) -> str:
    """The number of its first process, when systemd says that all is started."""
    for _ in range(120):
        assert process.poll() is None, "systemd-nspawn ended at once"
        outer = apart.ended("pgrep", "-o", "-x", "systemd-nspawn").stdout.strip()
        found = apart.ended("pgrep", "-x", "systemd", "-P", outer).stdout.strip() if outer else ""
        if found:
            said = Machine(apart, found).ended("systemctl", "is-system-running").stdout.strip()
            if said in {"running", "degraded"}:
                return found
        time.sleep(1)
    raise AssertionError("systemd did not start in two minutes")
