"""Texts that did not come by a feed: plain files and JSON rows → entries, with title and date found in the text itself.

The first line with words is the title and everything else the body, so each word counts once; `kuzet import`, `tag` and
`rules explain` all read texts here. A text without a web address is identified by its path and its content.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.errors import KuzetError
from pipelines.models import Entry
from pipelines.reading.dates import read_date

FILE = "file:"
MAX_TITLE = 200
DATE_LINES = 12
DIGEST_LETTERS = 16
CONTENT_MARK = f"#[0-9a-f]{{{DIGEST_LETTERS}}}"
"""What follows the path in the address of a file, as a regular expression."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[А-ЯЁӘІҢҒҮҰҚӨҺA-Z«\"—])")
_DATE_MARK = re.compile(r"^\s*date\s+(\S+)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """A text in its parts. `published_at` is None where the text does not say it."""

    title: str
    body: str
    published_at: datetime | None = None


def decode_text(body: bytes, *, where: str) -> str:
    """Return the text of a file. Raises KuzetError for an encoding that is neither UTF-8 nor marked UTF-16."""
    is_wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return body.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise KuzetError(
            where, f"is not UTF-8 (byte {error.start})", remedy="Convert it, e.g. `iconv -f cp1251 -t utf-8`."
        ) from error


def read_plain_text(text: str, *, where: str, now: datetime) -> PlainText:
    """Part a text into title and body; together they hold all of it. Raises KuzetError when there are no words in it.

    The title is the first line with a word that is neither a date nor a row of hash tags: copied articles begin with
    exchange rates, crosses and tags. Of a long line only the first sentence is the title.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    at = next((number for number, line in enumerate(lines) if _may_be_title(line, now=now)), None)
    if at is None:
        raise KuzetError(where, "holds no words")
    title, rest = _parted(_without_date_mark(lines[at]))
    body = "\n".join([*lines[:at], *([rest] if rest else []), *lines[at + 1 :]]).strip()
    return PlainText(title=title, body=body, published_at=_date_in(lines, now=now))


def entry_from_text(text: str, *, url: str, now: datetime) -> Entry:
    """Read a plain text as an entry that carries its whole article. Raises KuzetError when there are no words in it."""
    read = read_plain_text(text, where=url, now=now)
    return Entry(link=url, title=read.title, content=read.body, published_at=read.published_at)


def entry_from_row(row: Mapping[str, Any], *, where: str, now: datetime) -> Entry:
    """Read a JSON row with `text` and, where known, title, url, published_at (or date), language. Raises KuzetError.

    where: the row's file (and line), for an error and, without `url`, for the identity.
    """
    text = row.get("text") or row.get("body") or row.get("content")
    if not isinstance(text, str) or not text.strip():
        raise KuzetError(
            where, "has no text", remedy='Each line needs {"text": "…"}; title, url and published_at are welcome.'
        )
    read = read_plain_text(text, where=where, now=now)
    title = str(row.get("title") or "").strip()
    has_own_title = bool(title) and title != read.title
    published = row.get("published_at") or row.get("date")
    return Entry(
        link=str(row.get("url") or where),
        title=title or read.title,
        content=text.strip() if has_own_title else read.body,
        published_at=read_date(str(published), now=now) if published else read.published_at,
        language=str(row.get("language") or ""),
    )


def file_address(path: str, content: bytes) -> str:
    """Return the address of a text that has no other, e.g. `file:2025/report.txt#3f2a9c1b7d04e5f6`.

    Path and content together: files of one name in two folders are two articles, a file that was edited is another
    one, and a row stays the same article when lines are added above it.
    """
    return f"{FILE}{path}#{hashlib.sha256(content).hexdigest()[:DIGEST_LETTERS]}"


def row_content(row: Mapping[str, Any]) -> bytes:
    """Return what identifies a row, whatever the order of its keys."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def is_file_name(url: str) -> bool:
    """True for the address of an imported file, which has no site: `file:report.txt`."""
    return url.startswith(FILE)


def text_id(url: str) -> str:
    """Return the article id of a text without a web address."""
    return hashlib.sha256(url.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _may_be_title(line: str, *, now: datetime) -> bool:
    line = _without_date_mark(line)
    has_word = any(word[:1].isalpha() for word in line.split())
    return has_word and not line.startswith("#") and not (line[:1].isdigit() and read_date(line, now=now))


def _without_date_mark(line: str) -> str:
    return _DATE_MARK.sub("", line)


def _parted(line: str) -> tuple[str, str]:
    """Return a title and what is left of its line. A sentence that is too long is cut and kept whole in the rest."""
    if len(line) <= MAX_TITLE:
        return line, ""
    sentence = _SENTENCE_END.split(line, maxsplit=1)[0]
    if len(sentence) <= MAX_TITLE:
        return sentence, line[len(sentence) :].strip()
    return sentence[: MAX_TITLE - 1].rsplit(" ", 1)[0] + "…", line


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
