"""No word of a comment is in what is published of comments: file, database, page, output."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fixtures_coding import Coders, coders_of
from fixtures_results import CHEAP, PASSWORD, sign_in
from fixtures_rooms import walked_text
from fixtures_wave import LiveWave
from test_traces_on_disk import files_with, forms

from analysis.release.comment_themes import Question
from survey.app import create_app
from survey.close import settling
from survey.config import BOX, ISSUE, RESULTS
from survey.errors import ReleaseError
from survey.manage import people
from survey.release_commands import release as command

WROTE = 40


@pytest.fixture
def words() -> list[str]:
    """A word for each comment that stands nowhere else."""
    return [f"word{secrets.token_hex(6)}" for _ in range(WROTE)]


@pytest.fixture
def coders(commented_wave: LiveWave, words: list[str]) -> Coders:
    """Forty people write one word each, of pay or of treatment; the coders differ about two."""
    said: list[dict[str, str]] = [{"why": word} for word in words]
    found = coders_of(commented_wave, [*said, *[{}] * 18])
    found.code(1, lambda text: "pay" if text in words[:24] else "treatment")
    found.code(2, lambda text: "pay" if text in words[2:24] else "treatment")
    return found


def published(coders: Coders) -> tuple[list[Result], Result]:
    """Both imports and the taking in, as they are typed."""
    first = coders.take()
    settled = coders.take("--settled", str(coders.folder / "differences.csv"))
    home = {"CANDOUR_HOME": str(coders.live.settings.home)}
    taken = CliRunner().invoke(command, ["themes", str(coders.made)], env=home)
    return [first, settled], taken


def found_in(folder: Path, words: list[str]) -> set[str]:
    return files_with(folder, {form for word in words for form in forms(word.encode())})


def readers_page(live: LiveWave) -> str:
    people.add(live.stores, "hr", "hr", None, PASSWORD, CHEAP)
    client = create_app(replace(live.settings, surfaces=(ISSUE, BOX, RESULTS))).test_client()
    assert sign_in(client, "hr", PASSWORD).status_code == 302
    return walked_text(client, "/results/hr")


def test_no_word_is_in_a_published_file_a_database_a_page_or_an_output(
    coders: Coders, words: list[str]
) -> None:
    imports, taken = published(coders)
    assert [done.exit_code for done in (*imports, taken)] == [0, 0, 0]
    page = readers_page(coders.live)
    assert "What people wrote about" in page
    told = "".join(done.output for done in (*imports, taken))
    assert not [word for word in words if word in page + told]
    assert found_in(coders.live.settings.home, words) == set()
    assert found_in(coders.folder.parent / "releases", words) == set()
    holding = found_in(coders.folder, words)
    assert holding == {"coder-1.csv", "coder-2.csv", "differences.csv"}


def test_a_word_in_the_file_of_themes_is_noticed_and_not_taken_in(
    coders: Coders, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    count = settling._question

    def quoting(one, final, policy) -> Question:  # type: ignore[no-untyped-def]
        made = count(one, final, policy)
        texts = ", ".join(written.text for written in one.comments[:3])
        return replace(made, asked=f"{made.asked} For example: {texts}")

    monkeypatch.setattr(settling, "_question", quoting)
    _, taken = published(coders)
    assert "autumn.themes" in found_in(coders.folder, words)
    assert isinstance(taken.exception, ReleaseError)
    assert found_in(coders.live.settings.home, words) == set()
