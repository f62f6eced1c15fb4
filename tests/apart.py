"""Namespaces of the tests' own: mounts, processes and a network that nothing else sees.

All that was started or mounted inside ends with them, whatever a test leaves behind.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

FIRST = """
import signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
sys.stdin.read()
"""
"""The first process: it lets others end, and ends when who started it does."""

KINDS = ("--mount", "--pid", "--net", "--ipc", "--uts")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PATIENCE = 600
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
"""Whom this machine trusts, a proxy that opens TLS included; given to what is built here."""


def needed(*programs: str) -> None:
    """Skip where a program is missing, or where nobody but root may do this."""
    if os.getuid() != 0:
        pytest.skip("only root starts containers and units with networks of their own")
    for name in programs:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not on this machine; `bash .ci/containers` installs it")


class Apart:
    """The namespaces.

    Attributes:
        folder: for all that is written inside.
    """

    def __init__(self, folder: Path, target: int) -> None:
        self.folder, self.environment = folder, {"PATH": PATH, "HOME": str(folder)}
        self._enter = ["nsenter", f"--target={target}"]

    def line(self, *words: str | Path, outside: bool = False) -> list[str]:
        """A command line that runs `words` inside; `outside`: with the machine's own network."""
        kinds = [kind for kind in KINDS if not (outside and kind == "--net")]
        return [*self._enter, *kinds, "--", *map(str, words)]

    def ended(
        self, *words: str | Path, outside: bool = False, given: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; what it said, and how it ended."""
        return subprocess.run(
            self.line(*words, outside=outside),
            env=self.environment, input=given, capture_output=True, text=True, check=False,
            timeout=PATIENCE,
        )  # fmt: skip

    def run(self, *words: str | Path, outside: bool = False, given: str = "") -> str:
        """Run a command that must end well; what it printed."""
        done = self.ended(*words, outside=outside, given=given)
        assert done.returncode == 0, f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}"
        return done.stdout


@contextmanager
def namespaces(folder: Path, over: Mapping[str, str]) -> Iterator[Apart]:
    """Namespaces with loopback alone; what is in `folder` is removed at the end.

    `over`: folder of the machine -> name in `folder` of what lies over it inside; nothing at all,
    in memory, where the name is empty.
    """
    line = ["unshare", *KINDS, "--fork", "--kill-child=KILL", "--mount-proc"]
    line += ["--propagation=private", sys.executable, "-c", FIRST]
    first = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == b"ready\n"
        (child,) = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
        apart = Apart(folder, int(child))
        apart.run("ip", "link", "set", "lo", "up")
        for at, name in over.items():
            if name:
                (folder / name).mkdir(exist_ok=True)
                apart.run("mount", "--bind", folder / name, at)
            else:
                apart.run("mount", "-t", "tmpfs", "tmpfs", at)
        yield apart
    finally:
        first.kill()
        first.wait(timeout=60)
        _tidy()
        for pipe in (first.stdin, first.stdout):
            if pipe is not None:
                pipe.close()
        shutil.rmtree(folder, ignore_errors=True)


def _tidy() -> None:
    """Remove the empty control groups that Podman and systemd-nspawn leave behind."""
    for name in ("libpod_parent", "payload", "supervisor"):
        for top in Path("/sys/fs/cgroup").glob(f"**/{name}"):
            folders = [path for path in top.rglob("*") if path.is_dir()]
            for folder in [*sorted(folders, key=lambda one: -len(one.parts)), top]:
                with suppress(OSError):
                    folder.rmdir()
