"""What the program runs on: Python, libraries, assets, memory that may reach a disk, the clock."""

from __future__ import annotations

import ctypes
import json
import ssl
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib import metadata
from pathlib import Path
from shutil import disk_usage
from stat import S_ISVTX, S_IWOTH

from cryptography.hazmat.backends.openssl import backend
from packaging.requirements import Requirement

from survey.doctor.findings import Finding, faults, right, unknown, wrong

OLDEST_PYTHON = (3, 11)
SPARE_BYTES = 1024**3
"""What must be free beside the databases: closing writes a whole new box."""

Version = tuple[int, ...]


def python(version: Version) -> Iterator[Finding]:
    """Whether this Python is one that Candour runs on."""
    words = ".".join(map(str, version[:3]))
    if version[:2] < OLDEST_PYTHON:
        yield wrong("Python", f"{words} is too old; Candour needs 3.11 or later.")
    else:
        yield right("Python", f"{words}.")


def libraries(
    required: list[str] | None, version_of: Callable[[str], str] = metadata.version
) -> Iterator[Finding]:
    """Whether every library is there in a version that Candour was made for.

    Args:
        required: lines such as `Flask>=3.1,<4`; None where Candour is not installed as a package.
        version_of: gives the version that is installed; raises PackageNotFoundError.
    """
    if required is None:
        yield unknown("libraries", "Candour is not installed as a package: versions are not known.")
        return
    about = "libraries"
    yield from faults(about, _unfit(required, version_of), "all there, in versions that fit.")


def _unfit(required: list[str], version_of: Callable[[str], str]) -> Iterator[str]:
    for one in map(Requirement, required):
        if one.marker is not None and not one.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version_of(one.name)
        except metadata.PackageNotFoundError:
            slow = "; without it signing takes eight times as long" * (one.name == "gmpy2")
            yield f"{one.name} is missing{slow}; run pip install '{one}'."
            continue
        if not one.specifier.contains(found, prereleases=True):
            yield f"{one.name} {found} does not fit; run pip install '{one}'."


def required() -> list[str] | None:
    """What the installed package asks for."""
    try:
        return metadata.requires("candour") or []
    except metadata.PackageNotFoundError:
        return None


def openssl(
    version: Version = ssl.OPENSSL_VERSION_INFO, text: str = ssl.OPENSSL_VERSION
) -> Iterator[Finding]:
    """Whether OpenSSL, of which Python and `cryptography` have one each, is one that is mended."""
    if version[:1] < (3,):
        yield wrong("OpenSSL", f"Python uses {text}, which nobody mends; install 3.0 or later.")
    else:
        yield right("OpenSSL", f"{text}; cryptography has {backend.openssl_version_text()}.")


def assets(folder: Path) -> Iterator[Finding]:
    """Whether styles and scripts are there."""
    manifest = folder / "manifest.json"
    names = json.loads(manifest.read_text()).values() if manifest.is_file() else []
    missing = [name for name in names if not (folder / name).is_file()]
    if missing or not names:
        lacks = ", ".join(missing) or "manifest.json"
        yield wrong("assets", f"{folder} lacks {lacks}; run `make assets`, or install the wheel.")
    else:
        yield right("assets", f"{len(names)} styles and scripts are built.")


def core_dumps(limits: Mapping[str, int | None], pattern: str) -> Iterator[Finding]:
    """Whether a process that fails would write its memory, with what people sent, to a disk.

    Args:
        limits: name of a process -> its soft limit on core files in bytes, -1 for none.
        pattern: `/proc/sys/kernel/core_pattern`; a program behind `|` gets a core whatever the
            limit is.
    """
    pattern = pattern.strip()
    if pattern.startswith("|") and "systemd-coredump" not in pattern:
        yield wrong(
            "core dumps",
            f"the kernel gives the memory of what fails to {pattern[1:].split(' ')[0]}; "
            "run sysctl -w kernel.core_pattern=core.",
        )
        return
    open_ = sorted(name for name, limit in limits.items() if limit != 0)
    if open_:
        yield wrong(
            "core dumps",
            f"{', '.join(open_)} may write its memory to a disk when it fails; set LimitCORE=0 in "
            "its unit, or ulimit -c 0.",
        )
    else:
        yield right("core dumps", "none is written.")


