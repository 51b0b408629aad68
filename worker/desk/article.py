"""One article: its text with the reasons in it, why it has its topics, names, figures, revisions, journey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.errors import KuzetError, UsageError
from pipelines.models import Feed, Figure, Span, Tagging
from pipelines.search.marks import MarkKind, marks_of, paragraphs, segments, sentence_around
from pipelines.search.request import SearchRequest, Sort
from pipelines.search.stored_tagging import read_tagging
from pipelines.tagging.rules.patterns import LANGUAGES
from pipelines.urls import host_of
from worker.answers.articles import find_document, show_row, tombstone_row, trace_of, trace_row
from worker.answers.journeys import readable, sentence_of
from worker.answers.revisions import pages_of
from worker.answers.shapes import ShowAnswer, TraceAnswer
from worker.answers.wrong_tags import keep_example
from worker.desk.access import Role
from worker.desk.found import figure_name
from worker.desk.stories import story_of_article
from worker.desk.visits import Moved, Page, View, Visit
from worker.state import Tombstone, Trace

LIKE_SHOWN = 5
NEVER_SEEN = "It was never seen: no feed has listed it."
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Reason:
    """A term of a topic or a context: what it found, and what that weighs."""

    term: str
    weight: float
    forms: tuple[str, ...]
    anchor: str


@dataclass(frozen=True, slots=True)
class Because:
    """A row of the table of reasons: a topic with its score, or a context with the topic it silenced."""

    name: str
    label: str
    place: int
    score: float
    threshold: float
    rule: str
    topic: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class CountedFact:
    """A figure with the sentence it was read in."""

    label: str
    figure: Figure
    sentence: str


def article(visit: Visit) -> View:
    """Return the page of an article, by its id."""
    document = find_document(visit.runtime, visit.part["article"])
    tagging = read_tagging(document)
    found = visit.runtime.state.articles.trace(document["id"])
    marks = marks_of(tagging)
    has_images = visit.one("images") == "1"
    values = {
        "document": document,
        "tagging": tagging,
        "title": segments(document["title"], "title", marks),
        "paragraphs": paragraphs(segments(document.get("body", ""), "body", marks)),
        "topics": topics(visit, tagging),
        "contexts": contexts(visit, tagging),
        "figures": figures(visit, document, tagging),
        "trace": found,
        "steps": steps(visit, found),
        "compared": pages_of(found) if found else {},
        "mark_kinds": MarkKind,
        "anchor": anchor,
        "readable": readable,
        "reprints": reprints(visit, document),
        "story": story_of_article(visit, document),
        "with_images": has_images,
        "all_topics": sorted((visit.names.topic(topic), topic) for topic in visit.names.labels.topics),
    }
    return View(template="article.html", row=lambda: show_row(document, found), values=values, images=has_images)


def topics(visit: Visit, tagging: Tagging) -> list[Because]:
    return [
        Because(
            tag.topic,
            visit.names.topic(tag.topic),
            place,
            tag.score,
            tag.threshold,
            tag.rule,
            "",
            reasons(tag.topic, tag.spans),
        )
        for place, tag in enumerate(tagging.tags)
    ]


def contexts(visit: Visit, tagging: Tagging) -> list[Because]:
    return [
        Because(
            each.context,
            visit.names.context(each.context),
            -1,
            0,
            0,
            "",
            visit.names.topic(each.topic),
            reasons(each.context, each.spans),
        )
        for each in tagging.contexts
    ]


def reasons(about: str, spans: Iterable[Span]) -> tuple[Reason, ...]:
    """Return one reason a term, with every form that it found."""
    forms: dict[tuple[str, float], dict[str, None]] = {}
    for span in spans:
        forms.setdefault((span.term, span.weight), {})[" ".join(span.form.split())] = None
    return tuple(Reason(term, weight, tuple(found), anchor(about, term)) for (term, weight), found in forms.items())


def anchor(about: str, term: str) -> str:
    """Return the id of a reason's row, which the marks of its words lead to."""
    return f"why-{about}-{abs(hash_of(term)):x}"


def hash_of(term: str) -> int:
    """Return a number that is the same in every process."""
    number = 0
    for letter in term:
        number = (number * 131 + ord(letter)) % 0xFFFFFFFF
    return number


