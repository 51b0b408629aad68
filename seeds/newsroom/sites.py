"""The sites of the newsroom: who they are, how they write their feeds, and how their pages look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seeds.newsroom.stories import LinkFate, Story


class FeedKind(StrEnum):
    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"  # RSS 1.0, without dates
    SITEMAP = "sitemap"


class Validator(StrEnum):
    """By what a site lets a reader ask «has it changed?»."""

    ETAG = "etag"
    LAST_MODIFIED = "last_modified"


class Canonical(StrEnum):
    """What the pages of a site say in rel=canonical."""

    NONE = "none"
    OWN = "own"
    HOME = "home"  # a common mistake: every page calls the home page its canonical address


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One publisher. `page` makes a page's path, `{id}` and `{language}` in it; `tracking` hangs on every feed link."""

    id: str
    name: str
    family: str
    languages: tuple[str, ...]
    kind: FeedKind
    feed_path: str
    page: str
    validators: frozenset[Validator]
    canonical: Canonical = Canonical.OWN
    encoding: str = "utf-8"
    tracking: str = ""
    full_text: bool = False  # the feed carries whole articles
    zone: bool = True  # its dates name their zone; without one they are Kazakhstan's

    @property
    def language(self) -> str:
        return self.languages[0]

    def page_path(self, story: Story) -> str:
        prefix = "/closed" if story.delivery is LinkFate.CLOSED else ""
        return prefix + self.page.format(id=story.id, language=story.language)

    def links(self, story: Story) -> tuple[str, ...]:
        """List the paths under which the feed has the story, without tracking parameters."""
        page = self.page_path(story)
        if story.delivery is LinkFate.REDIRECT:
            return (f"/go/{story.id}",)
        return (page, f"/amp{page}") if story.delivery is LinkFate.TWIN else (page,)


SITES = (
    Site(
        id="ukili",
        name="Үкілі хабар",
        family="dala-media",
        languages=("kk",),
        kind=FeedKind.RSS,
        feed_path="/rss.xml",
        page="/kk/news/{id}",
        validators=frozenset(Validator),
    ),
    Site(
        id="verst",
        name="Семь вёрст",
        family="dala-media",
        languages=("ru",),
        kind=FeedKind.RSS,
        feed_path="/export/rss.php",
        page="/news.php?id={id}",
        validators=frozenset({Validator.LAST_MODIFIED}),
        canonical=Canonical.NONE,
        encoding="windows-1251",
    ),
    Site(
        id="zhide",
        name="Жиде",
        family="zhide",
        languages=("kk",),
        kind=FeedKind.ATOM,
        feed_path="/atom.xml",
        page="/janalyq/{id}/",
        validators=frozenset({Validator.ETAG}),
    ),
    Site(
        id="polyn",
        name="Полынь",
        family="polyn",
        languages=("ru",),
        kind=FeedKind.ATOM,
        feed_path="/feed/",
        page="/articles/{id}.html",
        validators=frozenset({Validator.ETAG}),
        full_text=True,
    ),
    Site(
        id="qumgan",
        name="Құмған",
        family="qumgan",
        languages=("kk",),
        kind=FeedKind.RDF,
        feed_path="/index.rdf",
        page="/post/{id}",
        validators=frozenset(Validator),
    ),
    Site(
        id="tugai",
        name="Тугай-инфо",
        family="tugai",
        languages=("ru",),
        kind=FeedKind.SITEMAP,
        feed_path="/sitemap-news.xml",
        page="/novosti/{id}",
        validators=frozenset({Validator.LAST_MODIFIED}),
        canonical=Canonical.HOME,
    ),
    Site(
        id="eki",
        name="Екі жаға",
        family="eki-zhagha",
        languages=("kk", "ru"),
        kind=FeedKind.RSS,
        feed_path="/rss/all",
        page="/{language}/{id}",
        validators=frozenset({Validator.ETAG}),
        tracking="utm_source=rss&utm_medium=feed",
        zone=False,
    ),
)
