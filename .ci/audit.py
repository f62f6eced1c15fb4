"""Asks whether a weakness is known of any locked version: `make audit`.

pip-audit asks OSV about Python packages, every version of both lock files whatever system it is
for; npm asks its registry about what scripts and styles are built from. Either is first asked about
a version whose weaknesses everybody knows: who does not name them was not reached, or is a mirror
without this service, and that is said, and no failure. `--osv` and `--npm` name other services.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from survey import clock
from survey.static.build_assets import find_node

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt")
ACCEPTED = ROOT / ".ci" / "accepted_weaknesses.toml"
LONGEST = timedelta(days=90)
PATIENCE = 300
"""Seconds for all answers of a service."""

WEAK_PYTHON, WEAK_NPM = ("jinja2", "2.4.1"), ("lodash", "4.17.11")
"""Versions with weaknesses that have been public for years."""


class Unreachable(Exception):
    """A service gave no answer that can be used; the text says which."""


class BadList(Exception):
    """`accepted_weaknesses.toml` cannot be taken as it is; one sentence."""


@dataclass(frozen=True, order=True)
class Weakness:
    """A known weakness of a version."""

    package: str
    version: str
    id: str
    mended: str = ""


def locked(texts: Iterable[str]) -> list[list[str]]:
    """`name==version` of all lines, in as many lists as a package has versions."""
    lists: list[dict[str, str]] = []
    lines = {line.split(" ")[0] for text in texts for line in text.splitlines() if "==" in line}
    for line in sorted(one for one in lines if not one.startswith(("#", "-"))):
        name = line.partition("==")[0]
        free = next((one for one in lists if name not in one), None)
        if free is None:
            lists.append(free := {})
        free[name] = line
    return [list(one.values()) for one in lists]


def of_python(lines: list[str], osv: str) -> set[Weakness]:
    """What pip-audit says of these versions; nothing is installed or resolved.

    Raises:
        Unreachable: it had no answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text("\n".join(lines))
        options = ["--disable-pip", "--no-deps", "--strict", "--progress-spinner=off", "-f", "json"]
        service = ["-s", "osv", "--timeout", "5", *(["--osv-url", osv] if osv else [])]
        said = _run(
            [sys.executable, "-m", "pip_audit", *options, *service, "-r", str(file)], folder
        )
    try:
        answers = json.loads(said)["dependencies"]
        asked = {line.partition("==")[0].lower() for line in lines}
        if not asked <= {one["name"].lower() for one in answers}:
            raise Unreachable("OSV did not answer for every package")
        return {
            Weakness(one["name"], one["version"], found["id"], ", ".join(found["fix_versions"]))
            for one in answers
            for found in one["vulns"]
        }
    except (ValueError, KeyError, TypeError):
        raise Unreachable("OSV could not be asked about Python packages") from None


def of_npm(lock: Mapping[str, Any], registry: str) -> set[Weakness]:
    """What npm says of a lock file.

    Raises:
        Unreachable: it had no answer.
    """
    command = find_node().npm
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package-lock.json", "package.json"):
            Path(folder, name).write_text(json.dumps(lock if "lock" in name else _asked(lock)))
        options = ["audit", "--json", "--package-lock-only", "--fetch-retries=0"]
        where = [f"--registry={registry}"] if registry else []
        said = _run([*command, *options, "--fetch-timeout=20000", *where], folder)
    try:
        report = json.loads(said)
        versions = {
            path.rpartition("node_modules/")[2]: one.get("version", "")
            for path, one in lock["packages"].items()
        }
        return {
            Weakness(via["name"], versions.get(via["name"], ""), _id(via), via.get("range", ""))
            for one in report["vulnerabilities"].values()
            for via in one["via"]
            if isinstance(via, dict)
        }
    except (ValueError, KeyError, TypeError):
        raise Unreachable(
            "npm's registry could not be asked about what pages are built from"
        ) from None


def _id(via: Mapping[str, Any]) -> str:
    return str(via.get("url", "")).rpartition("/")[2] or str(via.get("source", ""))


def _asked(lock: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(lock["packages"][""])


def _run(command: list[str], folder: str) -> str:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "npm_config_update_notifier": "false"}
    try:
        return subprocess.run(
            command,
            check=False,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        ).stdout
    except subprocess.TimeoutExpired:
        return ""


def weaknesses(osv: str, npm: str) -> tuple[set[Weakness], list[str]]:
    """What is known, and which services could not be asked."""
    found: set[Weakness] = set()
    silent = []
    name, version = WEAK_NPM
    inside = {"": {"dependencies": {name: version}}, f"node_modules/{name}": {"version": version}}
    weak = {"name": "weak", "version": "1.0.0", "lockfileVersion": 3, "packages": inside}
    python = locked((ROOT / name).read_text() for name in LOCKS)
    built = json.loads((ROOT / "package-lock.json").read_text())
    for ask, known, asked in (
        (lambda what: of_python(what, osv), ["==".join(WEAK_PYTHON)], python),
        (lambda what: of_npm(what, npm), weak, [built]),
    ):
        try:
            if not ask(known):
                raise Unreachable(
                    "a service answers that versions are sound which are known not to be"
                )
            found = found.union(*(ask(one) for one in asked))
        except Unreachable as error:
            silent.append(str(error))
    return found, silent


def accepted(text: str, today: date) -> set[tuple[str, str]]:
    """Package and id of every weakness that somebody accepted and that is accepted still.

    Raises:
        BadList: an entry lacks something, or holds for more than 90 days.
    """
    taken = set()
    try:
        for one in tomllib.loads(text).get("accepted", []):
            if not str(one["reason"]).strip() or one["until"] - one["noted"] > LONGEST:
                raise BadList(
                    f"{ACCEPTED.name}: {one['id']} needs a reason, and 90 days at most from "
                    "`noted` to `until`."
                )
            if one["noted"] <= today <= one["until"]:
                taken.add((str(one["package"]).lower(), str(one["id"])))
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BadList(f"{ACCEPTED.name} cannot be read: {error}.") from None
    return taken


def main(today: date, arguments: list[str]) -> int:
    """Say what is known; 1 where something is that nobody accepted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--osv", default="", help="address of another service of OSV's kind")
    parser.add_argument("--npm", default="", help="address of another npm registry")
    parser.add_argument("--accepted", type=Path, default=ACCEPTED)
    options = parser.parse_args(arguments)
    try:
        taken = accepted(options.accepted.read_text(), today)
    except BadList as error:
        print(error, file=sys.stderr)
        return 2
    found, silent = weaknesses(options.osv, options.npm)
    for one in silent:
        print(f"Not audited: {one}. Run `make audit` where the network allows it.")
    bad = sorted(one for one in found if (one.package.lower(), one.id) not in taken)
    for one in bad:
        print(f"{one.package} {one.version} has the known weakness {one.id}; mended: {one.mended}")
    if not bad and len(silent) < 2:
        print(f"No weakness is known that nobody accepted ({len(found)} accepted).")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(clock.today(), sys.argv[1:]))
