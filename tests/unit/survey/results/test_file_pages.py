"""The pages of whole files: who may open them, what they say, and what the log keeps."""

from __future__ import annotations

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event, Thread
from typing import Any

import pytest
from fixtures_release import NORTH, SOUTH
from fixtures_results import BOARD, HR, Site, make_site
from html_page import parse

from survey.errors import SettingsError
from survey.manage import audit_log
from survey.results import at_once, in_pieces
from survey.results.exporting import files

OWN = f"/results/board/{NORTH}/winter/file"
OTHER = f"/results/board/{SOUTH}/winter/file"
FORCE = "/results/hr/winter/file"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("files"))


def exports(site: Site) -> list[str]:
    return [one.what for one in audit_log.entries(site.stores) if one.kind == "export"]


def test_the_page_of_a_file_says_what_it_holds_its_size_and_its_hash(site: Site) -> None:
    for name, address, ending in ((BOARD, OWN, f"-{NORTH}-csvw.zip"), (HR, FORCE, "-csvw.zip")):
        client = site.client(name)
        page = client.get(f"{address}/csvw")
        assert page.status_code == 200
        parse(page.data)
        before = exports(site)
        assert not [one for one in before if address in one]
        for times in (1, 2):
            reply = client.get(f"{address}/csvw/download")
            assert reply.mimetype == "application/zip"
            assert f'filename="winter{ending}"' in reply.headers["Content-Disposition"]
            assert hashlib.sha256(reply.data).hexdigest() in page.text
            assert f"({round(len(reply.data) / 1000)} kB)" in page.text
            assert exports(site)[len(before) :] == [f"{address}/csvw/download"] * times
        assert "distributions.csv" in page.text


def places_left() -> int:
    """How many more things may be made just now."""
    with ExitStack() as made:
        for count in range(10):
            try:
                made.enter_context(at_once.making(""))
            except at_once.Busy:
                return count
    return 10


