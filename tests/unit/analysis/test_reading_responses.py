"""A file of answers is read exactly, or refused with file, row, column and value."""

from __future__ import annotations

import gzip
import os
import pickle
import re
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from analysis import answer_files, responses
from analysis.answer_files import AnswerFile
from analysis.codebook import AnswerCategory, Codebook, Item, Variable, VariableCategory
from analysis.errors import DataError
from analysis.microdata import Microdata
from analysis.responses import AnswerColumn, Layout, TickColumns

YES_NO = (
    AnswerCategory("no", "No", "negative", 0.0),
    AnswerCategory("yes", "Yes", "positive", 100.0),
)
BOOK = Codebook(
    "q", "1", "Q", "f",
    variables=(Variable("sex", "Sex", (VariableCategory("f", "F"), VariableCategory("m", "M"))),),
    items=(
        Item("one", "One", YES_NO, "a"),
        Item("any-x", "X", YES_NO, "b"),
        Item("any-y", "Y", YES_NO, "c"),
    ),
    themes=(),
)  # fmt: skip
LAYOUT = Layout(
    variables=(AnswerColumn("SEX", "sex", {"": -1, "F": 0, "M": 1}),),
    items=(AnswerColumn("Q1", "one", {"": -1, "-": -1, "n": 0, "y": 1}),),
    ticks=(TickColumns({"x": "any-x", "y": "any-y"}, {"": 0, "1": 1}),),
    ignored=frozenset({"id"}),
)
HEADER = "id,SEX,Q1,x,y\n"


def read(folder: Path, text: str, weight: str | None = None) -> Microdata:
    path = folder / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return responses.read(path, BOOK, LAYOUT, weight)


def test_answers_become_positions_and_missing_codes_no_answer(tmp_path: Path) -> None:
    data = read(tmp_path, HEADER + "7,F,y,1,\n8,M,-,,\n9,,,,1\n")
    assert data.n == 3
    assert data.variables["sex"].tolist() == [0, 1, -1]
    assert data.items["one"].tolist() == [1, -1, -1]


def test_base_of_a_multiple_question_is_the_people_who_ticked_any(tmp_path: Path) -> None:
    data = read(tmp_path, HEADER + "7,F,y,1,\n8,M,n,,\n9,M,n,1,1\n")
    assert data.items["any-x"].tolist() == [1, -1, 1]
    assert data.items["any-y"].tolist() == [0, -1, 1]


def test_columns_may_stand_in_any_order_and_the_file_may_be_gzipped_with_a_mark(
    tmp_path: Path,
) -> None:
    path = tmp_path / "answers.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8-sig") as file:
        file.write("y,x,Q1,SEX,id\n,1,y,F,7\n\n")
    assert responses.read(path, BOOK, LAYOUT).items["one"].tolist() == [1]


