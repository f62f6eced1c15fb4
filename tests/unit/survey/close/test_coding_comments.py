"""Two people sort comments: every mistake is told, a theme takes both, differences are settled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_coding import Coders, change, coders_of, table, write
from fixtures_wave import LiveWave, copied

from analysis.errors import DataError, ReleaseError
from analysis.release import comment_themes, folder
from analysis.release.comment_themes import CommentThemes, Count
from survey.close import destroying, keys
from survey.errors import SettingsError, WaveStateError

HIDDEN = Count(None, "", "c")


@pytest.fixture(scope="module")
def coders_once(commented_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> Coders:
    """Forty people write why, fourteen of them of treatment; three write what they would change."""
    said = [
        {"why": f"Pay {n}." if n < 26 else f"Treatment {n}.", "change": "Kit." if n < 3 else ""}
        for n in range(40)
    ]
    return coders_of(copied(commented_once, tmp_path_factory.mktemp("coders") / "home"), said)


@pytest.fixture
def coders(coders_once: Coders, commented_wave: LiveWave) -> Coders:
    return coders_once.copied(commented_wave)


def truth(text: str) -> str:
    return text.partition(" ")[0].strip(".").casefold()


def published(coders: Coders) -> CommentThemes:
    return comment_themes.unpack(coders.made.read_bytes(), coders.live.signer.public_key())


def counts(coders: Coders, question: str = "why") -> dict[str, Count]:
    (found,) = (one for one in published(coders).questions if one.question == question)
    return {theme.theme: theme.count for theme in found.themes}


def test_what_both_coded_is_counted_signed_and_bound_to_the_release(coders: Coders) -> None:
    coders.both(truth)
    done = coders.take()
    assert done.exit_code == 0, done.output
    made = published(coders)
    assert (made.wave, made.release) == ("autumn", coders.release.name)
    assert made.policy == {"k_comment": 15, "base_step": 5}
    assert [one.question for one in made.questions] == ["why", "change"]
    assert coders.made.stat().st_mode & 0o777 == 0o600
    # Everybody wrote, so how many did is banded; the theme of 14 of 40 is hidden.
    assert made.questions[0].wrote == Count(20, "or_more", "shown")
    assert counts(coders) == {"pay": Count(20, "or_more", "shown"), "treatment": HIDDEN}
    assert made.questions[1].wrote == HIDDEN
    assert set(counts(coders, "change").values()) == {HIDDEN}


def test_a_theme_of_fourteen_is_published_as_one_of_nobody(coders: Coders) -> None:
    coders.both(truth)
    assert coders.take().exit_code == 0
    fourteen = coders.made.read_bytes().partition(b"\n")[0]
    coders.made.unlink()
    coders.both(lambda text: truth(text).replace("treatment", "other"))
    assert coders.take().exit_code == 0
    assert coders.made.read_bytes().partition(b"\n")[0] == fourteen
    coders.made.unlink()
    coders.both(lambda text: "treatment" if text == "Pay 0." else truth(text))
    assert coders.take().exit_code == 0
    assert coders.made.read_bytes().partition(b"\n")[0] != fourteen


def test_the_carried_file_gives_the_same_themes_on_a_machine_without_databases(
    coders: Coders, tmp_path: Path
) -> None:
    from survey.close import rewriting
    from survey.manage import closings, wave_file, waves
    from survey.manage.wave_file import Sealed, WaveFile

    live = coders.live
    box = rewriting.path_of(live.settings, "autumn")
    told = closings.told(live.stores, "autumn")
    kept = Sealed(None, tuple(rewriting.sealed_answers(box)), rewriting.comments(box))
    path = tmp_path / "autumn.wave"
    path.write_bytes(
        wave_file.pack(WaveFile(waves.get(live.stores, "autumn"), (), told, kept))  # type: ignore[arg-type]
    )
    coders.both(truth)
    assert coders.take().exit_code == 0
    here = coders.made.read_bytes()
    coders.made.unlink()
    assert coders.take(wave=str(path)).exit_code == 0
    assert coders.made.read_bytes() == here


def lonely(text: str) -> str:
    """One who saw pay in what the other took for treatment."""
    return "pay treatment" if text in {"Treatment 30.", "Treatment 31."} else truth(text)


def test_differences_are_written_down_and_nothing_is_published(coders: Coders) -> None:
    coders.code(1, truth)
    coders.code(2, lonely)
    done = coders.take()
    assert done.exit_code == 0, done.output
    assert "The two differ on 2 comments" in done.output
    assert "why pay: both 26, one 2, kappa 0.89" in done.output
    assert not coders.made.exists()
    header, *rows = table(coders.folder / "differences.csv")
    assert header == ["number", "question", "comment", "themes", "coder 1", "coder 2"]
    assert sorted(row[2:] for row in rows) == [
        ["Treatment 30.", "", "treatment", "pay treatment"],
        ["Treatment 31.", "", "treatment", "pay treatment"],
    ]


def settle(coders: Coders, choose: Callable[[str], str]) -> Path:
    path = coders.folder / "differences.csv"
    change(path, lambda row: [*row[:3], choose(row[2]), *row[4:]])
    return path


def test_a_theme_that_one_gave_counts_when_both_settle_on_it_and_not_before(
    coders: Coders,
) -> None:
    coders.code(1, lambda text: "treatment" if text == "Pay 0." else truth(text))
    coders.code(2, truth)
    coders.take()
    path = coders.folder / "differences.csv"
    done = coders.take("--settled", str(path))
    assert "1 comments were not settled and stay with what both gave" in done.output
    assert counts(coders)["treatment"] == HIDDEN
    coders.made.unlink()
    settle(coders, lambda _: "treatment")
    assert coders.take("--settled", str(path)).exit_code == 0
    assert counts(coders)["treatment"] == Count(15, "", "shown")


def mistakes(coders: Coders, *line: str) -> list[str]:
    done = coders.take(*line)
    assert isinstance(done.exception, DataError)
    assert not coders.made.exists()
    return str(done.exception).splitlines()


def spoil(coders: Coders, row: int, cells: dict[int, str]) -> None:
    """Change cells of a row of the first coder's file; the first row behind the headings is 2."""
    rows = table(coders.coder(1))
    for column, text in cells.items():
        rows[row - 1][column] = text
    write(coders.coder(1), rows)


