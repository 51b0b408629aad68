"""A publication → its web page: the text in the middle of everything that usually surrounds a text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from pipelines.time_zone import KAZAKHSTAN
from seeds.newsroom.desk import Publication
from seeds.newsroom.sites import Canonical, Site

TEMPLATES = Path(__file__).parent / "templates"
MAX_RELATED = 3


def render_page(site: Site, publication: Publication, *, older: Sequence[Publication], base: str) -> bytes:
    """Write the article's page in the site's encoding. `older`: what the site published before, its related links."""
    version = publication.version
    published = publication.published_at.astimezone(KAZAKHSTAN)
    html = _template(site.id).substitute(
        base=base,
        canonical=_canonical(site, publication, base),
        id=publication.story.id,
        json_ld=_json_ld(site, publication),
        language=publication.story.language,
        lead=escape(version.lead),
        paragraphs="\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in version.paragraphs),
        published=published.isoformat(timespec="seconds"),
        published_text=published.strftime("%d.%m.%Y, %H:%M"),
        related=_related(site, publication, older),
        title=escape(version.title),
    )
    return html.encode(site.encoding, "xmlcharrefreplace")


def render_home(site: Site, publications: Sequence[Publication]) -> bytes:
    links = "".join(map(_link, [site] * len(publications), publications))
    html = f"<!doctype html><title>{escape(site.name)}</title><h1>{escape(site.name)}</h1><ul>{links}</ul>"
    return html.encode(site.encoding, "xmlcharrefreplace")


@cache
def _template(site_id: str) -> Template:
    return Template((TEMPLATES / f"{site_id}.html").read_text(encoding="utf-8"))


def _canonical(site: Site, publication: Publication, base: str) -> str:
    return f"{base}/" if site.canonical is Canonical.HOME else base + site.page_path(publication.story)


def _json_ld(site: Site, publication: Publication) -> str:
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": publication.version.title,
        "inLanguage": publication.story.language,
        "datePublished": publication.published_at.astimezone(KAZAKHSTAN).isoformat(timespec="seconds"),
        "dateModified": publication.changed_at.astimezone(KAZAKHSTAN).isoformat(timespec="seconds"),
        "publisher": {"@type": "Organization", "name": site.name},
    }
    return json.dumps(facts, ensure_ascii=False).replace("</", "<\\/")


def _related(site: Site, publication: Publication, older: Sequence[Publication]) -> str:
    language = publication.story.language
    shown = [each for each in older if each.story.language == language][:MAX_RELATED]
    return "\n".join(_link(site, each) for each in shown)


def _link(site: Site, publication: Publication) -> str:
    return f'<li><a href="{escape(site.page_path(publication.story))}">{escape(publication.version.title)}</a></li>'
