"""What the sites answer, without a socket: feeds that parse, pages with the text, and every kind of trouble."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from lxml import etree, html

from seeds.newsroom import SITES, Troubles, load_stories
from seeds.newsroom.desk import Desk
from seeds.newsroom.service import Response, SiteService
from seeds.newsroom.sites import Canonical, FeedKind, Site, Validator

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SITEMAP_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}news"


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Sites:
    """Every site over one desk, asked by site id and path."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.desk = Desk(load_stories(), clock=self.clock)
        self.services = {
            site.id: SiteService(site, self.desk, base=f"http://{site.id}.test", troubles=Troubles()) for site in SITES
        }

    def get(self, site_id: str, path: str, **headers: str) -> Response:
        lower = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.services[site_id].answer(path, lower, now=self.clock.now)

    def publish_all(self) -> None:
        self.desk.publish(count=len(self.desk))
        self.clock.now += timedelta(seconds=2)


@pytest.fixture
def sites() -> Sites:
    return Sites()


def site_named(site_id: str) -> Site:
    return next(site for site in SITES if site.id == site_id)


def feed_titles(response: Response) -> list[str]:
    return [entry.title for entry in feedparser.parse(response.body, response_headers=dict(response.headers)).entries]


def page_text(response: Response) -> str:
    return str(html.fromstring(response.body).text_content())


@pytest.mark.parametrize(
    "site", [site for site in SITES if site.kind is not FeedKind.SITEMAP], ids=lambda site: site.id
)
def test_a_feed_parses_with_one_item_a_link(sites, site):
    """A feed that no other parser can read would prove nothing about ours."""
    sites.publish_all()
    response = sites.get(site.id, site.feed_path)
    feed = feedparser.parse(response.body, response_headers=dict(response.headers))
    assert not feed.bozo
    assert feed.encoding == site.encoding
    expected = [link for each in sites.desk.out(site.id) for link in site.links(each.story)]
    assert [entry.link.removeprefix(f"http://{site.id}.test").split("?utm")[0] for entry in feed.entries] == expected
    assert all(entry.title in {each.version.title for each in sites.desk.out(site.id)} for entry in feed.entries)


def test_the_sitemap_names_its_news_and_one_page_that_is_none(sites):
    """News sitemaps mix with ordinary URLs in the wild."""
    sites.publish_all()
    site = site_named("tugai")
    root = etree.fromstring(sites.get("tugai", site.feed_path).body)
    assert len(root.findall(f".//{SITEMAP_NEWS}")) == len(sites.desk.out("tugai"))
    assert len(root) == len(sites.desk.out("tugai")) + 1


def test_nothing_is_out_at_first(sites):
    """Tests and the demo decide when news happens."""
    assert all(not feed_titles(sites.get(site.id, site.feed_path)) for site in SITES)
    assert sites.get("ukili", "/kk/news/uk-drugs-karagandy").status == 404


def test_only_rdf_has_no_dates(sites):
    """Dates must come from the page there, and from the feed elsewhere."""
    sites.publish_all()
    for site in SITES:
        dated = b"2026" in sites.get(site.id, site.feed_path).body
        assert dated == (site.kind is not FeedKind.RDF)


def test_a_date_without_zone_is_kazakhstans(sites):
    """Many feeds forget the zone; the hour must then be the local one, not UTC's."""
    sites.publish_all()
    assert b"2026-05-04 17:00:00" in sites.get("eki", "/rss/all").body


@pytest.mark.parametrize("story", load_stories(), ids=lambda story: story.id)
def test_a_page_holds_the_text_among_other_things(sites, story):
    """Extraction has something to find, and something to leave out."""
    sites.publish_all()
    site = site_named(story.site)
    sites.get(site.id, site.page_path(story))  # a site that is busy once
    response = sites.get(site.id, site.page_path(story))
    if response.status in {403, 404}:
        assert story.delivery in {"forbidden", "missing"}
        return
    text = page_text(response)
    assert all(paragraph in text for paragraph in story.versions[0].paragraphs)
    assert len(text) > 1.3 * len(story.versions[0].text)


def test_pages_in_windows_1251_say_so_only_in_their_head(sites):
    """The header names no encoding there: the page's own word must be heard."""
    sites.publish_all()
    sites.get("verst", "/news.php?id=ve-drugs-abay")
    response = sites.get("verst", "/news.php?id=ve-drugs-abay")
    assert response.headers["content-type"] == "text/html"
    assert "Семее" in response.body.decode("windows-1251")


@pytest.mark.parametrize(
    "site", [site for site in SITES if Validator.ETAG in site.validators], ids=lambda site: site.id
)
def test_an_etag_spares_the_second_transfer_until_something_changes(sites, site):
    """Without 304 every poll would move the whole feed."""
    sites.publish_all()
    tag = sites.get(site.id, site.feed_path).headers["etag"]
    again = sites.get(site.id, site.feed_path, if_none_match=tag)
    assert (again.status, again.body) == (304, b"")
    fresh = Sites()
    first = fresh.get(site.id, site.feed_path)
    fresh.desk.publish([next(each.id for each in load_stories() if each.site == site.id)])
    assert fresh.get(site.id, site.feed_path, if_none_match=first.headers["etag"]).status == 200