def test_a_thread_that_cannot_start_keeps_no_place(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, free = site.client(HR), places_left()
    with at_once.making(""):  # the control: a place that is kept is seen
        assert places_left() == free - 1
    monkeypatch.setattr(files, "_KEPT", OrderedDict())

    held = list[Thread]()  # as by whatever notes down what went wrong

    def start(thread: Thread) -> None:
        held.append(thread)
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", start)
    assert client.get(f"{FORCE}/xlsx").status_code == 500
    assert (len(held), places_left()) == (1, free)


def test_a_board_gets_its_workbook_and_hr_the_one_of_every_survey(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[files.Asked] = []

    def noted(wanted: files.Asked) -> files.File:
        asked.append(wanted)
        return files.File("a.xlsx", "application/vnd.ms-excel", b"PK", ())

    monkeypatch.setattr(files, "kept", noted)
    assert site.client(BOARD).get(f"{OWN}/xlsx/download").data == b"PK"
    assert site.client(HR).get(f"{OTHER}/xlsx/download").data == b"PK"
    assert site.client(HR).get(f"{FORCE}/all-waves/download").data == b"PK"
    assert [(one.format, one.command, len(one.hashes)) for one in asked] == [
        ("xlsx", NORTH, 1),
        ("xlsx", SOUTH, 1),
        ("all-waves", "", 3),
    ]
    assert not [one for one in asked if not re.fullmatch("[0-9a-f]{64}", one.hashes[-1])]


@pytest.mark.parametrize("kind", ["xlsx", "csvw", "all-waves"])
@pytest.mark.parametrize("more", ["", "/download"])
def test_no_board_gets_a_file_of_another_command_or_of_the_force(
    site: Site, kind: str, more: str
) -> None:
    board = site.client(BOARD)
    for address in (OTHER, FORCE, "/results/board/nowhere/winter/file"):
        assert board.get(f"{address}/{kind}{more}").status_code == 403, address
        assert site.client().get(f"{address}/{kind}{more}").status_code == 302
    for address in (f"{OWN}/all-waves", f"{OWN}/pdf", f"/results/board/{NORTH}/summer/file/csvw"):
        assert board.get(f"{address}{more}").status_code == 404, address
    assert not [one for one in exports(site) if OTHER in one and "csvw" in one]


def test_the_room_of_files_lists_every_kind_of_every_survey(site: Site) -> None:
    hr = site.client(HR).get("/results/hr/winter/files").text
    board = site.client(BOARD).get(f"/results/board/{NORTH}/winter/files").text
    for wave in ("winter", "autumn", "spring"):
        for kind in ("xlsx", "csvw", "all-waves"):
            assert f'href="/results/hr/{wave}/file/{kind}"' in hr
        assert f'href="/results/board/{NORTH}/{wave}/file/csvw"' in board
    assert "all-waves" not in board
    assert "/results/hr" not in board


def test_without_the_extra_the_pages_say_so_and_the_tables_are_still_there(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "installed", lambda: False)
    client = site.client(HR)
    page = client.get(f"{FORCE}/xlsx")
    assert page.status_code == 200
    assert "pip install" in page.text
    assert "/download" not in page.text
    parse(page.data)
    refused = client.get(f"{FORCE}/xlsx/download")
    assert refused.status_code == 503
    assert "pip install" in refused.text
    assert client.get(f"{FORCE}/csvw").status_code == 200
    room = client.get("/results/hr/spring/files").text  # the others are kept as they were made
    assert room.count("It cannot be made here at the moment.") == 2


def test_a_file_that_would_be_too_large_is_a_sentence_on_its_page(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*_: object) -> files.File:
        raise SettingsError("The sheet Answers would have 2,000,000 rows; take the zipped tables.")

    monkeypatch.setattr(files, "made", too_large)
    monkeypatch.setattr(files, "_KEPT", OrderedDict())
    page = site.client(HR).get(f"{FORCE}/xlsx")
    assert page.status_code == 200
    assert "take the zipped tables" in parse(page.data).text
    assert "/download" not in page.text
    refused = site.client(HR).get(f"{FORCE}/xlsx/download")
    assert refused.status_code == 400
    assert "take the zipped tables" in refused.text


def test_one_reader_cannot_take_every_thread_and_a_file_is_made_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, others = site.client(HR), [site.client(HR), site.client(HR)]
    assert client.get("/results/hr/spring/file/csvw").data  # is kept from now on
    begun, goes_on, made = Event(), Event(), []

    def slow(wanted: files.Asked, _told: files.Told) -> files.File:
        made.append(wanted.format)
        begun.set()
        assert goes_on.wait(30)
        return files.File("a.xlsx", "application/vnd.ms-excel", b"PK", ())

    monkeypatch.setattr(files, "made", slow)
    monkeypatch.setattr(files, "_KEPT", files._KEPT.copy())
    for one in [one for one in files._KEPT if "xlsx" in one.format]:
        del files._KEPT[one]
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(one.get, f"{FORCE}/xlsx/download") for one in others]
        try:
            assert begun.wait(30)
            for _ in range(3000):
                if not at_once._AT_ONCE._value:  # type: ignore[attr-defined]
                    break  # the second one waits
                time.sleep(0.01)
            for page in ("xlsx", "xlsx/download", "all-waves"):
                reply = client.get(f"{FORCE}/{page}")
                assert (reply.status_code, reply.headers["Retry-After"]) == (503, "15"), page
                assert files.BUSY in parse(reply.data).text
            assert client.get("/results/hr/spring/file/csvw").status_code == 200
        finally:
            goes_on.set()
        assert [one.result().data for one in asked] == [b"PK", b"PK"]
    assert made == ["xlsx"]
    assert client.get(f"{FORCE}/xlsx").status_code == 200
    assert made == ["xlsx"]


def pieces(site: Site, monkeypatch: pytest.MonkeyPatch, seconds: float = 30) -> tuple[str, str]:
    """Opens the page of a file that stops at a third; what came until then, and what after it.

    The file is given up after some seconds, and the page ends without it.
    """
    goes_on = Event()

    def slow(_: files.Asked, told: Callable[[float], None]) -> files.File:
        told(0.34)
        told(0.36)
        assert goes_on.wait(seconds)
        return files.File("a.xlsx", "application/vnd.ms-excel", b"PK", ())

    monkeypatch.setattr(files, "made", slow)
    monkeypatch.setattr(files, "_KEPT", OrderedDict())
    reply = site.client(HR).get(f"{FORCE}/xlsx", buffered=False)
    sent = reply.iter_encoded()
    before = next(sent).decode() + next(sent).decode()
    goes_on.set()
    return before, "".join(piece.decode() for piece in sent)


def test_how_far_a_file_is_comes_before_the_file_is_made(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = pieces(site, monkeypatch)
    assert before.index("<h1") < before.index("being made") < before.index("<li>30 %</li>")
    assert "/download" not in before
    assert "Download a.xlsx" in parse((before + after).encode()).text
    assert site.client(HR).get(f"{FORCE}/xlsx").text.count("being made") == 0, "it is kept now"


def test_a_page_that_waits_for_its_file_is_caught(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = in_pieces._pieces

    def together(*asked: Any) -> Iterator[str]:
        yield "".join(whole(*asked))

    monkeypatch.setattr(in_pieces, "_pieces", together)
    with pytest.raises(StopIteration):
        pieces(site, monkeypatch, seconds=0.1)


def test_what_goes_wrong_meanwhile_is_a_sentence_and_the_page_is_whole(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> files.File:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(files, "made", broken)
    monkeypatch.setattr(files, "_KEPT", OrderedDict())
    for _ in range(3):  # each makes room for the next one
        page = parse(site.client(HR).get(f"{FORCE}/xlsx").data).text
        assert in_pieces.NOT_MADE in page
        assert "secret" not in page
