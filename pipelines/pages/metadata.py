"""What a page says of itself outside its text: headline, description, picture, canonical address, language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import lxml.html

from pipelines.errors import UnsafeAddressError
from pipelines.pages.json_ld import ArticleClaims, read_claims
from pipelines.pages.similarity import SIMILAR, key, similarity
from pipelines.reading.markup import one_line, plain_text, web_address
from pipelines.urls import Target, normalise_url, parse_link, same_site

LONGEST_TITLE = 500
_SECTION = re.compile(r"[^\W\d_]{1,16}(?:\.(?:php|aspx?|jsp|html?))?")
_SCRIPT = re.compile(r"\.(?:php|aspx?|jsp|cgi|do)$", re.IGNORECASE)
_LIST = re.compile(
    r"/(?:tags?|category|categories|rubrics?|authors?|search)/[^/]*$|/(?:lenta|topics?)/[^/\d]*$|/page/\d{1,3}$"
    r"|/\d{4}(?:/\d\d?){1,2}$|/\d{4}-\d\d(?:-\d\d)?$|/search$|/404$",
    re.IGNORECASE,
)
_VERSION = re.compile(r"/(?:amp|print|full|all|turbo)", re.IGNORECASE)
_UNFILLED = re.compile(r"\{|%7B|/(?:undefined|null|None|NaN)(?:$|[/?])")
"""A template that was never filled in."""

_SEPARATOR = re.compile(r"\s+[|–—:»·•-]\s+|\s*[|•]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """`meta` is name or property → content, names in lower case; of two with one name the first counts.

    alternates: language → where the page says that it is in it (`hreflang`), its own mostly among them.
    """

    claims: ArticleClaims
    base: str
    meta: dict[str, str]
    headings: tuple[str, ...]
    title_element: str
    canonical: str
    alternates: dict[str, str]
    language: str
    site_names: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the page calls itself: headings, JSON-LD, og:title, the title element."""
        said = (*self.headings, self.claims.headline, self.meta.get("og:title", ""), self.title_element)
        return tuple(filter(None, said))

    @property
    def descriptions(self) -> tuple[str, ...]:
        """What the page says it is about, in a sentence or two."""
        said = (self.meta.get(name, "") for name in ("description", "og:description", "twitter:description"))
        return tuple(dict.fromkeys(filter(None, (*map(plain_text, said), self.claims.description))))


def read_metadata(root: lxml.html.HtmlElement, *, url: str) -> PageMetadata:
    """Collect the facts of a page; nothing is judged yet. `url` gives the site's own name."""
    meta = dict(reversed(list(_meta(root))))
    titles = (one_line(element.text_content()) for element in root.iter("title"))
    headings = tuple(filter(None, (one_line(element.text_content())[:LONGEST_TITLE] for element in root.iter("h1"))))
    links = (
        link.get("href") or "" for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split()
    )
    title_element = next(filter(None, titles), "")[:LONGEST_TITLE]
    bases = (web_address(element.get("href") or "", base=url) for element in root.iter("base"))
    return PageMetadata(
        claims=read_claims(root, names=(meta.get("og:title", ""), *headings, title_element)),
        base=next(filter(None, bases), url),
        meta=meta,
        headings=headings,
        title_element=title_element,
        canonical=next(iter(links), ""),
        alternates=dict(reversed(list(_alternates(root)))),
        language=(root.get("lang") or "")[:2].lower(),
        site_names=_site_names(meta, url),
    )


def headline(metadata: PageMetadata, *, expected: str = "") -> str:
    """Return the page's headline without the name of the site.

    `expected` is what the feed called the article: of the page's candidates the one most like it is taken, and the
    feed's own words when none is. Without it: the heading that the page's other titles contain, JSON-LD, og:title,
    the title element.
    """
    og_title = one_line(metadata.meta.get("og:title", ""))
    named = [metadata.claims.headline, og_title, metadata.title_element]
    confirmed = [
        heading for heading in metadata.headings if any(key(heading) and key(heading) in key(name) for name in named)
    ]
    cleaned = [without_site(name, names=metadata.site_names) for name in named]
    candidates = list(filter(None, (*confirmed, *cleaned, *metadata.headings)))
    if not expected:
        return candidates[0][:LONGEST_TITLE] if candidates else ""
    best = max(candidates, key=lambda candidate: similarity(candidate, expected), default="")
    return best if similarity(best, expected) >= SIMILAR else expected


