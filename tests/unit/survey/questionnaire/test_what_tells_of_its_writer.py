"""What a comment could tell of its writer is found, in Python and in the page alike."""

from __future__ import annotations

import numpy as np
import pytest
from in_node import in_node

from survey.demo.making import QUESTIONNAIRE
from survey.demo.remarks import REMARKS
from survey.questionnaire import loader, telling

FOUND = [
    ("Sgt Jones shouted at me.", ["name: Sgt Jones"]),
    ("Detective Sergeant Patel knew.", ["name: Detective Sergeant Patel"]),
    ("Ask Mrs O'Neill or Mr. Ap Rhys about it", ["name: Mrs O'Neill", "name: Mr. Ap Rhys"]),
    ("It was Siân who told me", ["name: Siân"]),
    ("a man named Barry Sheen", ["name: named Barry Sheen"]),
    ("merch o'r enw Gwenllian", ["name: o'r enw Gwenllian"]),
    ("Rhingyll Davies oedd yno", ["name: Rhingyll Davies"]),
    ("PC 1234 and C4567 did it", ["number: PC 1234", "number: C4567"]),
    ("my collar number is 4521", ["number: collar number is 4521"]),
    (
        "warrant card 98765, shoulder no. B12",
        ["number: warrant card 98765", "number: shoulder no. B12"],
    ),
    ("rhif coler 4410", ["number: coler 4410"]),
    ("I am 4521 on that shift", ["number: 4521"]),
    ("He drove AB12 CDE", ["vehicle: AB12 CDE"]),
    ("ab12cde was outside", ["vehicle: ab12cde"]),
    ("the old A123 BCD", ["vehicle: A123 BCD"]),
    ("ABC 123D was his", ["vehicle: ABC 123D"]),
    ("plate LIZ 4821", ["vehicle: LIZ 4821"]),
    ("On 12 May 2024 at 14:30", ["date: 12 May 2024", "date: 14:30"]),
    ("since 03/11/2025", ["date: 03/11/2025"]),
    ("since 2025-11-03", ["date: 2025-11-03"]),
    ("in March 2024", ["date: March 2024"]),
    ("the 3rd of june", ["date: 3rd of june"]),
    ("ar 3ydd o Fawrth", ["date: 3ydd o Fawrth"]),
    ("last Tuesday night", ["date: last Tuesday night"]),
    ("at 0730 hrs", ["date: at 0730 hrs"]),
    ("about 5pm", ["date: 5pm"]),
    ("Cathays Park Police Station", ["place: Cathays Park Police Station"]),
    ("in Heol y Frenhines", ["place: Heol y Frenhines"]),
    ("near King Edward Road", ["place: King Edward Road"]),
    ("crash on the A470 and the M4", ["place: A470", "place: M4"]),
    ("I live at CF10 3AT", ["place: CF10 3AT"]),
    ("Ring 07700 900123", ["contact: 07700 900123"]),
    ("or +44 29 2018 0123, ext 4521", ["contact: +44 29 2018 0123", "contact: ext 4521"]),
    ("write a.b@force.police.uk", ["contact: a.b@force.police.uk"]),
]
"""A text, and what is found in it: at least what is asked for, whatever else it may be."""

ORDINARY = [
    *REMARKS,
    "We are 24/7 and the pay is 50/50 at best.",
    "I would give it 9/10, my team is great.",
    "In 2024 things were better in the force than in 2019.",
    "The force in 2019 had more staff than 10 years later.",
    "There were 5500 staff and 1200 calls waiting.",
    "The Police Station is cold in winter.",
    "The sergeant is fair. My inspector listens. Nobody else does.",
    "PC is a hard job. Sgt is harder. So is being police staff.",
    "A new car would help; ours has done 120,000 miles.",
    "Body worn video, CAD, HR, IT and GDPR training all at once.",
    "Mark my words, it may get worse in the spring.",
    "I will retire in a year or two.",
    "Chief officers should come to a night shift.",
    "It takes 3 weeks to get a uniform that fits.",
    "COVID was easier than this.",
    "My line manager is kind but has no time.",
    "The Federation and UNISON should be asked first.",
    "Pay us for the 12 hours we work, not for 8.",
    "Response is 30% under strength.",
    "DC posts are hard to fill. DI posts are not.",
    "We need 1 car for every 2 officers, not 1 for 6.",
    "I feel safe at work and I am proud of what we do.",
    "Sign off leave within 7 days.",
    "A refs break of 45 minutes would be a start.",
    "Custody is a mess on Mondays.",
    "Why do we have 3 systems for 1 form?",
    "Mae'r tîm yn dda iawn. Dim byd i'w newid.",
    "Mwy o amser i hyfforddi, a llai o e-byst.",
    "Nid yw'r system yn gweithio.",
    "Flexible working is refused without a reason.",
    "Stop moving people from team to team with a day's notice.",
    "Better kit: boots, radios, torches.",
    "Let us use the gym at the end of a late.",
    "Being heard. That is all.",
    "I have been called names and nobody said a word.",
    "The DEI training was good, the follow up was not.",
    "Get rid of the £2,500 cap on courses.",
    "10 out of 10 for my colleagues, 2 for the building.",
    "My probation was extended and nobody told me why.",
    "Fewer meetings, please.",
    "We cover 3 counties with 4 people at night.",
    "People of colour are stopped from acting up.",
    "Being the only woman on the team is tiring.",
    "Give the PCSOs a proper career.",
    "Sort out parking.",
    "We do 999 work on 101 money.",
    "The new rota is better than the old one, thank you.",
    "Maybe more praise now and then.",
    "I love this job.",
]
"""Sentences in which nothing tells who wrote them."""