@pytest.fixture(params=["with Arrow", "without"], autouse=True)
def arrow_or_not(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks are read alike with the package for scale and without it."""
    if request.param == "without":
        monkeypatch.setattr(answer_files, "_quickly", lambda _text, _header: None)


def test_arrow_reads_the_blocks_where_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(HEADER + "7,F,y,1,\n8,M,-,,\n", encoding="utf-8")
    (piece,) = AnswerFile.opened(path).pieces()
    numbers, columns = piece.columns(HEADER.strip().split(","))
    assert list(numbers) == [2, 3]
    quick = isinstance(columns[0], answer_files.Texts)
    assert quick is (answer_files._quickly(b"1", ["a"]) is not None)


ROWS = "7,F,y,1,\n8,M,-,,\n\n9,,n,,1\n" * 3 + "9,F,n,1,1"
QUOTED = ROWS + '\n"a\nb",F,y,,\n' + ROWS


@pytest.mark.parametrize("size", [1, 7, 30, 1000])
@pytest.mark.parametrize("text", [ROWS, ROWS + "\n", ROWS.replace("\n", "\r\n"), QUOTED])
def test_pieces_do_not_show_in_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, size: int
) -> None:
    whole = read(tmp_path, HEADER + text)
    monkeypatch.setattr(answer_files, "BLOCK", size)
    monkeypatch.setattr(answer_files, "CHUNK", max(2, size // 10))
    parts = read(tmp_path, HEADER + text)
    assert parts.n == whole.n == text.count(",F,") + text.count(",M,") + text.count("9,,n")
    assert_equal(parts, whole)


@pytest.mark.parametrize("size", [1, 30, 1000])
def test_a_wrong_answer_is_named_by_its_row_in_whatever_piece_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(answer_files, "BLOCK", size)
    wrong = HEADER + "7,F,y,,\n" * 20 + "\n" + "8,X,z,,\n" + "7,F,y,,\n9,X,y,,\n"
    with pytest.raises(DataError) as refused:
        read(tmp_path, wrong)
    assert re.findall(r"row (\d+), column (\w+)", str(refused.value)) == [
        ("23", "SEX"),
        ("23", "Q1"),
    ]
    with pytest.raises(DataError, match="row 22: there are 2 cells under 5 columns"):
        read(tmp_path, HEADER + "7,F,y,,\n" * 20 + "7,F\n")


def test_quotation_marks_and_lone_carriage_returns_end_the_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_files, "BLOCK", 1)
    path = tmp_path / "answers.csv"
    for odd, blocks in (('"7",F,y,,\n', 2), ("7,F,y,,\r", 2), ("7,F,y,,\r\n", 5)):
        text = HEADER + "7,F,y,,\n" * 2 + odd + "7,F,y,,\n" * 2
        path.write_text(text, encoding="utf-8", newline="")
        found = [type(one) for one in AnswerFile.opened(path).pieces()]
        assert found.count(answer_files.Block) == blocks
        assert responses.read(path, BOOK, LAYOUT).n == 5


@pytest.mark.parametrize("head", ['"id","SEX",Q1,x,y', "\ufeffid,SEX,Q1,x,y", '"i\nd",SEX,Q1,x,y'])
def test_a_header_may_be_in_quotation_marks(tmp_path: Path, head: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(head + "\n7,F,y,1,\n", encoding="utf-8")
    file = AnswerFile.opened(path)
    (piece,) = file.pieces()
    assert isinstance(piece, answer_files.Rows if "\n" in head else answer_files.Block)
    assert list(piece.columns(file.header)[0]) == [2]


def test_parquet_holds_the_same_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_files, "CHUNK", 3)
    whole = read(tmp_path, HEADER + ROWS)
    path = tmp_path / "answers.parquet"
    rows = [line.split(",") for line in ROWS.split("\n") if line]
    texts = dict(zip(HEADER.strip().split(","), zip(*rows, strict=True), strict=True))
    columns = {
        "id": arrow.array([int(one) for one in texts["id"]]),
        "SEX": arrow.array([one or None for one in texts["SEX"]]).dictionary_encode(),
        "Q1": arrow.array(texts["Q1"]),
        "x": arrow.array([float(one or "nan") for one in texts["x"]]),
        "y": arrow.array([int(one) if one else None for one in texts["y"]]),
    }
    parquet.write_table(arrow.table(columns), path)
    assert_equal(responses.read(path, BOOK, LAYOUT), whole)
    columns["Q1"] = arrow.array([*texts["Q1"][:-1], "maybe"])
    parquet.write_table(arrow.table(columns), path)
    with pytest.raises(DataError, match="row 10, column Q1: 'maybe' is not an answer"):
        responses.read(path, BOOK, LAYOUT)
    columns["Q1"] = arrow.array([b"y"] * 10)
    parquet.write_table(arrow.table(columns), path)
    with pytest.raises(DataError, match=r"column Q1: bytes cannot be an answer"):
        responses.read(path, BOOK, LAYOUT)
    path.write_bytes(b"no such file")
    with pytest.raises(DataError, match="this Parquet file cannot be read"):
        responses.read(path, BOOK, LAYOUT)


@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_what_can_be_read_once_only_is_read_whole(tmp_path: Path, ending: str) -> None:
    """Such as `gpg -d answers.csv.gpg | candour tabulate --responses /dev/stdin`."""
    text = (HEADER + QUOTED + "\n" + (ROWS + "\n") * 400).encode()
    whole, pipe = tmp_path / f"whole{ending}", tmp_path / f"pipe{ending}"
    content = gzip.compress(text) if ending == ".csv.gz" else text
    whole.write_bytes(content)
    os.mkfifo(pipe)
    writing = Thread(target=pipe.write_bytes, args=(content,))
    writing.start()
    found = responses.read(pipe, BOOK, LAYOUT)
    writing.join()
    assert_equal(found, responses.read(whole, BOOK, LAYOUT))
    reader = responses.Reader.of(AnswerFile.opened(whole), BOOK, LAYOUT)
    sent = pickle.loads(pickle.dumps(replace(reader.file, content=text)))
    assert sent == reader.file


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(HEADER + QUOTED)
    file = AnswerFile.opened(path)
    path.write_text("SEX,id,Q1,x,y\n" + QUOTED)
    with pytest.raises(DataError, match="changed while it was read"):
        list(file.pieces())


def test_a_mark_or_a_long_cell_in_a_block_is_refused_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_files, "BLOCK", 1)
    with pytest.raises(DataError, match=r"column SEX: .*F' is not an answer"):
        read(tmp_path, HEADER.replace("id,", "") + "\ufeffF,y,,\n")
    with pytest.raises(DataError, match="this is not a CSV file"):
        read(tmp_path, HEADER + "7,F,y,,\n" + "7" * 140_000 + ",F,y,,\n")


@pytest.mark.parametrize(
    "column",
    [[["y"]] * 10, [{"a": 1}] * 10],
    ids=["lists", "structs"],
)
def test_parquet_of_other_shapes_is_refused_in_a_sentence(
    tmp_path: Path, column: list[Any]
) -> None:
    path = tmp_path / "answers.parquet"
    names = HEADER.strip().split(",")
    table = arrow.table({name: column if name == "Q1" else ["1"] * 10 for name in names})
    parquet.write_table(table, path)
    with pytest.raises(DataError, match=r"answers\.parquet"):
        responses.read(path, BOOK, LAYOUT)
    path.write_bytes(path.read_bytes()[:100] + b"\0" * 40 + path.read_bytes()[140:])
    with pytest.raises(DataError, match=r"answers\.parquet"):
        responses.read(path, BOOK, LAYOUT)


def test_a_dictionary_of_as_many_texts_as_its_numbers_go(tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    texts = arrow.array([f"collar{at}" for at in range(128)])
    places = arrow.array([*range(128), None], arrow.int8())
    names = HEADER.strip().split(",")
    columns: dict[str, Any] = {name: [""] * 129 for name in names}
    columns["id"] = arrow.DictionaryArray.from_arrays(places, texts)
    parquet.write_table(arrow.table(columns), path)
    assert responses.read(path, BOOK, LAYOUT).n == 129


def assert_equal(one: Microdata, other: Microdata) -> None:
    assert one.n == other.n
    for mine, theirs in ((one.items, other.items), (one.variables, other.variables)):
        for name, column in mine.items():
            assert theirs[name].tolist() == column.tolist()


def test_weights_are_read_from_their_column(tmp_path: Path) -> None:
    data = read(tmp_path, "id,SEX,Q1,x,y,w\n7,F,y,1,,2.5\n8,M,n,,,0.25\n", weight="w")
    assert data.weights is not None
    assert data.weights.tolist() == [2.5, 0.25]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEADER + "7,F,y,,\n8,F,maybe,,\n", r"row 3, column Q1: 'maybe' is not an answer; .* n, y"),
        (HEADER + "7,f,y,,\n", r"row 2, column SEX: 'f' is not an answer"),
        (HEADER + "7, F,y,,\n", r"row 2, column SEX: ' F'"),
        (HEADER + "7,F,y,2,\n", r"row 2, column x: '2'"),
        (HEADER + "7,F,y,\n", r"row 2: there are 4 cells under 5 columns"),
        (HEADER, "there are no answers"),
        ("", "the file is empty"),
        ("id,SEX,Q1,x\n", "the column y is missing"),
        ("id,SEX,Q1,x,y,rank,pay\n", "the columns rank, pay are not in the questionnaire"),
        ("id,SEX,Q1,x,y,y\n", "the column 'y' stands twice"),
        (HEADER + '7,F,"y,,\n', "not a CSV file"),
    ],
)
def test_dirt_is_an_error_that_says_where(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as caught:
        read(tmp_path, text)
    assert "answers.csv" in str(caught.value)


@pytest.mark.parametrize("weight", ["", "0", "-1", "nan", "inf", "heavy"])
def test_a_weight_that_is_none_is_an_error(tmp_path: Path, weight: str) -> None:
    with pytest.raises(DataError, match=r"row 2, column w: .* is not a weight"):
        read(tmp_path, f"id,SEX,Q1,x,y,w\n7,F,y,1,,{weight}\n", weight="w")


def test_a_weight_column_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the column w is missing; it was to hold the weights"):
        read(tmp_path, HEADER + "7,F,y,,\n", weight="w")


def test_every_different_dirty_value_is_named_once_up_to_a_limit(tmp_path: Path) -> None:
    text = HEADER + "7,X,y,,\n8,X,z,,\n" + "".join(f"9,Z{n},y,,\n" for n in range(30))
    with pytest.raises(DataError) as caught:
        read(tmp_path, text)
    lines = str(caught.value).splitlines()
    assert len(lines) == responses.MOST_PROBLEMS
    assert sum("'X'" in line for line in lines) == 1


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"id,\x00", b"\x1f\x8b broken"])
def test_a_file_that_is_no_text_is_an_error(tmp_path: Path, content: bytes) -> None:
    for name in ("answers.csv", "answers.csv.gz"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(DataError, match=name):
            responses.read(path, BOOK, LAYOUT)


def test_a_file_that_breaks_off_inside_its_packing_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv.gz"
    whole = gzip.compress((HEADER + "7,F,y,1,\n" * 1000).encode())
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="cannot be read"):
        responses.read(path, BOOK, LAYOUT)


def test_an_absent_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        responses.read(tmp_path / "absent.csv", BOOK, LAYOUT)