def swap(table: str, encrypted: Callable[[str], bool]) -> Iterator[Finding]:
    """Whether memory may be written to a disk as it is.

    Args:
        table: `/proc/swaps`.
        encrypted: whether a device keeps what is written to it in memory or encrypted.
    """
    devices = [line.split()[0] for line in table.splitlines()[1:] if line.strip()]
    plain = [one for one in devices if not encrypted(one)]
    good = "encrypted or in memory." if devices else "there is none."
    told = (
        f"memory may be written to {one} as it is; run swapoff {one}, or encrypt it."
        for one in plain
    )
    yield from faults("swap", told, good)


def is_encrypted(device: str, blocks: Path = Path("/sys/class/block")) -> bool:
    """Whether a swap device is compressed memory, or dm-crypt's."""
    name = Path(device).resolve().name
    if name.startswith("zram"):
        return True
    kind = blocks / name / "dm" / "uuid"
    return kind.is_file() and kind.read_text().startswith("CRYPT-")


def temporary(folder: Path | None, mounts: str) -> Iterator[Finding]:
    """Whether the folder of temporary files is one that nobody else can change.

    Args:
        folder: where Python puts them; None where it found none.
        mounts: `/proc/mounts`.
    """
    if folder is None or not folder.is_dir():
        yield wrong("temporary files", "there is no folder for them; set TMPDIR to one in memory.")
        return
    mode = folder.stat().st_mode
    if mode & S_IWOTH and not mode & S_ISVTX:
        yield wrong("temporary files", f"everybody may change them; run chmod 1777 {folder}.")
        return
    places = [line.split()[1:3] for line in mounts.splitlines() if line.strip()]
    inside = [(at, kind) for at, kind in places if folder.resolve().is_relative_to(at)]
    _, kind = max(inside, default=("", "unknown"), key=lambda one: len(one[0]))
    where = "in memory" if kind in {"tmpfs", "ramfs"} else "on a disk; no answer is written there"
    yield right("temporary files", f"{folder} is {where}.")


def temporary_folder() -> Path | None:
    """Where Python puts temporary files."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        return None


def disk(
    home: Path, largest: int, free_at: Callable[[Path], int] = lambda at: disk_usage(at).free
) -> Iterator[Finding]:
    """Whether there is room for a second copy of the largest box, and to spare."""
    free, needed = free_at(home), 2 * largest + SPARE_BYTES
    words = f"{free / 1024**3:.1f} GB are free at {home}"
    if free < needed:
        yield wrong("disk", f"{words}, and {needed / 1024**3:.1f} are needed; make room.")
    else:
        yield right("disk", f"{words}.")


def clock(today: date, newest: date | None, synchronised: bool | None) -> Iterator[Finding]:
    """Whether the clock can be right.

    Args:
        today: what the clock says.
        newest: the last day that is stored here, of a wave that closed or of a Release.
        synchronised: whether the kernel's clock follows another; None where that is not known.
    """
    if newest is not None and today < newest:
        yield wrong("clock", f"it says {today}, and a wave closed here on {newest}; set it right.")
    else:
        yield right("clock", f"it says {today}.")
    if synchronised is None:
        yield unknown("clock", "whether it follows a time server is not known here.")
    elif synchronised:
        yield right("clock", "it follows a time server.")
    else:
        yield wrong("clock", "it follows no time server; start systemd-timesyncd or chrony.")


class _Timex(ctypes.Structure):
    """The kernel's `struct timex`, up to its state; the rest is room for it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


_UNSYNCHRONISED = 0x0040


def is_synchronised() -> bool | None:
    """Whether the kernel's clock follows a time server; `adjtimex` asks and sets nothing."""
    told = _Timex()
    try:
        asked = ctypes.CDLL(None).adjtimex(ctypes.byref(told))
    except (AttributeError, OSError, TypeError):
        return None
    return None if asked < 0 else not told.status & _UNSYNCHRONISED