def figures(visit: Visit, document: Mapping[str, Any], tagging: Tagging) -> list[CountedFact]:
    """Return the counted facts, each with its sentence."""
    return [
        CountedFact(figure_name(visit, each.role or each.kind), each, sentence_of_figure(document, each))
        for each in tagging.figures
    ]


def sentence_of_figure(document: Mapping[str, Any], figure: Figure) -> str:
    if figure.span is None:
        return ""
    return sentence_around(str(document.get(figure.span.field, "")), figure.span)


def reprints(visit: Visit, document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the other articles with the same text, the first published first."""
    text = f"same_text:{document['same_text']} -id:{document['id']}"
    request = SearchRequest(
        text=text, sort=Sort.TIME, size=LIKE_SHOWN, facets=(), histogram=False, highlight=False, collapse=False
    )
    return [hit.document for hit in visit.runtime.search.search(request, now=visit.now).hits]


def steps(visit: Visit, trace: Trace | None) -> list[tuple[float, str]]:
    """Return the journey as moments and sentences."""
    return [(step.at, readable(sentence_of(step, say=visit.said))) for step in trace.steps] if trace else []


def trace(visit: Visit) -> View | Moved:
    """Return the journey of any address, also of one that is not in the index: «why is this article missing?»."""
    asked = visit.one("article").strip()
    if not asked:
        return View(template="trace.html", row={}, values=traced(visit, ""))
    try:
        found = trace_of(visit.runtime, asked)
    except UsageError:
        raise  # it is no address at all
    except KuzetError:
        values = traced(visit, asked) | {"is_unknown": True, "feeds": feeds_of_site(visit, asked)}
        return View(template="trace.html", row={"error": visit.say(NEVER_SEEN)}, values=values, status=404)
    if isinstance(found, Tombstone):
        return View(template="trace.html", row=tombstone_row(found), values=traced(visit, asked, tombstone=found))
    return View(template="trace.html", row=trace_row(found), values=traced(visit, asked, found=found))


def feeds_of_site(visit: Visit, address: str) -> list[Feed]:
    """Return the feeds of the site that an address is of."""
    site = host_of(address).removeprefix("www.")
    return [feed for feed in visit.runtime.catalogue if site and host_of(feed.url).removeprefix("www.") == site]


def traced(
    visit: Visit, asked: str, *, found: Trace | None = None, tombstone: Tombstone | None = None
) -> dict[str, Any]:
    known = {"asked": asked, "found": found, "steps": steps(visit, found), "tombstone": tombstone}
    return known | {"is_unknown": False, "feeds": []}


def report_wrong(visit: Visit) -> Moved:
    """Keep the article as an example of a tag that is wrong or missing. Raises UsageError for an unknown topic."""
    document = find_document(visit.runtime, visit.part["article"])
    topic, verdict = visit.form.get("topic", ""), visit.form.get("verdict", "")
    if topic not in visit.names.labels.topics or verdict not in {"should", "not"}:
        raise UsageError("The report", "names no topic of these rules")
    keep_example(
        visit.runtime,
        topic,
        should=verdict == "should",
        title=document["title"],
        body=document.get("body", ""),
        language=document["language"] if document["language"] in LANGUAGES else "ru",
        url=document["url"],
        note=visit.form.get("note", "").strip()[:LONGEST_NOTE],
        now=visit.now,
    )
    visit.note(f"reported: {verdict} {topic}", document["id"])
    return Moved(to=f"/article/{document['id']}?done=reported")


DONE: dict[str, str] = {"reported": "Thank you. The article is an example now: «kuzet rules test» tries it."}

PAGES = (
    Page(
        path="/article/{article:str}/wrong",
        answer=report_wrong,
        about="Report a tag that is wrong or missing.",
        change=Role.ANALYST,
    ),
    Page(
        path="/article/{article:str}",
        twin="/article/{article:str}.json",
        answer=article,
        about="An article with its reasons.",
        shape=ShowAnswer,
    ),
    Page(path="/trace", twin="/trace.json", answer=trace, about="The journey of an address.", shape=TraceAnswer),
)
