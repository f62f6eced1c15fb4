"""What is installed is what the lock says, and the lock is what pyproject.toml asks for."""

from __future__ import annotations

import re
from importlib import metadata

import pytest
from locked import ROOT, RUNNING, TESTING, Pin, declared, pins
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = (ROOT / "pyproject.toml").read_text()
EXTRAS = ("postgresql", "xlsx", "exports", "pdf")
"""What a server may need, beside what it needs in any case."""

INSTALLERS = {"candour", "pip", "setuptools", "wheel", "uv"}
"""Installed by hand, or with Python itself."""

PLACES = [
    {"sys_platform": system, "python_version": short, "python_full_version": f"{short}.4"}
    for system in ("linux", "win32")
    for short in ("3.11", "3.12", "3.13", "3.14")
]


def disagreements(asked: list[Requirement], lock: tuple[Pin, ...]) -> list[str]:
    """What is asked for and not pinned once in its range, on some machine."""
    found = set()
    for place in PLACES:
        here = {**default_environment(), **place}
        for one in asked:
            if one.marker is not None and not one.marker.evaluate(here):
                continue
            name = canonicalize_name(one.name)
            versions = [pin.version for pin in lock if pin.name == name and pin.holds(here)]
            if len(versions) != 1 or not one.specifier.contains(versions[0] or "0"):
                found.add(f"{one}: locked at {', '.join(versions) or 'nothing'}")
    return sorted(found)


def loose(lock: tuple[Pin, ...]) -> list[str]:
    """Lines without an exact version or without a SHA-256 that is one."""
    return [
        str(pin.requirement)
        for pin in lock
        if not pin.version
        or not pin.hashes
        or not all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in pin.hashes)
    ]


def installed() -> dict[str, str]:
    return {canonicalize_name(one.name): one.version for one in metadata.distributions()}


def differences(lock: tuple[Pin, ...], there: dict[str, str]) -> list[str]:
    """Packages that are not installed as locked, or that nobody locked."""
    here = default_environment()
    wanted = {pin.name: pin.version for pin in lock if pin.holds({**here})}
    wrong = [name for name, version in wanted.items() if there.get(name) != version]
    return sorted({*wrong, *there.keys() - wanted.keys()} - INSTALLERS)


def test_everything_that_is_asked_for_is_locked_in_its_range() -> None:
    for file, extras in ((TESTING, None), (RUNNING, EXTRAS)):
        lock = pins(file.read_text())
        assert disagreements(declared(PYPROJECT, extras), lock) == []
        assert loose(lock) == []


def test_what_runs_is_locked_as_it_is_tested() -> None:
    running, testing = (
        {str(p.requirement): p for p in pins(f.read_text())} for f in (RUNNING, TESTING)
    )
    assert running.keys() <= testing.keys()
    assert all(running[line].hashes == testing[line].hashes for line in running)


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ('"click>=8.1"', '"click>=99"'),
        ('"segno>=1.6"', '"segno>=1.6",\n  "nobody-locked-this"'),
        ('"pypdf>=7"]', '"pypdf>=7", "nobody-locked-this"]'),
        ('"waitress>=3;', '"waitress>=4;'),
        ('"hatchling"]', '"hatchling", "nobody-locked-this"]'),
    ],
)
def test_a_pyproject_that_asks_for_something_else_is_noticed(line: str, instead: str) -> None:
    assert line in PYPROJECT
    changed = declared(PYPROJECT.replace(line, instead, 1))
    assert len(disagreements(changed, pins(TESTING.read_text()))) == 1


def test_a_line_that_pins_nothing_or_has_no_hash_is_noticed() -> None:
    whole = f"one==1 \\\n    --hash=sha256:{'a' * 64} \\\n    # via two\n"
    assert loose(pins(whole)) == []
    for changed in (whole.replace("==", ">="), "one==1\n", whole.replace("sha256:", "md5:")):
        assert len(loose(pins(changed))) == 1


def test_what_is_installed_is_what_is_locked() -> None:
    assert differences(pins(TESTING.read_text()), installed()) == []


def test_another_version_and_a_package_that_nobody_locked_are_noticed() -> None:
    lock, there = pins(TESTING.read_text()), installed()
    changed = {**there, "flask": "0.1", "nobody-locked-this": "1"}
    changed.pop("click")
    expected = {"click", "flask", "nobody-locked-this"}
    assert set(differences(lock, changed)) == expected | set(differences(lock, there))


def test_programs_install_by_hash_and_build_nothing() -> None:
    """Whatever `.ci/environment` installs from the network, it installs by hash, already built."""
    lines = (ROOT / ".ci" / "environment").read_text().splitlines()
    installing = [
        line for line in lines if re.search(r"(pip )?install\b.* -", line) and "()" not in line
    ]
    assert len(installing) == 4
    for line in installing:
        by_hash = "--require-hashes" in line and "--only-binary :all:" in line
        assert by_hash or ("--no-deps" in line and "--no-build-isolation" in line)