HIGHEST_RATE = 0.02


def told(text: str) -> list[str]:
    return [f"{one.kind}: {one.text}" for one in telling.find(text)]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_what_tells_of_its_writer_is_found(text: str, expected: list[str]) -> None:
    assert told(text) == expected


def false_alarms(texts: list[str]) -> float:
    return sum(bool(telling.find(text)) for text in texts) / len(texts)


def test_ordinary_sentences_raise_few_alarms() -> None:
    assert len(ORDINARY) > 60
    assert false_alarms(ORDINARY) <= HIGHEST_RATE
    assert false_alarms([f"{text} Sgt Jones" for text in ORDINARY]) == 1


def test_sentences_that_were_not_written_for_this_raise_no_alarm() -> None:
    asked = [str(question.text) for question in loader.load(QUESTIONNAIRE).questions]
    assert len(asked) == 52
    assert false_alarms(asked) == 0


def test_every_kind_is_found_by_some_vector() -> None:
    assert {one.partition(":")[0] for _, found in FOUND for one in found} == set(telling.KINDS)


def test_finds_lie_apart_and_where_they_say() -> None:
    text = " ".join(text for text, _ in FOUND) + " 😀 Sgt Jones"
    end = 0
    for one in telling.find(text):
        assert end <= one.start < one.end
        assert text[one.start : one.end] == one.text
        end = one.end


def test_marks_are_all_that_is_added() -> None:
    text = "Sgt Jones came at 14:30, and I left."
    assert telling.marked(text) == "[name: Sgt Jones] came at [date: 14:30], and I left."
    assert telling.marked("Nothing here.") == "Nothing here."


def test_the_warning_names_what_was_found_and_says_that_it_stops_nobody() -> None:
    sentence = telling.warning("PC 1234, call Sgt Jones or Sgt Jones.")
    assert sentence is not None
    assert sentence.startswith(
        "This could tell who you are: a collar or warrant number (“PC 1234”), a name (“Sgt Jones”)."
    )
    assert "nothing stops you from sending" in sentence
    assert telling.warning("All is well.") is None


def in_page(texts: list[str]) -> list[list[object]]:
    """What the page's own module finds and says of each text."""
    script = """
    const said = (text) => own.find(text).map((one) => `${one.kind}: ${one.text}`);
    return given.map((text) => [said(text), own.warning(text)]);
    """
    found: list[list[object]] = in_node(script, texts, "telling.mjs")
    return found


def here(texts: list[str]) -> list[list[object]]:
    return [[told(text), telling.warning(text) or ""] for text in texts]


def invented(count: int) -> list[str]:
    """Texts of pieces that rules look for, glued together in every way."""
    rng = np.random.default_rng(11)
    vectors = [text for text, _ in FOUND]
    pieces = [
        *" ".join([*vectors, *ORDINARY]).split(" "),
        "\n",
        "",
        "😀",
        "ŵ",
        "ſ",
        "K",
        "£",
        "\u00a0",
    ]
    glue = ["", " ", " ", " ", ". ", "\n", "-", "/"]
    return [
        "".join(
            pieces[rng.integers(len(pieces))] + glue[rng.integers(len(glue))]
            for _ in range(rng.integers(1, 12))
        )
        for _ in range(count)
    ]


def test_the_page_finds_what_the_server_finds() -> None:
    texts = [*(text for text, _ in FOUND), *ORDINARY, *invented(3000)]
    assert in_page(texts) == here(texts)


def test_a_rule_that_the_page_lacks_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text for text, _ in FOUND]
    rules = telling._rules()
    monkeypatch.setattr(telling, "_rules", lambda: rules[1:])
    assert in_page(texts) != here(texts)


@pytest.mark.parametrize(
    "piece", ["a", "A", "1", "A1", "Sgt ", "Aa ", "1 ", "-", "Jo ", "a.", "collar ", "07", "'A"]
)
def test_no_text_of_the_longest_keeps_the_scanner_busy(piece: str) -> None:
    # Steps grow with the length and not with its square, or this would not end.
    long = (piece * 2000)[:2000]
    assert len(telling.find(long)) <= 2000
    assert isinstance(telling.marked(long * 5), str)