def test_last_modified_is_kept_back_within_its_own_second(sites):
    """Otherwise a story published in the same second would stay unseen behind a 304 for ever."""
    sites.desk.publish(["ve-drugs-abay"])
    assert "last-modified" not in sites.get("verst", "/export/rss.php").headers
    sites.clock.now += timedelta(seconds=1)
    since = sites.get("verst", "/export/rss.php").headers["last-modified"]
    assert sites.get("verst", "/export/rss.php", if_modified_since=since).status == 304
    sites.clock.now += timedelta(seconds=1)
    sites.desk.publish(["ve-threat-almaty"])
    assert sites.get("verst", "/export/rss.php", if_modified_since=since).status == 200


def test_nonsense_conditions_are_ignored(sites):
    """A reader with a broken cache still gets the feed."""
    sites.publish_all()
    assert sites.get("verst", "/export/rss.php", if_modified_since="yesterday").status == 200


def test_a_revision_changes_feed_and_page(sites):
    """The pipeline learns of a revision from the feed and reads it from the page."""
    sites.publish_all()
    before = sites.get("ukili", "/rss.xml")
    sites.desk.revise("uk-drugs-karagandy")
    after = sites.get("ukili", "/rss.xml", if_none_match=before.headers["etag"])
    assert len(feed_titles(before)) == len(feed_titles(after))
    assert len(set(feed_titles(before)) - set(feed_titles(after))) == 1
    assert "алтыға жетті" in page_text(sites.get("ukili", "/kk/news/uk-drugs-karagandy"))


def test_a_story_has_no_more_versions_than_were_written(sites):
    """A script that revises too often must hear of it."""
    sites.publish_all()
    sites.desk.revise("uk-drugs-karagandy")
    with pytest.raises(LookupError):
        sites.desk.revise("uk-drugs-karagandy")
    with pytest.raises(KeyError):
        Sites().desk.revise("uk-drugs-karagandy")


def test_publishing_twice_changes_nothing(sites):
    """A story keeps the moment it came out."""
    sites.desk.publish(["uk-flood-akmola"])
    sites.clock.now += timedelta(hours=1)
    assert sites.desk.publish(["uk-flood-akmola"]) == ()
    assert sites.desk.out("ukili")[0].published_at == NOON


def test_twins_name_the_same_canonical_page(sites):
    """Two links, one article: without this the second would be counted as news."""
    sites.publish_all()
    pages = [sites.get("zhide", path) for path in ("/janalyq/zh-cyber-astana/", "/amp/janalyq/zh-cyber-astana/")]
    canonical = [html.fromstring(page.body).xpath("string(//link[@rel='canonical']/@href)") for page in pages]
    assert canonical == ["http://zhide.test/janalyq/zh-cyber-astana/"] * 2


def test_one_site_calls_everything_its_home_page(sites):
    """Who believes that takes all its articles for one."""
    sites.publish_all()
    site = site_named("tugai")
    assert site.canonical is Canonical.HOME
    for publication in sites.desk.out("tugai"):
        page = sites.get("tugai", site.page_path(publication.story))
        if page.status == 200:
            assert html.fromstring(page.body).xpath("string(//link[@rel='canonical']/@href)") == "http://tugai.test/"


def test_troubles_by_status(sites):
    """Every refusal kuzet must live with: moved, missing, forbidden, busy once."""
    sites.publish_all()
    moved = sites.get("ukili", "/go/uk-wanted-shymkent")
    assert (moved.status, moved.headers["location"]) == (301, "/kk/news/uk-wanted-shymkent")
    assert sites.get("tugai", "/novosti/tu-bicycle-pavlodar").status == 404
    assert sites.get("polyn", "/articles/po-pyramid-almaty.html").status == 403
    busy = sites.get("verst", "/news.php?id=ve-drugs-abay")
    assert (busy.status, busy.headers["retry-after"]) == (503, "1")
    assert sites.get("verst", "/news.php?id=ve-drugs-abay").status == 200
    assert sites.get("qumgan", "/post/qu-fire-ulytau").delay_s == 2.5


@pytest.mark.parametrize("story_id", ["po-pyramid-almaty", "po-murder-shymkent"])
def test_the_feed_has_the_text_where_the_page_is_shut(sites, story_id):
    """What may not be fetched can still be read from the feed."""
    sites.publish_all()
    feed = feedparser.parse(sites.get("polyn", "/feed/").body)
    entry = next(entry for entry in feed.entries if story_id in entry.link)
    story = next(each for each in load_stories() if each.id == story_id)
    assert story.versions[0].paragraphs[-1] in html.fromstring(entry.content[0].value).text_content()


def test_robots_shut_out_the_closed_story(sites):
    """A polite reader never asks for it."""
    assert b"Disallow: /closed/" in sites.get("polyn", "/robots.txt").body
    story = next(each for each in load_stories() if each.delivery == "closed")
    assert site_named(story.site).page_path(story).startswith("/closed/")


def test_tracking_parameters_do_not_matter(sites):
    """Feed links carry them, pages ignore them."""
    sites.publish_all()
    page = sites.get("eki", "/kk/eki-slavery-almaty?utm_source=rss&utm_medium=feed")
    assert page == sites.get("eki", "/kk/eki-slavery-almaty")


def test_letters_outside_windows_1251_survive():
    """A Kazakh name in an old Russian page must not become question marks."""
    story = next(each for each in load_stories() if each.site == "verst")
    version = replace(story.versions[0], title="Акция «Таза Қазақстан»")
    desk = Desk([replace(story, versions=(version,), delivery="page")], clock=Clock())
    desk.publish(count=1)
    service = SiteService(site_named("verst"), desk, base="http://verst.test", troubles=Troubles())
    assert feed_titles(service.answer("/export/rss.php", {}, now=NOON)) == ["Акция «Таза Қазақстан»"]
