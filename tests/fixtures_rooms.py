"""All pages of a wave: a front page and the rooms that its navigation leads to."""

from __future__ import annotations

from collections.abc import Sequence

from fixtures_release import NORTH
from fixtures_results import Site
from flask.testing import FlaskClient
from html_page import parse

from analysis.release.model import Release
from survey.results import scope
from survey.results.frame import show_front, show_room, show_theme
from survey.results.reading import Reading, board_addresses, hr_addresses
from survey.results.rooms import ROOMS

FRONT = "front"


def board_reading(release: Release, releases: Sequence[Release] = (), own: str = NORTH) -> Reading:
    """A Release as the board of `own` reads it; needs a request."""
    seen = scope.of_command(release, own)
    assert seen is not None
    return Reading(release, tuple(releases) or (release,), seen, board_addresses(own))


def hr_reading(release: Release, releases: Sequence[Release] = ()) -> Reading:
    """A Release as HR reads it; needs a request."""
    seen = scope.whole_force(release)
    return Reading(release, tuple(releases) or (release,), seen, hr_addresses())


def shown(reading: Reading) -> dict[str, str]:
    """Room -> its page, the front page among them; needs a request."""
    rooms = {room.id: show_room(reading, room.id) for room in ROOMS}
    return {FRONT: show_front(reading)} | {name: page for name, page in rooms.items() if page}


def both(site: Site, release: Release) -> tuple[dict[str, str], dict[str, str]]:
    """The pages of a board and of HR."""
    with site.app.test_request_context("/results"):
        return shown(board_reading(release)), shown(hr_reading(release))


def theme_of(reading: Reading, theme: str, group: str) -> str:
    """A theme's page; needs a request."""
    return show_theme(reading, reading.release.measure_by_id[theme], group)


def walked(client: FlaskClient, address: str) -> dict[str, str]:
    """Room -> its page, by the links of the navigation of the front page, each read strictly."""
    found = {FRONT: client.get(address).text}
    for link in next(
        part for part in parse(found[FRONT]).root.iter("nav") if part.get("class") == "rooms"
    ).iter("a"):
        reply = client.get(link.get("href", ""))
        assert reply.status_code == 200, link.get("href")
        found[link.get("href", "").rpartition("/")[2]] = reply.text
    for page in found.values():
        parse(page)
    return found


def walked_text(client: FlaskClient, address: str) -> str:
    """All of these pages in one text."""
    return "\n".join(walked(client, address).values())
