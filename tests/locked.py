"""What the two lock files say: each package at one version, with the hashes of its files."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
RUNNING, TESTING = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
_HASH = re.compile(r"--hash=(\S+)")


@dataclass(frozen=True)
class Pin:
    """A line of a lock file: a package at a version, where its marker holds."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The one version; empty where it is a range."""
        exact = [one.version for one in self.requirement.specifier if one.operator == "=="]
        return exact[0] if len(exact) == len(self.requirement.specifier) == 1 else ""

    def holds(self, environment: dict[str, str]) -> bool:
        marker = self.requirement.marker
        return marker is None or marker.evaluate(environment)


def pins(text: str) -> tuple[Pin, ...]:
    """Read a lock file as pip does: a backslash joins lines, `#` begins a comment."""
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return tuple(
        Pin(Requirement(line.split("--hash", 1)[0].strip()), tuple(_HASH.findall(line)))
        for line in lines
        if line.strip()
    )


def declared(pyproject: str, extras: tuple[str, ...] | None = None) -> list[Requirement]:
    """What pyproject.toml asks for: what runs, these extras or all, and what builds."""
    read = tomllib.loads(pyproject)
    optional = read["project"]["optional-dependencies"]
    asked = [*read["project"]["dependencies"]]
    asked += [line for name in extras or optional for line in optional[name]]
    return [
        Requirement(line) for line in asked + ([] if extras else read["build-system"]["requires"])
    ]