def test_every_mistake_is_told_at_once_with_file_row_and_field(coders: Coders) -> None:
    coders.both(truth)
    rows = table(coders.coder(1))
    other_text = rows[10][2]
    spoil(coders, 2, {3: "pya"})
    spoil(coders, 3, {3: ""})
    spoil(coders, 4, {3: "nothing, pay"})
    spoil(coders, 5, {0: "BCDF-GHJK-LMNP"})
    spoil(coders, 6, {0: rows[6][0], 2: rows[6][2]})
    spoil(coders, 9, {1: "change"})
    spoil(coders, 10, {2: other_text})
    change(coders.coder(2), lambda row: row if row[0] != rows[1][0] else [""] * 4)
    found = mistakes(coders)
    first, second = coders.coder(1), coders.coder(2)
    assert found[:3] == [
        f"{first}, row 2, themes: `pya` is no theme of `why`; it has pay, treatment, other, "
        "nothing.",
        f"{first}, row 3, themes: {rows[2][0]} is not coded; write its themes, or `nothing`.",
        f"{first}, row 4, themes: `nothing` stands alone or not at all.",
    ]
    assert found[3] == f"{first}, row 5, number: 'BCDF-GHJK-LMNP' is no comment of this wave."
    assert found[4] == f"{first}, row 7, number: {rows[6][0]} stands in row 6 already."
    assert found[5] == f"{first}, row 9, question: {rows[8][0]} answers `why` and not 'change'."
    assert found[6].startswith(f"{first}, row 10, comment: this is the text of {rows[10][0]} and")
    missing = ", ".join(sorted([rows[4][0], rows[5][0]]))
    assert found[7] == f"{first}: comments are missing ({missing}); put their rows back."
    assert found[8] == f"{second}: comments are missing ({rows[1][0]}); put their rows back."
    assert len(found) == 9


