"""The deployed compose file, brought up by Podman in namespaces of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import nginx
import stand_ins
from apart import AUTHORITIES, Apart

ROOT = Path(__file__).parents[1]
IMAGE = "candour:local"
SERVICES = ("issuer-database", "results-database", "issuer", "box", "results", "nginx")
LIMITS = ("--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096")
"""Podman asks for more than a machine may give to a root that is not quite one."""

SETTINGS = """
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
"""
WRAPPER = f"""#!/bin/sh
# Docker mounts nothing where the root cannot be written; Podman does unless it is told.
case $1 in
  create | run)
    verb=$1
    shift
    exec podman "$verb" --read-only-tmpfs=false {" ".join(LIMITS)} "$@"
    ;;
esac
exec podman "$@"
"""
TRUSTED = """
services:
  box:
    environment: {SSL_CERT_FILE: /etc/authority.crt}
    volumes: ["./tls/survey.crt:/etc/authority.crt:ro"]
"""
"""The certificate of these tests signs itself; those of a force are signed by somebody."""


class Containers:
    """The services as deployed, with the passwords and certificates of a test."""

    def __init__(self, apart: Apart) -> None:
        self.apart = apart
        if Path("/sys/fs/cgroup/unified/cgroup.controllers").exists():
            apart.run("umount", "/sys/fs/cgroup/unified")  # crun takes one hierarchy or the other
        (apart.folder / "containers.conf").write_text(SETTINGS)
        apart.environment |= {
            "CONTAINERS_CONF": str(apart.folder / "containers.conf"),
            "DISABLE_HC_SYSTEMD": "true",  # no systemd is there to run health checks: `well` does
        }
        self.folder = apart.folder / "deploy" / "containers"
        shutil.copytree(ROOT / "deploy", apart.folder / "deploy")
        (self.folder / "trusted.yaml").write_text(TRUSTED)
        self._wrapper = apart.folder / "podman"
        self._wrapper.write_text(WRAPPER)
        self._wrapper.chmod(0o755)
        self._secrets()

    def _secrets(self) -> None:
        """Folders `secrets` and `tls`, as docs/OPERATIONS.md says."""
        (self.folder / "secrets").mkdir(mode=0o700)
        for part in ("issuer", "results"):
            url = f"postgresql+psycopg://candour:word-{part}@{part}-database/{part}\n"
            for name, text in (("password", f"word-{part}\n"), ("url", url)):
                (self.folder / "secrets" / f"{part}_{name}").write_text(text)
                (self.folder / "secrets" / f"{part}_{name}").chmod(0o444)
        nginx.certificate(self.apart.folder)
        (self.folder / "tls").mkdir(mode=0o700)
        for name in ("survey", "issue", "results"):
            for end in ("crt", "key"):
                shutil.copy(self.apart.folder / f"tls.{end}", self.folder / "tls" / f"{name}.{end}")
        for path in [self.folder / "tls", *(self.folder / "tls").iterdir()]:
            shutil.chown(path, 101, 101)

    def build(self) -> None:
        """Images of Debian's packages, and Candour's by its own Containerfile."""
        stand_ins.make(self.apart)
        context = stand_ins.context(ROOT, self.apart.folder / "context")
        recipe = ROOT / "deploy" / "containers" / "Containerfile"
        trusted = f"--volume={AUTHORITIES}:{AUTHORITIES}:ro"
        stand_ins.build(self.apart, recipe, context, IMAGE, trusted)

    def compose(self, *words: str) -> str:
        """What one writes after `docker compose`."""
        files = [f"--file={self.folder / name}" for name in ("compose.yaml", "trusted.yaml")]
        program = shutil.which("podman-compose")
        assert program
        return self.apart.run(program, "--podman-path", self._wrapper, *files, *words)

    def up(self) -> None:
        """The steps of docs/OPERATIONS.md."""
        self.compose("up", "-d", *SERVICES[:2])
        self.expect_well(*SERVICES[:2])
        self.compose("run", "--rm", "-T", "issuer", "migrate")
        self.compose("run", "--rm", "-T", "box", "migrate")
        self.compose("up", "-d")
        self.expect_well(*SERVICES)

    def well(self, service: str) -> bool:
        """Whether the service's own health check says so."""
        check = self.apart.ended("podman", "healthcheck", "run", f"candour_{service}_1")
        return check.returncode == 0

    def expect_well(self, *services: str) -> None:
        """Wait until the services are."""
        for _ in range(60):
            bad = [one for one in services if not self.well(one)]
            if not bad:
                return
            time.sleep(1)
        raise AssertionError(f"not well: {bad}: {self.apart.run('podman', 'ps', '-a')}")

    def inside(
        self, service: str, *words: str, given: str = "", more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command beside a service."""
        set_ = [f"--env={name}={value}" for name, value in (more or {}).items()]
        line = ["podman", "exec", "-i", *set_, f"candour_{service}_1", *words]
        return self.apart.ended(*line, given=given)

    def candour(self, service: str, *words: str) -> str:
        """A command of Candour that must end well; nobody signs in, so nobody has to agree."""
        done = self.inside(service, "candour", *words, more={"CANDOUR_TWO_PEOPLE": "no"})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def carry(self, text: str, service: str, name: str, read: str = "cat") -> None:
        """Put a file into a service's home; `read` is what makes its content of `text`."""
        done = self.inside(service, "sh", "-c", f"{read} > {name}", given=text)
        assert done.returncode == 0, done.stderr

    def by_form(self, *words: str) -> str:
        """What `answered_by_form.py` says, asking where the machine's ports are."""
        program = Path(__file__).with_name("answered_by_form.py")
        trusted = f"CA_FILE={self.apart.folder / 'tls.crt'}"
        return self.apart.run("env", trusted, sys.executable, program, *words).strip()

    def once(self, *options: str, command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """A container of the image alone, as compose.yaml contains one, with other options."""
        shut = ["--rm", "--network=none", "--cap-drop=all", "--security-opt=no-new-privileges"]
        line = [*shut, "--read-only", "--tmpfs=/tmp:mode=1777", *options]
        return self.apart.ended(self._wrapper, "run", *line, *command)


def fingerprint(told: str) -> str:
    """The one that `wave new` printed."""
    return re.findall(r"^(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}$", told, re.M)[-1]


def first_code(told: str) -> str:
    """The first code of a mail-merge file."""
    return told.partition("code,address,fingerprint")[2].split()[0].partition(",")[0]
