"""What stands around every page of a wave: its heading, its way back, other waves and all rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import render_template

from analysis.plan import COMMAND
from analysis.release.model import Release
from analysis.release.rows import MeasureRow
from survey.results import front, scope, waves
from survey.results.exporting.files import Format
from survey.results.reading import Reading, Step
from survey.results.rooms import ROOMS, Room, find
from survey.results.themes import theme_page


@dataclass(frozen=True)
class RoomLink:
    """A room to go to; `current` marks the one on the page."""

    id: str
    title: str
    href: str
    current: bool


@dataclass(frozen=True)
class Page:
    """A page of a wave.

    Attributes:
        whose: whose results they are; empty on the front page, whose heading says it.
        way_back: the pages above this one, the first one first.
        front, method: addresses of the front page and of how to read the pages.
        body: what the page's own template shows.
        hash, day: of the Release that it is made from, and when its wave closed (YYYY-MM-DD).
    """

    heading: str
    whose: str
    wave: waves.WaveFacts
    wave_links: tuple[waves.WaveLink, ...]
    way_back: tuple[Step, ...]
    rooms: tuple[RoomLink, ...]
    front: str
    method: str
    body: object
    hash: str
    day: str

    def room(self, wanted: str) -> str:
        """The address of a room; empty where the wave has none such."""
        return next((one.href for one in self.rooms if one.id == wanted), "")


def show_front(reading: Reading, **more: object) -> str:
    """The front page; `more` goes to its template as it is."""
    page = _page(reading, reading.heading, front.front(reading), reading.addresses.front)
    page = replace(page, whose="", way_back=reading.addresses.above)
    return render_template("results/front.html", page=page, **more)


def show_room(reading: Reading, wanted: str, **more: object) -> str | None:
    """A room; None where the wave has none such."""
    room = find(reading, wanted)
    if room is None:
        return None

    def address(wave: str) -> str:
        there = _in_wave(reading, wave)
        if there is not None and room.there(there):
            return reading.addresses.room(wave, room.id)
        return reading.addresses.front(wave)

    page = _page(reading, room.title(reading), room.make(reading), address, room)
    return render_template(f"results/rooms/{room.template or room.id}.html", page=page, **more)


def show_theme(reading: Reading, theme: MeasureRow, group: str) -> str:
    """The page of a theme for a group that the reader may see."""

    def address(wave: str) -> str:
        there = _in_wave(reading, wave)
        found = None if there is None else there.release.measure_by_id.get(theme.measure)
        if found is None or found.kind != "theme" or reading.addresses.theme is None:
            return reading.addresses.front(wave)
        return reading.addresses.theme(wave, theme.measure)

    body = theme_page(reading.release, reading.releases, reading.scope, theme=theme, group=group)
    page = _page(reading, theme.label, body, address)
    above = (*page.way_back, (reading.room("statements"), "Statements"))
    return render_template("results/theme.html", page=replace(page, way_back=above))


def show_file(reading: Reading, kind: Format, body: object) -> str:
    """The page of a whole file that the reader may have."""

    def address(wave: str) -> str:
        there = _in_wave(reading, wave)
        if there is None or reading.addresses.file is None:
            return reading.addresses.front(wave)
        return reading.addresses.file(wave, kind.id)

    page = _page(reading, kind.label, body, address)
    above = (*page.way_back, (reading.room("files"), "Files"))
    return render_template("results/file.html", page=replace(page, way_back=above))


def show_all_pages(reading: Reading, body: object) -> str:
    """The page that leads to all pages of a wave as one PDF."""

    def address(wave: str) -> str:
        to_front = reading.addresses.front(wave)
        return to_front if _in_wave(reading, wave) is None else f"{to_front}/all-pages"

    page = _page(reading, "All pages as one PDF", body, address)
    return render_template("results/all_pages.html", page=page)


def _page(
    reading: Reading,
    heading: str,
    body: object,
    in_wave: Callable[[str], str],
    current: Room | None = None,
) -> Page:
    front_address = reading.addresses.front(reading.wave)
    return Page(
        heading,
        reading.name,
        waves.facts(reading.release),
        waves.links(_waves(reading), reading.release, in_wave),
        (*reading.addresses.above, (front_address, reading.heading)),
        tuple(
            RoomLink(one.id, one.title(reading), reading.room(one.id), one is current)
            for one in ROOMS
            if one.there(reading)
        ),
        front_address,
        reading.room("method"),
        body,
        reading.hash,
        reading.release.manifest.closed,
    )


def _waves(reading: Reading) -> list[Release]:
    """Those that the reader has pages of: a command that was reorganised has none before."""
    command = reading.scope.command
    if command is None:
        return list(reading.releases)
    return [
        one
        for one in reading.releases
        if command.id in {unit.id for unit in scope.units(one, COMMAND)}
    ]


def _in_wave(reading: Reading, wave: str) -> Reading | None:
    """The same reader in another wave, without its comments."""
    release = next(one for one in reading.releases if one.manifest.wave == wave)
    command = reading.scope.command
    seen = scope.whole_force(release) if command is None else scope.of_command(release, command.id)
    return None if seen is None else replace(reading, release=release, scope=seen, wrote=None)
