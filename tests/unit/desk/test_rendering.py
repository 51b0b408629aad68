"""What is written into pages: escaped, without letters that hide or turn a line."""

from __future__ import annotations

import re

import pytest

from config.settings import HERE
from worker.answers.labels import NO_LABELS, Names, read_names
from worker.desk.rendering import (
    clean,
    environment,
    figure_reason,
    static,
    static_files,
    story_detail,
    story_reason,
    web_link,
    why,
)
from worker.desk.signing_in import own_address
from worker.files.layers import Layers


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("gpj.\u202eexe", "gpj.exe"),
        ("a\x00b\x1b[31m", "ab[31m"),
        ("қазақ\u2066x\u2069", "қазақx"),
        ("line\nline\ttab", "line\nline\ttab"),
        ("zero\u200bwidth", "zero\u200bwidth"),
    ],
)
def test_unseen_letters_go(text: str, shown: str):
    """A title must not pretend to be something else."""
    assert clean(text) == shown


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{ 7*7 }}"])
def test_markup_from_outside_is_text(text: str):
    """Titles, reasons and names come from anyone's site."""
    shown = environment("en").from_string('<p title="{{ x }}">{{ x }}</p>').render(x=text)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "49" not in shown


def test_no_template_translates_data_as_markup():
    """`_(text)` gives markup: a figure's qualifier from the index ran as a script once. Data goes through `said`."""
    for file in (HERE.parent / "worker" / "desk" / "templates").glob("*.html"):
        assert not re.findall(r"\b_\((?![\"'])", file.read_text()), file.name


def test_a_stored_reason_is_escaped_too():
    """The line of reasons is put together by hand."""
    names = read_names(Layers(HERE), "ru")
    shown = why("fraud: <b>x</b> ×2; severity high: <i>; no colon", names, "важность", "ru")
    assert shown == "<b>Мошенничество</b>: &lt;b&gt;x&lt;/b&gt; ×2; <b>важность высокая</b>: &lt;i&gt;; no colon"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", " https://a.kz", "file:///etc/passwd", "//a.kz", ""]
)
def test_only_web_addresses_are_links(url: str):
    """A click on an address from a feed must not run anything."""
    assert web_link(url) == ""
    assert web_link("HTTPS://a.kz/x") == "HTTPS://a.kz/x"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/a\r\nSet-Cookie: x",
        "",
        "x",
    ],
)
def test_a_sign_in_leads_to_the_desk_only(wanted: str):
    """A link to the sign-in must not lead to a copy of it elsewhere."""
    assert own_address(wanted) == "/"
    assert own_address("/search?q=x&topic=fraud") == "/search?q=x&topic=fraud"


def test_files_are_addressed_by_their_content():
    """They may be kept for ever, and a new version is fetched at once."""
    assert static("desk.css").removeprefix("/static/") in static_files()
    assert static_files()[static("desk.js").removeprefix("/static/")][1].startswith("text/javascript")


def test_our_own_javascript_stays_small():
    """Pages work without it; at most 300 lines may make them better."""
    script, _ = static_files()[static("desk.js").removeprefix("/static/")]
    assert len(script.splitlines()) <= 300


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("evacuated 2400", "эвакуировано 2\xa0400"),
        ("деталь 3", "деталь 3"),
        ("эвакуировали 540 жителей", "эвакуировали 540 жителей"),
        ("", ""),
    ],
)
def test_a_figure_that_raised_the_severity_is_named_in_words(said: str, shown: str):
    """«evacuated 2400» on a Russian page looks like a fault; words of the article are its own."""
    assert figure_reason(said, "ru") == shown


def test_reasons_of_a_story_are_in_the_language_of_the_reader():
    """Who doubts that two articles are one event reads this line."""
    names = Names("ru", NO_LABELS, {}, {"Shakhtinsk": "Шахтинск"})
    assert story_reason("same place: Shakhtinsk, X", names, "ru") == "место: Шахтинск, X"
    assert story_reason("same killed: 3", names, "ru") == "погибло: 3"
    assert story_reason("reprints: what one has", names, "ru") == "reprints: what one has"
    assert story_reason("the same text (97% of its runs of four words)", names, "ru") == "тот же текст, 97% его"
    assert story_reason("but other places", names, "ru") == "но другие места"
    assert story_detail("like verst", "ru") == "как у verst"
    assert story_detail("killed 3 → 5, drugs_kg 1.5 → 46", "ru") == "погибло 3 → 5, наркотики, кг 1.5 → 46"
