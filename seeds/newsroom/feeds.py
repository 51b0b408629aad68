"""Publications → a feed document, in the four formats our sites write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from itertools import starmap

from pipelines.time_zone import KAZAKHSTAN
from seeds.newsroom.desk import Publication
from seeds.newsroom.sites import FeedKind, Site

_NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}


def render_feed(site: Site, publications: Sequence[Publication], *, base: str) -> bytes:
    """Write the site's feed with one item a link, newest first, in the encoding the site declares."""
    render = {
        FeedKind.RSS: _rss,
        FeedKind.ATOM: _atom,
        FeedKind.RDF: _rdf,
        FeedKind.SITEMAP: _sitemap,
    }[site.kind]
    items = [(publication, base + path) for publication in publications for path in _paths(site, publication)]
    document = f'<?xml version="1.0" encoding="{site.encoding}"?>\n{render(site, items, base)}\n'
    return document.encode(site.encoding, "xmlcharrefreplace")


def _paths(site: Site, publication: Publication) -> Iterator[str]:
    for path in site.links(publication.story):
        yield f"{path}{'&' if '?' in path else '?'}{site.tracking}" if site.tracking else path


def _xmlns(*prefixes: str) -> str:
    return "".join(f' xmlns:{prefix}="{_NAMESPACES[prefix]}"' for prefix in prefixes)


def _rss(site: Site, items: Sequence[tuple[Publication, str]], base: str) -> str:
    items_xml = "".join(_rss_item(publication, link, zone=site.zone) for publication, link in items)
    return (
        f'<rss version="2.0"{_xmlns("content", "dc")}><channel><title>{escape(site.name)}</title><link>{base}/</link>'
        f"<description>{escape(site.name)}</description><language>{site.language}</language>"
        f"{items_xml}</channel></rss>"
    )


def _rss_item(publication: Publication, link: str, *, zone: bool) -> str:
    story, version = publication.story, publication.version
    return (
        f"<item><title>{escape(version.title)}</title><link>{escape(link)}</link>"
        f'<guid isPermaLink="true">{escape(link)}</guid>'
        f"<description>{escape(f'<p>{escape(version.lead)}</p>')}</description>"
        f"<dc:language>{story.language}</dc:language>"
        f"<pubDate>{_rss_date(publication.published_at, zone=zone)}</pubDate></item>"
    )


def _rss_date(moment: datetime, *, zone: bool) -> str:
    local = moment.astimezone(KAZAKHSTAN)
    return format_datetime(local) if zone else f"{local:%Y-%m-%d %H:%M:%S}"


def _atom(site: Site, items: Sequence[tuple[Publication, str]], base: str) -> str:
    changed = max((publication.changed_at for publication, _ in items), default=datetime.fromtimestamp(0, KAZAKHSTAN))
    entries = "".join(_atom_entry(publication, link, full_text=site.full_text) for publication, link in items)
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{site.language}"><title>{escape(site.name)}</title>'
        f'<id>{base}/</id><link href="{base}/"/><link rel="self" href="{base}{site.feed_path}"/>'
        f"<updated>{_iso(changed)}</updated>{entries}</feed>"
    )


def _atom_entry(publication: Publication, link: str, *, full_text: bool) -> str:
    version = publication.version
    html = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in version.paragraphs)
    content = f'<content type="html">{escape(html)}</content>' if full_text else ""
    return (
        f'<entry><title>{escape(version.title)}</title><link rel="alternate" href="{escape(link)}"/>'
        f"<id>{escape(link)}</id><published>{_iso(publication.published_at)}</published>"
        f"<updated>{_iso(publication.changed_at)}</updated><summary>{escape(version.lead)}</summary>{content}</entry>"
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(KAZAKHSTAN).isoformat(timespec="seconds")


def _rdf(site: Site, items: Sequence[tuple[Publication, str]], base: str) -> str:
    sequence = "".join(f'<rdf:li rdf:resource="{escape(link)}"/>' for _, link in items)
    return (
        f'<rdf:RDF xmlns="http://purl.org/rss/1.0/"{_xmlns("rdf")}><channel rdf:about="{base}{site.feed_path}">'
        f"<title>{escape(site.name)}</title><link>{base}/</link><description>{escape(site.name)}</description>"
        f"<items><rdf:Seq>{sequence}</rdf:Seq></items></channel>{''.join(starmap(_rdf_item, items))}</rdf:RDF>"
    )


def _rdf_item(publication: Publication, link: str) -> str:
    version = publication.version
    return (
        f'<item rdf:about="{escape(link)}"><title>{escape(version.title)}</title><link>{escape(link)}</link>'
        f"<description>{escape(version.lead)}</description></item>"
    )


def _sitemap(site: Site, items: Sequence[tuple[Publication, str]], base: str) -> str:
    home = f"<url><loc>{base}/</loc></url>"  # no news: a reader must pass over it
    urls = "".join(_sitemap_url(site, publication, link) for publication, link in items)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"{_xmlns("news")}>{home}{urls}</urlset>'


def _sitemap_url(site: Site, publication: Publication, link: str) -> str:
    return (
        f"<url><loc>{escape(link)}</loc><news:news><news:publication><news:name>{escape(site.name)}</news:name>"
        f"<news:language>{publication.story.language}</news:language></news:publication>"
        f"<news:publication_date>{_iso(publication.published_at)}</news:publication_date>"
        f"<news:title>{escape(publication.version.title)}</news:title></news:news></url>"
    )
