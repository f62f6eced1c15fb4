"""The servers that run on this machine, as they were really started (Linux alone tells)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey import serve
from survey.doctor.findings import Finding, faults, unknown

_ANY = {"--bind", "--workers", "--threads"}
"""Options that may be set as one likes; the others must be as `candour serve` gives them."""


@dataclass(frozen=True)
class Server:
    """A process of gunicorn that serves Candour.

    Attributes:
        number: of the process.
        line: its command line.
        environment: its variables by name; None where another user's are not shown.
        core: its soft limit on core files in bytes, -1 for none; None where not shown.
    """

    number: int
    line: tuple[str, ...]
    environment: dict[str, str] | None
    core: int | None


def running(proc: Path = Path("/proc")) -> list[Server]:
    """Every server of Candour on this machine that this user can see."""
    found = []
    for folder in sorted(proc.glob("[0-9]*")):
        line = tuple(_parts(folder / "cmdline") or ())
        if serve.APPLICATION in line:
            environment = _parts(folder / "environ")
            pairs = (one.partition("=")[::2] for one in environment or ())
            shown = None if environment is None else dict(pairs)
            found.append(Server(int(folder.name), line, shown, core_limit(folder / "limits")))
    return found


def _parts(path: Path) -> list[str] | None:
    try:
        return path.read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return None


def core_limit(path: Path) -> int | None:
    """The soft limit on core files in bytes, -1 for none, from a process's `limits`."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return None
    soft = next((one.split()[4] for one in lines if one.startswith("Max core file size")), None)
    return None if soft is None else -1 if soft == "unlimited" else int(soft)


def check(servers: list[Server]) -> Iterator[Finding]:
    """Whether none of them logs requests."""
    if not servers:
        yield unknown("gunicorn", "no server of Candour runs that this user can see.")
        return
    told = [f"process {one.number} {fault}" for one in servers for fault in _faults(one)]
    hidden = [one.number for one in servers if one.environment is None]
    if told or not hidden:
        yield from faults("gunicorn", told, "logs no request and no address.")
    for number in hidden:
        yield unknown(
            "gunicorn",
            f"the environment of process {number} is not shown to this user, and may hold "
            f"{serve.MORE_ARGUMENTS}; run this as that process's user.",
        )


def _faults(server: Server) -> Iterator[str]:
    wanted, found = _options(serve.arguments("", 1, 1)), _options(server.line)
    for name in sorted(found.keys() - wanted.keys()):
        yield f"was started with {name}; start it with `candour serve`."
    for name in sorted(wanted.keys() - _ANY):
        if found.get(name) != wanted[name]:
            yield f"was started without {name} {wanted[name]}".rstrip() + "; use `candour serve`."
    if server.environment and serve.MORE_ARGUMENTS in server.environment:
        yield f"takes options from {serve.MORE_ARGUMENTS}; start it with `candour serve`."


def _options(line: Sequence[str]) -> dict[str, str]:
    """Options of gunicorn and their values; an option without one has an empty value."""
    parts = [part for part in line if part != serve.APPLICATION]
    begun = next((at for at, part in enumerate(parts) if Path(part).name == "gunicorn"), len(parts))
    found: dict[str, str] = {}
    name = ""
    for part in parts[begun + 1 :]:
        if part.startswith("-"):
            name, _, value = part.partition("=")
            found[name] = value
        elif name:
            found[name] = part
    return found