def test_what_a_spreadsheet_changes_does_no_harm(coders: Coders) -> None:
    coders.both(lambda text: f" {truth(text).upper()} ; {truth(text)} ")
    header, *rows = table(coders.coder(2))
    shuffled = [[row[0].casefold(), row[1], f"'{row[2]} ", row[3], "a note"] for row in rows]
    write(coders.coder(2), [[*header, "my notes"], *sorted(shuffled), [""] * 5])
    assert coders.take().exit_code == 0
    assert counts(coders)["pay"] == Count(20, "or_more", "shown")


def test_a_file_that_is_no_coders_is_refused(coders: Coders) -> None:
    coders.both(truth)
    coders.coder(2).write_text("a;b;c\n1;2;3\n")
    assert "row 1: the first columns must be number, question" in mistakes(coders)[0]


def test_one_file_is_not_two_coders(coders: Coders) -> None:
    coders.both(truth)
    line = ["import", "autumn", str(coders.coder(1)), str(coders.coder(1))]
    done = coders.run(*line, "--release", str(coders.release), "--out", str(coders.folder))
    assert isinstance(done.exception, SettingsError)
    assert "is given twice" in str(done.exception)


WRONG_SETTLING = {
    "pay": "both gave `treatment`, so it stays",
    "treatment other": "neither gave `other`",
    "nonsense": "`nonsense` is no theme of `why`",
}


@pytest.mark.parametrize("themes", WRONG_SETTLING)
def test_settling_takes_nothing_from_both_and_gives_nothing_of_neither(
    coders: Coders, themes: str
) -> None:
    coders.code(1, truth)
    coders.code(2, lonely)
    coders.take()
    path = settle(coders, lambda _: themes)
    found = mistakes(coders, "--settled", str(path))
    assert len(found) == 2
    assert all(WRONG_SETTLING[themes] in one for one in found)


def test_settling_what_both_coded_alike_is_refused(coders: Coders) -> None:
    coders.both(truth)
    found = mistakes(coders, "--settled", str(coders.coder(1)))
    assert "both coded this alike; take its row out" in found[0]


def test_themes_are_made_for_the_waves_own_signed_release(coders: Coders, tmp_path: Path) -> None:
    coders.both(truth)
    release = folder.read(coders.release, None)
    name = folder.write(release, tmp_path / "other", Ed25519PrivateKey.generate())
    line = ["import", "autumn", *(str(coders.coder(n)) for n in (1, 2))]
    out = ["--out", str(coders.folder)]
    done = coders.run(*line, "--release", str(tmp_path / "other" / name), *out)
    assert isinstance(done.exception, ReleaseError)
    assert not coders.made.exists()


def test_nothing_is_taken_after_the_comments_are_destroyed(coders: Coders) -> None:
    coders.both(truth)
    destroying.destroy(coders.live.stores, "autumn", coders.key, coders.live.wave.opened)  # type: ignore[arg-type]
    keys.keep(coders.key, keys.as_json(coders.live.keys))
    done = coders.take()
    assert isinstance(done.exception, WaveStateError)
    assert "is destroyed" in str(done.exception)


def test_another_key_knows_none_of_the_numbers(coders: Coders) -> None:
    coders.both(truth)
    coders.key.write_text(keys.as_json(keys.new()))
    assert isinstance(coders.take().exception, SettingsError)


def test_themes_that_were_made_are_never_overwritten(coders: Coders) -> None:
    coders.both(truth)
    assert coders.take().exit_code == 0
    before = coders.made.read_bytes()
    assert coders.take().exit_code == 0
    coders.both(lambda text: "treatment" if text == "Pay 0." else truth(text))
    assert isinstance(coders.take().exception, SettingsError)
    assert coders.made.read_bytes() == before
