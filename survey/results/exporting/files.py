"""The whole files of a wave that a reader can take away: which there are, and each when it is made.

`FORMATS` is the one list of them: another kind of file is one more entry there.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from threading import Lock

from analysis.plan import COMMAND
from analysis.release.metadata import title_of
from analysis.release.model import Release
from survey.errors import SettingsError
from survey.results import at_once, scope
from survey.results.exporting import cover, duty, over_waves, tidy
from survey.results.exporting.sheets import Sheet, of_tables
from survey.results.scope import Scope

NOT_INSTALLED = (
    "Workbooks (.xlsx) cannot be made here: the part of Candour that makes them is not installed. "
    "Whoever runs this service can add it with: pip install 'candour[exports]'. The same figures "
    "are in the zipped tables."
)

Told = Callable[[float], None]
"""Told which share of the work is done, 0 to 1."""

BUSY = (
    "Other files are being made just now; go back and press the link again in a quarter of a "
    "minute."
)

_MAKING, _LOOKING = Lock(), Lock()


@dataclass(frozen=True)
class Asked:
    """A file that somebody wants; equal where the same bytes come out.

    Attributes:
        format: id of one of `FORMATS`.
        hashes: of the Releases that it is made from, oldest wave first.
        command: id of the command whose board it is for; empty for the whole force.
        releases: of those hashes.
    """

    format: str
    hashes: tuple[str, ...]
    command: str
    releases: tuple[Release, ...] = field(compare=False, repr=False)

    @property
    def newest(self) -> Release:
        """The Release of the wave that the file is of."""
        return self.releases[-1]

    @property
    def scope(self) -> Scope:
        """Whose rows the file holds: those of the same reader's pages.

        Raises:
            SettingsError: if the wave has no such command.
        """
        if not self.command:
            return scope.whole_force(self.newest)
        found = scope.of_command(self.newest, self.command)
        if found is None:
            known = ", ".join(one.id for one in scope.units(self.newest, COMMAND))
            raise SettingsError(
                f"The wave {self.newest.manifest.wave} has no command {self.command!r}; it has "
                f"{known or 'none'}."
            )
        return found


@dataclass(frozen=True)
class Held:
    """A table in a file: what it is called there, what it holds, and how many rows it has."""

    name: str
    title: str
    rows: int


@dataclass(frozen=True)
class File:
    """A file as it was made.

    Attributes:
        name: what it is called.
        tables: what it holds, in order.
    """

    name: str
    mimetype: str
    content: bytes
    tables: tuple[Held, ...]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of its bytes, which are the same whenever it is made."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> str:
        """How large it is, for a reader."""
        kilobytes = max(1, round(len(self.content) / 1000))
        return f"{kilobytes} kB" if kilobytes < 1000 else f"{kilobytes / 1000:.1f} MB"


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes:
        holds: what it holds, in one sentence.
        ending: what its name ends with, after wave and command.
        make: content and tables of one that is asked for.
        extra: whether it needs what `candour[exports]` installs.
        force_wide: whether it is only there for who reads the whole force.
        waves: whether it is made from all waves up to the one that is asked for.
    """

    id: str
    label: str
    holds: str
    ending: str
    mimetype: str
    make: Callable[[Asked, Told], tuple[bytes, tuple[Held, ...]]]
    extra: bool = False
    force_wide: bool = False
    waves: bool = False

    @property
    def missing(self) -> str:
        """Why it cannot be made here, in words for a reader; empty where it can."""
        return NOT_INSTALLED if self.extra and not installed() else ""


_KEPT: OrderedDict[Asked, File] = OrderedDict()
_MOST_KEPT = 8
"""Files that are kept in each process, those asked for last."""


def installed() -> bool:
    """Whether workbooks can be made here."""
    return find_spec("gptables") is not None


def of_reader(seen: Scope) -> tuple[Format, ...]:
    """The kinds of files that a reader may have."""
    return tuple(one for one in FORMATS if seen.command is None or not one.force_wide)


def find(wanted: str, seen: Scope) -> Format | None:
    """The kind of file of that id, if the reader may have it."""
    return next((one for one in of_reader(seen) if one.id == wanted), None)


def asked(kind: Format, releases: Mapping[str, Release], wave: str, command: str = "") -> Asked:
    """What to make a wave's file from.

    Args:
        kind: which file.
        releases: hash -> Release, oldest wave first; that of `wave` among them.
        wave: id of the wave.
        command: as in `Asked`.
    """
    own = next(one for one in releases.values() if one.manifest.wave == wave)
    kept = {name: one for name, one in releases.items() if one is own}
    if kind.waves:
        kept = {name: one for name, one in releases.items() if _goes_before(one, own)}
    return Asked(kind.id, tuple(kept), command, tuple(kept.values()))


