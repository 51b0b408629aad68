"""Templates → HTML. Everything from outside is escaped, and cleaned of letters that turn or hide a line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.search.marks import Mark, MarkKind
from pipelines.time_zone import KAZAKHSTAN
from worker.answers.labels import Names
from worker.desk.translations import FIGURES, translations

HERE = Path(__file__).parent
STATIC = HERE / "static"
CONTENT_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
"""Control characters, and those of direction: «gnp.exe» must not look like «exe.png»."""


def clean(page: str) -> str:
    """Take unseen characters out of a page, however they came into it."""
    return _UNSEEN.sub("", page)


def web_link(url: str) -> str:
    """Return an address that may be a link: http or https; empty for anything else."""
    return url if url.casefold().startswith(("http://", "https://")) else ""


@cache
def static_files() -> Mapping[str, tuple[bytes, str]]:
    """Return the files that pages load, by an address that changes with their content: bytes and type."""
    return {
        f"{hashlib.sha256(content).hexdigest()[:12]}/{file.name}": (content, CONTENT_TYPES[file.suffix])
        for file in sorted(STATIC.iterdir())
        if file.suffix in CONTENT_TYPES and (content := file.read_bytes())
    }


@cache
def static(name: str) -> str:
    """Return the address of a file of the desk."""
    return next(f"/static/{path}" for path in static_files() if path.endswith(f"/{name}"))


@cache
def environment(language: str) -> Environment:
    """Return the templates in one language."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # the extension's
    made.globals |= {"static": static, "mark_title": lambda mark: mark_title(mark, language)}
    made.globals |= {"why": lambda text, names, severity: why(text, names, severity, language)}
    made.filters |= {"figure_reason": lambda text: figure_reason(text, language)}
    made.filters |= {"story_reason": lambda text, names: story_reason(text, names, language)}
    made.filters |= {"story_detail": lambda text: story_detail(text, language)}
    made.filters |= {"web_link": web_link, "number": lambda value: format_decimal(value, locale=language)}
    made.filters |= {
        "moment": lambda value: shown_moment(value, language),
        "age": lambda value: shown_age(value, language),
    }
    # `_` takes its text for markup of ours: what comes from data is translated by this filter, and escaped
    made.filters |= {"said": translations(language).gettext}
    made.filters |= {"clock": shown_clock, "instant": instant}
    return made


def render(template: str, language: str, values: Mapping[str, Any]) -> str:
    return clean(environment(language).get_template(template).render(values))


def aware(value: str | float | datetime) -> datetime:
    """Return a moment of the index (ISO 8601) or of the state (epoch seconds) in the time of Kazakhstan."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, float | int):
        value = datetime.fromtimestamp(value, UTC)
    return value.astimezone(KAZAKHSTAN)


def instant(value: str | float | datetime) -> str:
    """Return a moment for the `datetime` of a <time>."""
    return aware(value).isoformat(timespec="seconds")


def shown_moment(value: str | float | datetime, language: str) -> str:
    """Return day and time in words of the language: «30 ноября, 13:47»."""
    moment = aware(value)
    pattern = "d MMMM, HH:mm" if moment.year == datetime.now(KAZAKHSTAN).year else "d MMMM y, HH:mm"
    return format_datetime(moment, pattern, tzinfo=KAZAKHSTAN, locale=language)


def shown_clock(value: str | float | datetime) -> str:
    """Return the time of day to the second."""
    return f"{aware(value):%H:%M:%S}"


def shown_age(seconds: float, language: str) -> str:
    return format_timedelta(timedelta(seconds=seconds), locale=language, threshold=1.5)


SAME = "same "
SAME_TEXT = re.compile(r"the same text \((\d+%) of its runs of four words\)")
LIKE = re.compile(r"like (\S+)")
RAISED = re.compile(r"(\w+) (\d+(?:\.\d+)? → )")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
BOLD = Markup("<b>{}</b>{}{}")


def why(text: str, names: Names, severity: str, language: str) -> Markup:
    """Return the stored line of reasons with topics and severity in words of the reader, in bold."""
    parts = (part.partition(": ") for part in text.split("; "))
    shown = [
        BOLD.format(reason_name(name, names, severity), mark, figure_reason(rest, language))
        if mark
        else Markup("{}").format(name)
        for name, mark, rest in parts
    ]
    return Markup("; ").join(shown)


def figure_reason(text: str, language: str) -> str:
    """Return a reason in the words of the reader if it is a figure («evacuated 2400»); words of a text stay."""
    kind, _, value = text.rpartition(" ")
    if kind.replace("_", " ") not in FIGURES or not _NUMBER.fullmatch(value):
        return text
    return f"{translations(language).gettext(kind.replace('_', ' '))} {format_decimal(Decimal(value), locale=language)}"


def story_reason(text: str, names: Names, language: str) -> str:
    """Return why an article is of a story in words of the reader: «same place: Semey» → «место: Семей»."""
    if same := SAME_TEXT.fullmatch(text):
        return translations(language).gettext("the same text, %(share)s of it") % {"share": same[1]}
    what, is_named, rest = text.partition(": ")
    if not is_named or not what.startswith(SAME):
        return translations(language).gettext(text)
    kind = what.removeprefix(SAME)
    values = ", ".join(names.place(each) for each in rest.split(", ")) if kind == "place" else rest
    return f"{translations(language).gettext(kind.replace('_', ' '))}: {values}"


def story_detail(text: str, language: str) -> str:
    """Return what a report adds to a story in words of the reader: «killed 3 → 5» → «погибло 3 → 5»."""
    say = translations(language).gettext
    if like := LIKE.fullmatch(text):
        return say("as at %(source)s") % {"source": like[1]}
    return RAISED.sub(lambda found: f"{say(found[1].replace('_', ' '))} {found[2]}", text)


def reason_name(name: str, names: Names, severity: str) -> str:
    word, _, rank = name.partition(" ")
    return f"{severity} {names.severity(rank)}" if word == "severity" and rank else names.topic(name)


def mark_title(mark: Mark, language: str) -> str:
    """Return what a mark says when it is pointed at: term, weight and rule, or the context that silenced it."""
    say, term = translations(language).gettext, mark.span.term
    if mark.kind is MarkKind.TOPIC:
        return say("%(term)s, weight %(weight)s, rule %(rule)s") % {
            "term": term,
            "weight": f"{mark.span.weight:g}",
            "rule": mark.rule,
        }
    if mark.kind is MarkKind.CONTEXT:
        return say("%(term)s: does not count (%(context)s)") % {"term": term, "context": mark.about}
    return say("figure: %(kind)s") % {"kind": mark.about}
