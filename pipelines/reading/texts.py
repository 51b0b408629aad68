"""Texts that did not come by a feed: plain files and JSON rows → entries, with title and date found in the text itself.

The text stays whole, noise included; only the title and the date are read off it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipelines.errors import KuzetError
from pipelines.models import Entry
from pipelines.reading.dates import read_date

FILE = "file:"
MIN_TITLE_WORDS = 3
MAX_TITLE = 200
DATE_LINES = 12
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[А-ЯЁӘІҢҒҮҰҚӨҺA-Z«\"—])")
_DATE_MARK = re.compile(r"^\s*date\s+(\S+)\s+", re.IGNORECASE)


def entry_from_text(text: str, *, url: str, now: datetime) -> Entry:
    """Read a plain text as an entry that carries its whole article. Raises KuzetError when there are no words in it."""
    lines = [line.strip() for line in text.splitlines()]
    title = next((line for line in map(_without_date_mark, lines) if _may_be_title(line)), "")
    title = title or next((line for line in lines if any(letter.isalpha() for letter in line)), "")
    if not title:
        raise KuzetError(url, "holds no words")
    return Entry(link=url, title=_first_sentence(title), content=text.strip(), published_at=_date_in(lines, now=now))


def entry_from_row(row: Mapping[str, Any], *, where: str, now: datetime) -> Entry:
    """Read a JSON row with `text` and, where known, title, url, published_at (or date), language. Raises KuzetError."""
    text = row.get("text") or row.get("body") or row.get("content")
    if not isinstance(text, str) or not text.strip():
        raise KuzetError(
            where, "has no text", remedy='Each line needs {"text": "…"}; title, url and published_at are welcome.'
        )
    url = str(row.get("url") or where)
    read = entry_from_text(text, url=url, now=now)
    said_at = row.get("published_at") or row.get("date")
    return Entry(
        link=url,
        title=str(row.get("title") or read.title),
        content=text,
        published_at=read_date(str(said_at), now=now) if said_at else read.published_at,
        language=str(row.get("language") or ""),
    )


def is_file_name(url: str) -> bool:
    """True for the address of an imported file, which has no site: `file:report.txt`."""
    return url.startswith(FILE)


def text_id(url: str) -> str:
    """The article id of a text without a web address: the same name is the same article, changed words a revision."""
    return hashlib.sha256(url.encode()).hexdigest()[:32]


def _may_be_title(line: str) -> bool:
    return not line.startswith("#") and sum(word[:1].isalpha() for word in line.split()) >= MIN_TITLE_WORDS


def _without_date_mark(line: str) -> str:
    return _DATE_MARK.sub("", line)


def _first_sentence(line: str) -> str:
    if len(line) <= MAX_TITLE:
        return line
    sentence = _SENTENCE_END.split(line, maxsplit=1)[0]
    return sentence if len(sentence) <= MAX_TITLE else sentence[: MAX_TITLE - 1].rsplit(" ", 1)[0] + "…"


def _date_in(lines: list[str], *, now: datetime) -> datetime | None:
    """The date in the first lines. A line that is a sentence may name any day, so only its mark `date …` counts."""
    for line in lines[:DATE_LINES]:
        marked = _DATE_MARK.match(line)
        if marked:
            return read_date(marked[1], now=now)
        if line and len(line) <= MAX_TITLE // 3 and (found := read_date(_from_first_digit(line), now=now)):
            return found
    return None


def _from_first_digit(line: str) -> str:
    """A byline such as «Аты Жөні 14 шіл. 2025 12:53» begins with a name."""
    return re.sub(r"^\D*", "", line)
