"""What people wrote about: taken in once, by its own wave alone, and shown in the same words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_coding import Coders, coders_of
from fixtures_release import NORTH, WAVES
from fixtures_results import BOARD, HR, SIGNER, Site, make_site
from fixtures_wave import LiveWave, copied
from html_page import parse

from analysis.release import comment_themes
from analysis.release.comment_themes import CommentThemes, Count, Question, Theme
from survey.close import destroying
from survey.errors import ReleaseError
from survey.manage.tables import CommentThemesRow
from survey.release_commands import release as command
from survey.results import commented, store

HIDDEN = Count(None, "", "c")
NEWEST = list(WAVES)[-1]


@pytest.fixture(scope="module")
def coders_once(commented_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> Coders:
    """Forty of forty-five wrote; the coders are done."""
    said = [{"why": "Pay." if n < 20 else "Fair.", "change": ""} for n in range(40)]
    live = copied(commented_once, tmp_path_factory.mktemp("coders") / "home")
    found = coders_of(live, said + [{}] * 15)
    found.both(lambda text: "pay" if text == "Pay." else "treatment")
    assert found.take().exit_code == 0
    return found


@pytest.fixture
def coders(coders_once: Coders, commented_wave: LiveWave) -> Coders:
    return coders_once.copied(commented_wave)


def take(coders: Coders, path: Path | None = None) -> Result:
    """Run `candour release themes` as it is typed."""
    environment = {"CANDOUR_HOME": str(coders.live.settings.home)}
    return CliRunner().invoke(command, ["themes", str(path or coders.made)], env=environment)


def test_themes_are_taken_in_once_and_the_same_again_changes_nothing(coders: Coders) -> None:
    for _ in "twice":
        done = take(coders)
        assert done.exit_code == 0, done.output
    found = commented.of_wave(coders.live.stores, "autumn")
    assert found == comment_themes.unpack(coders.made.read_bytes(), None)
    assert found
    assert found.questions[0].wrote == Count(40, "", "shown")
    assert [theme.count.people for theme in found.questions[0].themes] == [20, 20]


Change = Callable[[CommentThemes], CommentThemes]


def changed_question(**changes: object) -> Change:
    return lambda themes: replace(
        themes,
        questions=(replace(themes.questions[0], **changes), *themes.questions[1:]),  # type: ignore[arg-type]
    )


WRONG: dict[str, tuple[Change, str]] = {
    "another release": (lambda themes: replace(themes, release="0" * 64), "which wave autumn has"),
    "another question": (changed_question(asked="Who is your sergeant?"), "another questionnaire"),
    "another theme": (
        changed_question(themes=(Theme("pay", "PC 1234 is a bully", HIDDEN),)),
        "another questionnaire",
    ),
    "a looser policy": (
        lambda themes: replace(themes, policy={"k_comment": 1, "base_step": 5}),
        "another k_comment than",
    ),
    "no policy": (lambda themes: replace(themes, policy={}), "another policy"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_waves_own_comments_do_not_give_is_refused(coders: Coders, name: str) -> None:
    change, sentence = WRONG[name]
    made = change(comment_themes.unpack(coders.made.read_bytes(), None))
    with pytest.raises(ReleaseError, match=sentence):
        commented.add(coders.live.stores, comment_themes.pack(made, coders.live.signer))
    assert commented.of_wave(coders.live.stores, "autumn") is None


def test_what_somebody_else_signed_or_changed_is_refused(coders: Coders) -> None:
    content = coders.made.read_bytes()
    made = comment_themes.unpack(content, None)
    others = comment_themes.pack(made, Ed25519PrivateKey.generate())
    for wrong in (others, content.replace(b'"people":40', b'"people":45')):
        assert wrong != content
        with pytest.raises(ReleaseError, match="tampered with"):
            commented.add(coders.live.stores, wrong)
    for damaged in (b"", content[:-9], content[9:], b"{}\n" + content.partition(b"\n")[2]):
        with pytest.raises(ReleaseError):
            commented.add(coders.live.stores, damaged)


def test_a_second_file_is_refused_because_differences_tell(coders: Coders) -> None:
    assert take(coders).exit_code == 0
    coders.made.unlink()
    coders.both(lambda _: "pay")
    assert coders.take().exit_code == 0
    assert "the first ones stay" in str(take(coders).exception)


def test_nothing_is_taken_in_after_the_wave_is_destroyed(coders: Coders) -> None:
    destroying.destroy(coders.live.stores, "autumn", None, date(2026, 10, 9))
    assert "before its answers are destroyed" in str(take(coders).exception)
    assert commented.of_wave(coders.live.stores, "autumn") is None


def test_stored_themes_that_were_changed_are_not_shown(coders: Coders) -> None:
    assert take(coders).exit_code == 0
    with closing(sqlite3.connect(coders.live.settings.home / "results.db")) as database, database:
        (content,) = database.execute("SELECT content FROM comment_themes").fetchone()
        other = content.replace(b'"people":20', b'"people":25', 1)
        database.execute("UPDATE comment_themes SET content = ?", (other,))
    with pytest.raises(ReleaseError, match="tampered with"):
        commented.of_wave(coders.live.stores, "autumn")


def test_a_count_that_is_hidden_holds_no_value() -> None:
    for wrong in (Count(14, "", "c"), Count(None, "", "shown"), Count(None, "or_more", "c")):
        question = Question("why", "Why?", wrong, ())
        made = CommentThemes("autumn", "0" * 64, {"k_comment": 15}, (question,))
        with pytest.raises(ReleaseError, match="tell what they do not show"):
            comment_themes.pack(made, Ed25519PrivateKey.generate())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """The readers' pages; of the newest wave it is known what people wrote about."""
    made = make_site(tmp_path / "home")
    (digest,) = (
        name for name, one in store.in_force(made.stores).items() if one.manifest.wave == NEWEST
    )
    themes = (
        Theme("kit", "Buildings and equipment", HIDDEN),
        Theme("pay", "Pay", Count(35, "", "shown")),
        Theme("time", "Time", Count(60, "", "shown")),
        Theme("voice", "Being heard", Count(180, "or_more", "shown")),
    )
    asked = Question("why", "Why do you say so?", Count(200, "", "shown"), themes)
    few = Question("change", "What would you change?", HIDDEN, (Theme("a", "Anything", HIDDEN),))
    policy = {"k_comment": 15, "base_step": 5}
    content = comment_themes.pack(CommentThemes(NEWEST, digest, policy, (asked, few)), SIGNER)
    with made.stores.results() as session:
        session.add(CommentThemesRow(wave=NEWEST, content=content))
    return made


@pytest.mark.parametrize(
    ("reader", "address"),
    [(BOARD, f"/results/board/{NORTH}/{NEWEST}"), (HR, f"/results/hr/{NEWEST}")],
)
def test_boards_and_hr_see_the_same_themes(site: Site, reader: str, address: str) -> None:
    page = site.client(reader).get(f"{address}/comments")
    assert page.status_code == 200
    parse(page.data)
    shown = page.text
    order = ["Being heard", "180 or more", "Time", "about 60", "Pay", "about 35", "Buildings"]
    assert [shown.index(text) for text in order] == sorted(shown.index(text) for text in order)
    assert "About 200 people across the whole force wrote something." in shown
    assert "How many people wrote something is not shown." in shown
    assert shown.count("[c]") == 2 + 2
    assert "fewer than 15 people, or nobody" in shown


def test_a_wave_without_themes_has_no_such_part(site: Site) -> None:
    earlier = next(iter(WAVES))
    assert site.client(HR).get(f"/results/hr/{earlier}/comments").status_code == 404
    page = site.client(HR).get(f"/results/hr/{earlier}")
    assert page.status_code == 200
    assert "What people wrote about" not in page.text
