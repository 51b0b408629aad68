"""What a site has written reaches no screen as a command."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from pipelines.characters import escaped, printable, shown
from pipelines.feeds import parse_feed, parse_sitemap
from pipelines.language.normalise import repair
from pipelines.reading.markup import one_line
from worker.cli.console import Screen
from worker.logs import printable_values

NOW = datetime(2026, 9, 25, 12, 0, tzinfo=UTC)
OBEYED = {"Cc", "Cs"}
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
HOSTILE = ["\x1b[2J", "\x9b31m", "\u202egnp.exe", "\u2066", "\x07", "\x00", "\ud83d", "\x7f"]


def is_harmless(text: str) -> bool:
    """True if no character of it moves a cursor or turns a line around."""
    return not any((unicodedata.category(each) in OBEYED and each not in "\n\t") or each in TURNING for each in text)


@given(st.text(st.characters(codec=None)))
def test_no_text_is_obeyed(text: str) -> None:
    """Whatever a site sends: control characters, overrides, halves of pairs."""
    assert is_harmless(shown(text))


@given(st.text(st.characters(codec=None)))
def test_json_keeps_its_value(text: str) -> None:
    """A program reads what was there, and a terminal obeys nothing of it."""
    written = escaped(json.dumps({"title": text}, ensure_ascii=False))
    assert json.loads(written) == {"title": text}
    assert is_harmless(written.replace("\x85", ""))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_words_stay_apart_and_together(hostile: str) -> None:
    """Taking a character out must not join or part words."""
    assert one_line(f"Ұрлық{hostile}шы ұсталды") == f"Ұрлық{printable(hostile)}шы ұсталды"
    assert one_line("а\x85б\x1cв\x0bг") == "а б в г"


@pytest.mark.parametrize("written", ["&#27;[2J", "&amp;#27;[2J", "&#x202E;", "&amp;#x202e;", "&#155;"])
@pytest.mark.parametrize("element", ["title", "description"])
def test_entities_are_decoded_first(written: str, element: str) -> None:
    """An escape comes as an entity, also one that is escaped twice: the bytes of the feed are innocent."""
    texts = {"title": "Т", "description": "О"} | {element: f"a{written}b"}
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in texts.items())
    feed = f"<rss version='2.0'><channel><item>{inner}<link>https://kaz.kz/1</link></item></channel></rss>"
    [entry] = parse_feed(feed.encode(), url="https://kaz.kz/rss", headers={}, now=NOW).entries
    assert is_harmless(entry.title + entry.summary)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_article_holds_nothing_of_it(hostile: str) -> None:
    """Titles and bodies are repaired before they are tagged and indexed."""
    assert is_harmless(repair(f"Тонау{hostile} ашылды").text)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_screen_obeys_kuzet_only(hostile: str) -> None:
    """Older documents, addresses and the words of a server's error are printed, too."""
    screen = Screen(file=StringIO(), force_terminal=True, color_system="standard", width=60)
    screen.print(Text(f"a{hostile}b", style="red"))
    printed = screen.file.getvalue()  # type: ignore[attr-defined]
    assert printed.replace("\x1b[31m", "").replace("\x1b[0m", "") == f"a{shown(hostile)}b\n"


def test_a_log_line_is_a_line_of_ours() -> None:
    """A site's words are in errors, and logs are read in a terminal."""
    line = printable_values(None, "info", {"event": "fetch", "error": "moved to \x1b[2J", "count": 3})
    assert line == {"event": "fetch", "error": "moved to [2J", "count": 3}


def test_half_a_pair_as_a_reference_ends_no_reading() -> None:
    """Lxml raised UnicodeDecodeError for it, and the whole sitemap was lost at each poll."""
    news = "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
    item = "<news:news><news:title>Тонау {} ашылды</news:title></news:news>"
    for written in ("&#xD800;", "&#xdfff;", "&#55296;", "&#057343;"):
        body = f"<urlset {news}><url><loc>https://kaz.kz/1</loc>{item.format(written)}</url></urlset>"
        [entry] = parse_sitemap(body.encode(), url="https://kaz.kz/s.xml", headers={}, now=NOW).entries
        assert entry.title == "Тонау ашылды"
