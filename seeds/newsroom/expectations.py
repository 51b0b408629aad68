"""What kuzet should make of everything that is out: one expectation a link in the feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from seeds.newsroom.desk import Publication
from seeds.newsroom.sites import Site
from seeds.newsroom.stories import LinkFate

# How the sighting of a link may end. Of the two links of a twin either may come first: one is indexed, the other is a
# duplicate.
_OUTCOMES = {
    LinkFate.TWIN: ("indexed", "duplicate"),
    LinkFate.CLOSED: ("indexed", "rejected:robots"),
    LinkFate.MISSING: ("indexed", "rejected:http_404"),
}
_WITHOUT_PAGE = frozenset({LinkFate.MISSING, LinkFate.FORBIDDEN, LinkFate.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Facts of one link. Every number and word is a lower bound: figures, regions and contexts may hold more.

    link: as the feed has it, without tracking parameters, so the address its article id is made from.
    page_url: where the text is (after a redirect).
    outcomes: the allowed ends of its first sighting; each of its `revisions` ends in `revised` on top of that.
    twin: the other link to the same article, of which only one may be searchable.
    from_page: whether the text can be read from the page, else only what the feed says.
    text: what the article must say, empty where only the headline can be known.
    """

    story_id: str
    source: str
    link: str
    page_url: str
    language: str
    title: str
    text: str
    published_at: datetime
    outcomes: tuple[str, ...]
    from_page: bool
    twin: str
    revisions: int
    topics: tuple[str, ...]
    contexts: tuple[str, ...]
    regions: tuple[str, ...]
    figures: Mapping[str, tuple[float, ...]]
    severity: str | None

    @property
    def trap(self) -> bool:
        return not self.topics

    @property
    def sightings(self) -> int:
        return 1 + self.revisions


def expectations_of(publications: Sequence[Publication], *, site: Site, base: str) -> Iterator[Expectation]:
    for publication in publications:
        links = [base + path for path in site.links(publication.story)]
        for link in links:
            twin = next((other for other in links if other != link), "")
            yield _expectation(publication, link, twin=twin, site=site, base=base)


def _expectation(publication: Publication, link: str, *, twin: str, site: Site, base: str) -> Expectation:
    story, version = publication.story, publication.version
    missing = story.delivery is LinkFate.MISSING
    return Expectation(
        story_id=story.id,
        source=site.id,
        link=link,
        page_url=base + site.page_path(story),
        language=story.language,
        title=version.title,
        text="" if missing else "\n".join(version.paragraphs),
        published_at=publication.published_at,
        outcomes=_OUTCOMES.get(story.delivery, ("indexed",)),
        from_page=story.delivery not in _WITHOUT_PAGE,
        twin=twin,
        revisions=publication.revision,
        topics=story.topics,
        contexts=story.contexts,
        regions=story.regions,
        figures={} if missing else version.figures,
        severity=story.severity,
    )
