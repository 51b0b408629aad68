"""Stories: an event once, however many articles report it, and what each of them added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pipelines.errors import KuzetError
from pipelines.search.request import Sort
from pipelines.stories.story import StoryDocument
from worker.answers.selection import find_key
from worker.answers.shapes import StoriesAnswer
from worker.desk.asked import Asked, read_asked
from worker.desk.found import chips, figure_name
from worker.desk.visits import Page, View, Visit
from worker.stories.index import StoryRequest
from worker.stories.reading import find_story

FIELDS = {
    "topic": "topics", "region": "regions", "source": "sources", "language": "languages", "severity": "severity",
    "person": "persons", "organisation": "organisations", "place": "places",
}  # fmt: skip
"""Filter of the desk → field of a story."""
DAYS = 1
LEAST = ("1", "2", "3")


def stories(visit: Visit) -> View:
    """Return the stories of the last day, the last changed first; filters and `families=2` choose."""
    asked = read_asked(visit.runtime, visit.pairs, now=visit.now, default=Sort.TIME)
    least = visit.one("families") if visit.one("families") in LEAST else LEAST[0]
    found = visit.runtime.story_index.search(request_of(asked, least=int(least)))
    values = {"asked": asked, "found": found, "chips": chips(visit, asked), "least": least}
    return View(template="stories.html", row={"total": found.total, "stories": list(found.stories)}, values=values)


def request_of(asked: Asked, *, least: int) -> StoryRequest:
    """Return what is asked of the index of stories."""
    chosen = asked.selection
    return StoryRequest(
        since=chosen.since or chosen.now - timedelta(days=DAYS),
        until=chosen.until,
        filters={FIELDS[name]: values for name, values in chosen.filters.items() if name in FIELDS},
        least_families=least,
        size=asked.size,
    )


def story(visit: Visit) -> View:
    """Return one story, by its id or that of one of its articles. Raises KuzetError for an unknown one."""
    found = story_of(visit, find_key(visit.runtime, visit.part["story"]))
    if found is None:
        raise KuzetError(visit.part["story"], "is no story, and no article of one")
    members = {member["id"]: member for member in found["members"]}
    figures = [(figure_name(visit, kind), said) for kind, said in found["figures"].items()]
    values = {"story": found, "members": members, "figures": figures}
    return View(template="story.html", row=found, values=values)


def story_of(visit: Visit, named: str) -> StoryDocument | None:
    """Return the story of an article, or with an id; None where there is no such story."""
    runtime = visit.runtime
    return find_story(runtime.state.stories, runtime.story_index, named, story_of=runtime.search.story_of)


def story_of_article(visit: Visit, document: Mapping[str, Any]) -> StoryDocument | None:
    """Return the story that an article's document names, or the window, where the document is older than its story."""
    story = document.get("story") or visit.runtime.state.stories.story_of(document["id"])
    return story_of(visit, story) if story else None


PAGES = (
    Page(path="/stories", title="Stories", answer=stories, about="Events.", twin="/stories.json", shape=StoriesAnswer),
    Page(
        path="/story/{story:str}", twin="/story/{story:str}.json", answer=story, about="One event.", shape=StoryDocument
    ),
)