def without_site(title: str, *, names: tuple[str, ...]) -> str:
    """Take the site's name off the end: a last part that is one of its names, or a shorter one after a bar."""
    title = one_line(title)
    cuts = list(_SEPARATOR.finditer(title))
    for cut in cuts:
        rest = key(title[cut.end() :])
        if any(
            name and (rest == name or (name in rest and len(rest) < 2 * len(name) + 20)) for name in map(key, names)
        ):
            return title[: cut.start()]
    last = cuts[-1] if cuts else None
    if last and "|" in last[0] and len(title) - last.end() < last.start():
        return title[: last.start()]
    return title


def believed_canonical(metadata: PageMetadata, *, page_url: str, similar_title: bool) -> str:
    """Return the page's rel=canonical (else og:url) if it can be true, normalised, else an empty string.

    Believed is an address on the same site that cannot be a list, on a page that is the article that was asked for
    (`similar_title`). A site that names its home page or a section on every article would make all of them one.
    """
    claimed = metadata.canonical or metadata.meta.get("og:url", "")
    return _believed(claimed, base=metadata.base, page_url=page_url) if similar_title else ""


def believed_translations(metadata: PageMetadata, *, page_url: str, canonical: str = "") -> tuple[str, ...]:
    """Return where the page is in other languages, as it says (`hreflang`), normalised: articles of its own site only.

    canonical: its own address, where it is another than `page_url`. A menu of languages that leads to home pages or
    sections names no article; whether the other article says the same is for its reader to compare.
    """
    found = (_believed(href, base=metadata.base, page_url=page_url) for href in metadata.alternates.values())
    others = set(filter(None, found)) - {canonical}
    return tuple(sorted(others - {normalise_url(page_url)})) if others else ()


def _believed(href: str, *, base: str, page_url: str) -> str:
    """Return an address that a page gives for itself, normalised; empty for another site's and for one of a list."""
    if not (claimed := web_address(href, base=base)):
        return ""
    try:
        address = normalise_url(claimed)
        believed = same_site(address, page_url) and not _may_be_list(address, page_url=normalise_url(page_url))
    except UnsafeAddressError:
        return ""
    return address if believed else ""


def _may_be_list(canonical: str, *, page_url: str) -> bool:
    """True if an address can name many articles.

    It has no path, or words of lists in it (`/tag/`, `/page/2`, a day); it is a section above the page's own address,
    which a print or AMP version is not; it lacks something of the query that the page has; or its path ends in one
    short word without a number, as sections do (`/lenta`, `/kk/news`) and articles do not.
    """
    if canonical == page_url:
        return False
    claimed, page = parse_link(canonical), parse_link(page_url)
    path, page_path = claimed.path.rstrip("/"), page.path.rstrip("/")
    last = path.rsplit("/", 1)[-1]
    is_section = bool(_SECTION.fullmatch(last)) and not claimed.query
    is_above = page_path.startswith(f"{path}/") and not _VERSION.fullmatch(page_path[len(path) :])
    names_list = bool(_LIST.search(path) or _UNFILLED.search(canonical))
    return not path or is_section or names_list or is_above or _lacks_query(claimed, page)


def _lacks_query(claimed: Target, page: Target) -> bool:
    """True if a canonical address leaves out the number by which a page was asked for, or all of its query."""
    if _SCRIPT.search(claimed.path) is None and claimed.path.rstrip("/") != page.path.rstrip("/"):
        return False
    kept = {name for name, _ in parse_qsl(claimed.query)}
    numbered = {name for name, value in parse_qsl(page.query) if any(map(str.isdigit, value))}
    return bool(page.query) and (not claimed.query or not numbered <= kept)


def _site_names(meta: dict[str, str], url: str) -> tuple[str, ...]:
    """Return what a site calls itself: by its meta elements, and by its host («La Stampa» on www.lastampa.it)."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    said = (meta.get("og:site_name", ""), meta.get("application-name", ""), host, host.rsplit(".", 1)[0])
    return tuple(name for name in said if len(key(name)) > 2)  # noqa: PLR2004 - «kz» is in every title


def _meta(root: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    for element in root.iter("meta"):
        content = element.get("content") or ""
        for attribute in ("property", "name", "itemprop"):
            if content and (name := element.get(attribute)):
                yield name.strip().lower(), content


def _alternates(root: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield language and address of the links that name one; the head comes before a menu of languages."""
    for element in root.iter("link", "a"):
        if (language := element.get("hreflang")) and (href := element.get("href")):
            yield language.strip()[:2].lower(), href
