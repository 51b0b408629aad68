"""A notification as HTML, for mails: titles are links, and the words that matched are marked."""

from __future__ import annotations

import html
import re

from pipelines.alerts.speaking import Notification, Pending, text_of_story, words_after
from pipelines.language.normalise import fold
from pipelines.stories.frequencies import stem

_WORD = re.compile(r"[^\W_]+")


def html_of(notice: Notification) -> str:
    """Return the message; what strangers wrote stays text."""
    parts = [_paragraph(one) for one in notice["stories"]]
    after = [f"<p>{html.escape(line)}</p>" for line in words_after(notice)]
    return f"<html><body>{''.join([*parts, *after])}</body></html>"


def _paragraph(one: Pending) -> str:
    stems = frozenset(stem(fold(word)) for said in one.get("words", ()) for word in _WORD.findall(said))
    title, *lines = text_of_story(one).split("\n")
    shown = marked(title, stems)
    if one["url"].startswith(("http://", "https://")):
        shown = f'<a href="{html.escape(one["url"], quote=True)}">{shown}</a>'
    return f"<p>{'<br>'.join([f'<b>{shown}</b>', *(marked(line, stems) for line in lines)])}</p>"


def marked(text: str, stems: frozenset[str]) -> str:
    """Return a text as HTML, with each word marked that is a form of one of these."""
    parts, end = [], 0
    for match in _WORD.finditer(text):
        if stem(fold(match[0])) in stems:
            parts += [html.escape(text[end : match.start()]), f"<mark>{html.escape(match[0])}</mark>"]
            end = match.end()
    return "".join([*parts, html.escape(text[end:])])