def _goes_before(one: Release, own: Release) -> bool:
    """Whether a Release is of the same questionnaire, and of the same wave or an earlier one."""
    alike = one.manifest.questionnaire == own.manifest.questionnaire
    return alike and one.manifest.closed <= own.manifest.closed


def kept(wanted: Asked) -> File:
    """The file, made once for each process and one at a time.

    Raises:
        Busy: when others have files made just now.
        SettingsError: as `made`.
    """
    if (there := found(wanted)) is not None:
        return there
    with at_once.making(BUSY):
        return made_once(wanted)


def made_once(wanted: Asked, told: Told = lambda _: None) -> File:
    """The same for whoever counts among those that have something made (`at_once.making`)."""
    with _MAKING:
        # Who pressed a link twice has it made once: the second one waited for the first.
        if (there := found(wanted)) is not None:
            return there
        file = made(wanted, told)
        with _LOOKING:
            _KEPT[wanted] = file
            while len(_KEPT) > _MOST_KEPT:
                _KEPT.popitem(last=False)
        return file


def found(wanted: Asked) -> File | None:
    """The file, if this process keeps it."""
    with _LOOKING:
        if wanted in _KEPT:
            _KEPT.move_to_end(wanted)
        return _KEPT.get(wanted)


def made(wanted: Asked, told: Told = lambda _: None) -> File:
    """The file.

    Args:
        wanted: which.
        told: told which share of the work is done.

    Raises:
        SettingsError: if what makes it is not installed, there is no such command, or it would be
            larger than such a file can be.
    """
    kind = _BY_ID[wanted.format]
    if kind.missing:
        raise SettingsError(kind.missing)
    content, held = kind.make(wanted, told)
    owner = f"-{wanted.command}" if wanted.command else ""
    name = f"{wanted.newest.manifest.wave}{owner}{kind.ending}"
    return File(name, kind.mimetype, content, held)


def _workbook(wanted: Asked, told: Told) -> tuple[bytes, tuple[Held, ...]]:
    release, seen = wanted.newest, wanted.scope
    titles = {one.manifest.wave: one.manifest.wave_title for one in wanted.releases}
    sheets = list(of_tables(release, seen, titles))
    if seen.command is None:
        sheets[2:2] = duty.of_duty(release)
    front = cover.of_wave(release, wanted.hashes[-1], seen)
    return _written(front, sheets, release, told)


def _all_waves(wanted: Asked, told: Told) -> tuple[bytes, tuple[Held, ...]]:
    releases = dict(zip(wanted.hashes, wanted.releases, strict=True))
    sheets = list(over_waves.of_waves(releases))
    return _written(cover.of_waves(releases), sheets, wanted.newest, told)


def _written(
    front: cover.Cover, sheets: list[Sheet], release: Release, told: Told
) -> tuple[bytes, tuple[Held, ...]]:
    from survey.results.exporting import workbook  # of the extra

    sheets += [cover.rules(release), cover.methods(release)]
    notes = cover.noted(sheets)
    content = workbook.written(front, sheets, notes, release.manifest.closed, told)
    return content, tuple(Held(one.tab, one.title, len(one.rows)) for one in sheets)


def _tables(wanted: Asked, told: Told) -> tuple[bytes, tuple[Held, ...]]:
    content, rows = tidy.zipped_tables(wanted.newest, wanted.hashes[-1], wanted.scope, told)
    return content, tuple(Held(f"{name}.csv", title_of(name), rows[name]) for name in rows)


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMATS: tuple[Format, ...] = (
    Format(
        "xlsx",
        "Workbook (.xlsx)",
        "Every table of this survey as a sheet with headings in words, for spreadsheet programs "
        "and screen readers.",
        ".xlsx",
        _XLSX,
        _workbook,
        extra=True,
    ),
    Format(
        "csvw",
        "Tables for other programs (CSV in a zip)",
        "Every table of this survey as plain CSV, with a description of each column (CSVW).",
        "-csvw.zip",
        "application/zip",
        _tables,
    ),
    Format(
        "all-waves",
        "All surveys in one workbook (.xlsx)",
        "How figures moved over this survey and all before it, and who answered, what stood out "
        "and what HR counted in each.",
        "-all-waves.xlsx",
        _XLSX,
        _all_waves,
        extra=True,
        force_wide=True,
        waves=True,
    ),
)
"""Every kind of file, in the order of the page."""

_BY_ID = {one.id: one for one in FORMATS}
