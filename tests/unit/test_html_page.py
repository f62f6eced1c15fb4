"""The page parser passes a good page and fails each kind of bad one."""

from __future__ import annotations

import html_page
import pytest

GOOD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Speaking up - Survey</title>
<link rel="stylesheet" href="/static/a.css"><script src="/static/a.js" defer></script></head>
<body><a href="#main">Skip</a><main id="main"><h1>Speaking up</h1>
<form id="f"><fieldset><legend>I feel safe</legend>
<input type="radio" id="a" name="a" value="1" checked><label for="a">Agree</label>
<input type="radio" id="b" name="a" value="2"><label for="b">Disagree</label></fieldset>
<label for="c">Code</label><input id="c" name="c" value="x">
<input type="hidden" name="h" value="y"></form>
<a href="https://example.org" rel="noreferrer">Elsewhere</a></main></body></html>"""

SUMMARY = '<div class="govuk-error-summary"><a href="#%s">Enter the code</a></div>'


def test_good_page_passes_and_says_what_its_form_sends() -> None:
    page = html_page.parse(GOOD)
    assert (page.title, page.h1) == ("Speaking up - Survey", "Speaking up")
    assert page.fields("f") == {"a": ["1"], "c": ["x"], "h": ["y"]}
    assert "Elsewhere" in page.text


def test_a_form_read_alone_sends_the_same() -> None:
    assert html_page.one_form(GOOD, "f").fields("f") == html_page.parse(GOOD).fields("f")
    with pytest.raises(html_page.BadPage, match="no form g"):
        html_page.one_form(GOOD, "g")


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        ("<h1>Speaking up</h1>", "", "0 h1"),
        ("<h1>Speaking up</h1>", "<h1>Speaking up</h1><h1>Again</h1>", "2 h1"),
        ("<title>Speaking up", "<title>Page", "does not start with h1"),
        ("<title>Speaking up", "<title>Error: Speaking up", "disagree"),
        ('<form id="f">', '<div class="govuk-error-summary"></div><form id="f">', "disagree"),
        ('id="b"', 'id="a"', "stands 2 times"),
        ('<label for="c">', "<label>", "field c has no label"),
        ('<label for="b">', '<label for="z">', "for=z leads nowhere"),
        ("<legend>I feel safe</legend>", "", "legend"),
        ("<legend>I feel safe</legend>", "<legend> </legend>", "legend"),
        ("fieldset>", "div>", "stands in no fieldset"),
        ('id="b" name="a"', 'id="b" name="b"', "one fieldset asks"),
        ("<main", '<p tabindex="1">First</p><main', "out of order"),
        ('<input id="c"', '<input autofocus id="c"', "out of order"),
        ('<script src="/static/a.js" defer>', "<script>", "inline script"),
        ('<main id="main">', '<main id="main" style="color:red">', "inline style"),
        ('<main id="main">', '<main id="main" onclick="x()">', "inline onclick"),
        ('src="/static/a.js"', 'src="https://cdn.example/a.js"', "loads https"),
        ('src="/static/a.js"', 'src="//cdn.example/a.js"', "loads //"),
        (' rel="noreferrer"', "", "sends a referrer"),
        ('href="#main"', 'href="#f"', "skip"),
        ('<html lang="en">', "<html>", "no lang"),
        ("</main>", "", "does not parse"),
        (
            "<legend>",
            '<table><tr><td><input type="radio" id="q"></td></tr></table><legend>',
            "table",
        ),
    ],
)
def test_bad_page_is_refused(good: str, bad: str, reason: str) -> None:
    assert good in GOOD
    with pytest.raises(html_page.BadPage, match=reason):
        html_page.parse(GOOD.replace(good, bad))


def test_an_error_summary_in_a_template_is_not_shown() -> None:
    with_template = '<template><div class="govuk-error-summary"></div></template></main>'
    html_page.parse(GOOD.replace("</main>", with_template))


def test_a_mistake_leads_to_its_field() -> None:
    wrong = GOOD.replace("<title>", "<title>Error: ")
    for led_to in ("c", "f"):
        html_page.parse(wrong.replace("<h1>", f"{SUMMARY % led_to}<h1>"))
    empty = wrong.replace("<h1>", f'{SUMMARY % "told"}<p id="told"></p><h1>')
    with pytest.raises(html_page.BadPage, match="'Enter the code' leads to no field"):
        html_page.parse(empty)
