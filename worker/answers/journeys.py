"""An article's journey in sentences, and addresses as people read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote_to_bytes

from pipelines.models import Outcome
from worker.state import JourneyStep

PAGE_SUFFIX = ".zst"
IMPORT = "import-"
_BEYOND_ASCII = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_PUNYCODE = re.compile(r"(?<![\w.-])((?:[\w-]+\.)*xn--[\w.-]+)", re.ASCII)

SIGHTED = {
    "new": "seen for the first time in {}",
    "changed": "{} has it with other words",
    "again": "looked at once more for corrections",
    "once-more": "{} changed it while it was under way; it starts again afterwards",
    "replay": "started again by hand",
    "back": "started again: the article that had its address ended without a text",
}
ENDINGS = {
    Outcome.INDEXED: "it is in the index",
    Outcome.REVISED: "its new revision is in the index",
    Outcome.UNCHANGED: "its words are as before, nothing was written",
    Outcome.DUPLICATE: "another article has this address already",
    Outcome.SUPERSEDED: "a newer sighting took its place",
    Outcome.REJECTED: "it is not indexed",
    Outcome.QUARANTINED: "given up after three attempts; `kuzet quarantine replay` starts it again",
}


UNREAD = "its text waits to be read"
TAGGED = "read and tagged; it waits for the index"
REMARKS = {
    "challenge": "its page asks whether a person is reading, so its text is the feed's",
    "paywall": "its page is for subscribers only, so its text is the feed's",
    "consent": "its page asks for consent, so its text is the feed's",
    "error_page": "its page is an error of the site, so its text is the feed's",
    "other_page": "another page came in its place, so its text is the feed's",
    "no_text": "its page has no text, so its text is the feed's",
    "too_many_elements": "its page is too large to be read, so its text is the feed's",
    "cut_off": "its text was too long and is cut",
}
"""Note of an article → why its text is not all that its page has."""


Say = Callable[[str], str]
"""Translates a text of this module."""


def as_it_is(text: str) -> str:
    return text


def sentence_of(step: JourneyStep, *, say: Say = as_it_is) -> str:
    """Say in plain words what happened."""
    said = _SENTENCES.get(step.event)
    return said(step.detail, say) if said else _ending(step.event, say)


def readable(address: str) -> str:
    """Return an address with its Cyrillic letters: without percent signs in the path and xn-- in the host."""
    return _PUNYCODE.sub(_unicode_host, _BEYOND_ASCII.sub(_letters, address))


def _sighted(detail: str, say: Say) -> str:
    kind, _, rest = detail.partition(" ")
    feed = rest.partition(" ")[0]
    if feed.startswith(IMPORT) and kind in {"new", "changed"}:
        return say("imported") if kind == "new" else say("imported again with other words")
    return say(SIGHTED.get(kind, kind)).format(say("the feed {}").format(feed))


def _to_extract(detail: str, say: Say) -> str:
    if detail.endswith(PAGE_SUFFIX):
        return say("its page is stored and waits to be read")
    return say("no page ({}); what the feed said is read").format(say(detail)) if detail else say(UNREAD)


def _to_outbox(detail: str, say: Say) -> str:
    """The detail is «version remark»; the remark says why the text is not its page's."""
    remark = detail.partition(" ")[2]
    why = "; ".join(say(REMARKS.get(each, each)) for each in remark.split())
    return say("read and tagged ({}); it waits for the index").format(why) if why else say(TAGGED)


def _ending(event: str, say: Say) -> str:
    outcome, _, reason = event.partition(":")
    if outcome not in set(Outcome):
        return event
    ending = say(ENDINGS[Outcome(outcome)])
    return f"{ending} ({say(reason)})" if reason else ending


def _letters(escaped: re.Match[str]) -> str:
    try:
        text = unquote_to_bytes(escaped[0]).decode("utf-8")
    except UnicodeDecodeError:
        return escaped[0]  # windows-1251, or no text at all
    return text if text.isprintable() and " " not in text else escaped[0]


def _unicode_host(host: re.Match[str]) -> str:
    try:
        return host[0].encode("ascii").decode("idna")
    except UnicodeError:
        return host[0]


_SENTENCES: Mapping[str, Callable[[str, Say], str]] = {
    "sighted": _sighted,
    "fetch": lambda _, say: say("to be fetched"),
    "extract": _to_extract,
    "outbox": _to_outbox,
    "failed": lambda error, say: say("an attempt failed: {}").format(error or say("no reason was given")),
    "alias-of": lambda owner, say: say("this address belongs to the article {}").format(owner),
    "alias-withdrawn": lambda _, say: say("an address it had claimed names a list, so the claim was withdrawn"),
    "imported": lambda _, say: say("taken over from an export"),
}

TEXTS: tuple[str, ...] = (
    *SIGHTED.values(), *ENDINGS.values(), *REMARKS.values(), UNREAD, TAGGED,
    "imported", "imported again with other words", "the feed {}", "its page is stored and waits to be read",
    "no page ({}); what the feed said is read", "read and tagged ({}); it waits for the index", "to be fetched",
    "an attempt failed: {}", "no reason was given", "this address belongs to the article {}",
    "an address it had claimed names a list, so the claim was withdrawn", "taken over from an export",
)  # fmt: skip
"""Every text that a translation needs."""
