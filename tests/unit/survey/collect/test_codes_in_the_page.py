"""The page's own test of a typed code agrees with the server's."""

from __future__ import annotations

from in_node import in_node

from survey import resources
from survey.collect import codes
from survey.errors import MistypedCode

SCRIPT = """
const judged = given.map((text) => [own.isCode(text), own.asPrinted(text)]);
return { matrix: own.CHECK_MATRIX, judged };
"""


def in_python(text: str) -> tuple[bool, str]:
    try:
        return True, codes.write(codes.parse(text))
    except MistypedCode:
        return False, text


def variants(code: str) -> list[str]:
    """A code as people type it, and as they mistype it."""
    bare = code.replace("-", "")
    wrong = codes.ALPHABET[(codes.ALPHABET.index(bare[7]) + 5) % 32]
    return [
        code,
        code.lower(),
        f"  {code.replace('-', ' ')} ",
        bare.replace("0", "O").replace("1", "l"),
        code.replace("-", "–"),
        bare[:7] + wrong + bare[8:],
        bare[:3] + bare[4] + bare[3] + bare[5:],
        bare[:-1],
        bare + "0",
        bare.replace(bare[0], "U"),
    ]


def test_python_and_javascript_agree_on_many_codes() -> None:
    texts = [text for code in codes.make(300) for text in variants(code)]
    texts += ["", "-", "0" * 20, "ß" * 20, "é", "7K3M-Q9TX-2WHB-4D6F-J8NP"]
    found = in_node(SCRIPT, texts, "codes.mjs")
    assert [tuple(row) for row in found["matrix"]] == list(codes.CHECK_MATRIX)
    for text, judged in zip(texts, found["judged"], strict=True):
        assert (text, *judged) == (text, *in_python(text))


def test_the_example_on_the_page_is_nobodys_code() -> None:
    template = (resources.TEMPLATES / "respond" / "document.html").read_text()
    assert "7K3M-Q9TX-2WHB-4D6F-J8NP" in template
    assert not in_python("7K3M-Q9TX-2WHB-4D6F-J8NP")[0]
