"""Changes at the desk: who may make them, from where, and that they are written down."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from pipelines.alerts.alert import parse_alerts
from pipelines.urls import article_id
from seeds.newsroom import load_stories
from tests.integration.desk.conftest import PASSWORD
from tests.support.desk_visitor import DeskVisitor
from tests.support.running_watch import Watch
from worker.state.searches import MOST_SEARCHES


def first_article(visitor: DeskVisitor) -> dict[str, str]:
    return visitor.get("/search.json?severity=high").json["hits"][0]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "http://localhost:1", "sec-fetch-site": "same-site"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_a_form_of_another_site_changes_nothing(watch: Watch, visitor: DeskVisitor, headers: dict[str, str]):
    """A page elsewhere can send a form with the reader's cookies."""
    feed = next(iter(watch.runtime.catalogue)).id
    assert visitor.post(f"/sources/{feed}/disable", headers=headers).status == 403
    assert watch.runtime.catalogue.get(feed).enabled


@pytest.mark.parametrize("token", ["", "x", "another"])
def test_a_form_needs_the_token_of_its_session(watch: Watch, visitor: DeskVisitor, desk_url: str, token: str):
    """The token of another session is as good as none."""
    given = DeskVisitor(desk_url).token() if token == "another" else token
    visitor.get("/")
    feed = next(iter(watch.runtime.catalogue)).id
    assert visitor.post(f"/sources/{feed}/disable", token=given).status == 403


def test_a_program_that_says_no_origin_changes_nothing(visitor: DeskVisitor):
    """Old browsers say nothing of where a form is from."""
    token = visitor.token()
    seen = visitor.ask(
        "POST", "/sources/add", body=f"token={token}", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert seen.status == 403


def test_a_feed_is_switched_off_and_on(watch: Watch, visitor: DeskVisitor):
    """Without a terminal, and the log says who did it."""
    feed = next(iter(watch.runtime.catalogue)).id
    off = visitor.post(f"/sources/{feed}/disable", note="too loud")
    assert (off.status, off.headers["location"]) == (303, "/sources?done=feed-disabled")
    assert "no longer polled" in visitor.get(off.headers["location"]).words
    assert "too loud" in visitor.get(f"/sources/{feed}").words
    assert visitor.post(f"/sources/{feed}/enable").status == 303
    assert next(row for row in visitor.get("/sources.json").json["feeds"] if row["id"] == feed)["enabled"]
    assert "disabled the feed" in visitor.get("/watch").words


def test_a_wrong_tag_becomes_an_example(visitor: DeskVisitor, watch: Watch):
    """«This tag is wrong» is tried by `kuzet rules test` from then on."""
    hit = first_article(visitor)
    topic = hit["topics"][0]
    seen = visitor.post(f"/article/{hit['id']}/wrong", topic=topic, verdict="not", note="<b>a water pistol</b>")
    assert seen.status == 303, seen.text
    reported = [
        file
        for folder in (watch.runtime.settings.config, watch.runtime.settings.data)
        for file in (folder / "examples").glob(f"{topic}.yaml")
    ]
    assert any("water pistol" in file.read_text() for file in reported)
    for file in reported:
        file.unlink()
    assert visitor.post(f"/article/{hit['id']}/wrong", topic="../../x", verdict="not").status == 400


def signed_in(url: str, name: str) -> DeskVisitor:
    visitor = DeskVisitor(url)
    seen = visitor.post("/sign-in", token=visitor.token("/sign-in"), name=name, password=PASSWORD, next="/search?q=x")
    assert (seen.status, seen.headers["location"]) == (303, "/search?q=x"), seen.text
    return visitor


def test_with_accounts_everyone_signs_in(guarded: str):
    """Pages lead to the form, programs get 401, and what is public says nothing."""
    visitor = DeskVisitor(guarded)
    assert visitor.get("/search?q=a").headers["location"] == "/sign-in?next=%2Fsearch%3Fq%3Da"
    for path in ("/now.json", "/search.json", "/watch.json"):
        assert visitor.get(path).status == 401, path
    for path in ("/search.csv", "/search.atom", "/metrics", "/openapi.json", "/sources.opml", "/quarantine.json"):
        assert visitor.get(path).status in {303, 401}, path
    assert visitor.get("/now/events").status == 401
    assert visitor.get("/healthz").body == b"ok\n"


def test_roles_are_held(guarded: str):
    """A reader reads."""
    reader, admin = signed_in(guarded, "reader"), signed_in(guarded, "admin")
    assert reader.get("/sources").status == 200
    assert reader.post("/sources/add", token=reader.token("/"), url="https://a.kz/rss").status == 403
    assert not reader.get("/alerts/new?topic=drugs").form("/alerts/add")
    assert reader.post("/alerts/add", token=reader.token("/search?q=x"), name="x", query="?topic=drugs").status == 403
    assert "Add a feed" in admin.get("/sources").words
    assert admin.post("/sources/nosuchfeed/disable").status == 400


def test_a_session_begins_anew_and_ends(guarded: str):
    """A token that was known before the sign-in must not become a session, nor work after signing out."""
    visitor = DeskVisitor(guarded)
    visitor.get("/sign-in")
    before = dict(visitor.cookies)
    visitor.post("/sign-in", token=visitor.token("/sign-in"), name="reader", password=PASSWORD)
    assert visitor.cookies["kuzet_desk"] != before["kuzet_desk"]
    assert DeskVisitor(guarded, cookies=before).get("/search").status == 303
    during = dict(visitor.cookies)
    assert DeskVisitor(guarded, cookies=during).get("/search").status == 200
    visitor.post("/sign-out", token=visitor.token("/"))
    assert DeskVisitor(guarded, cookies=during).get("/search").status == 303


def test_a_cookie_that_was_made_up_opens_nothing(guarded: str):
    """The name alone is no proof."""
    for made_up in ("admin", "admin.signature", "a" * 5000, "%00"):
        assert DeskVisitor(guarded, cookies={"kuzet_desk": made_up}).get("/search").status == 303


def test_a_search_is_kept_for_the_person_who_kept_it(watch: Watch, guarded: str):
    """A reader comes back each morning to the same searches; another one has others."""
    reader, admin = signed_in(guarded, "reader"), signed_in(guarded, "admin")
    kept = reader.post(
        "/search/keep", token=reader.token("/search?q=x"), label='<b>"a"', query="?topic=drugs&q=x&zzz=1"
    )
    assert (kept.status, kept.headers["location"]) == (303, "/search?topic=drugs&q=x&done=kept")
    page = reader.get("/search")
    assert page.tree.xpath("//aside//a[starts-with(text(), '') and @href='/search?topic=drugs&q=x']")
    assert '<b>"a"' not in page.text
    assert not admin.get("/search").tree.xpath("//aside//a[@href='/search?topic=drugs&q=x']")
    token = reader.token("/search?q=x")
    assert reader.post("/search/keep", token=token, label=" ", query="?q=x").status == 400
    for number in range(MOST_SEARCHES - 1):
        assert watch.runtime.redis.hset(
            f"{watch.runtime.settings.redis_prefix}desk:searches:reader", f"n{number}", "?q=x"
        )
    assert reader.post("/search/keep", token=token, label="one more", query="?q=x").status == 400
    assert reader.post("/search/keep", token=token, label="n1", query="?q=y").status == 303
    assert reader.post("/search/drop", token=token, label='<b>"a"').status == 303
    assert not reader.get("/search").tree.xpath("//aside//a[@href='/search?topic=drugs&q=x']")


def test_guesses_are_counted(guarded: str):
    """A password of ten letters holds only when it cannot be tried often; also the right one has to wait then."""
    visitor = DeskVisitor(guarded)
    token = visitor.token("/sign-in")
    answers = [visitor.post("/sign-in", token=token, name="askar", password=f"guess-{n}").status for n in range(12)]
    assert answers[0] == 403
    assert answers[-1] == 429


def test_the_log_says_who_signed_in(guarded: str, watch: Watch):
    """After a leak one wants to know."""
    lines = (watch.runtime.settings.data / "guarded" / "desk" / "changes.jsonl").read_text().splitlines()
    assert {json.loads(line)["who"] for line in lines} >= {"reader", "admin"}


def test_an_alert_is_tried_muted_and_acknowledged(watch: Watch, visitor: DeskVisitor):
    """The same as `kuzet alerts` does, without a terminal."""
    state = watch.runtime.state.alerts
    watch.wait(lambda: any(notice.state == "quarantined" for notice in state.log(limit=5)))
    log = visitor.get("/alerts.json").json["log"]
    assert {one["alert"] for one in log} == {"grave"}
    assert all(one["titles"] for one in log)
    assert "quarantined" in visitor.get("/alerts?lang=en").words
    watch.runtime.story_index.refresh()
    assert visitor.get("/alerts/try.json?name=grave").json["matched"] >= 1
    assert visitor.get("/alerts/try?name=ill/<b>").status == 400

    assert visitor.post("/alerts/mute", name="grave", hours="8").headers["location"] == "/alerts?done=muted"
    assert state.muted_until("grave") > watch.runtime.now()
    assert visitor.post("/alerts/mute", name="grave", hours="0").headers["location"] == "/alerts?done=unmuted"
    assert not state.muted_until("grave")
    assert visitor.post("/alerts/mute", name="grave", hours="1e9").status == 400
    assert visitor.post("/alerts/mute", name="unknown", hours="8").status == 404

    key = log[0]["key"]
    assert visitor.post(f"/notices/{key}/acknowledge").status == 303
    assert next(one for one in visitor.get("/alerts.json").json["log"] if one["key"] == key)["acknowledged"]
    assert "acknowledged" in visitor.get("/watch").words


def test_a_search_is_shown_as_an_alert(visitor: DeskVisitor):
    """«Let me know about drugs in Almaty»: what it asks for, its lines for the file, and what it would have said."""
    page = visitor.get("/alerts/new?topic=drugs&severity=high&severity=critical&feed=verst&lang=en")
    [written] = page.tree.xpath("//pre/code/text()")
    [alert] = parse_alerts(str(written)).alerts
    assert (alert.wanted, str(alert.least_severity)) == ({"topics": frozenset({"drugs"})}, "high")
    assert page.tree.xpath("//ol/li"), "it would have spoken"
    assert "leaves it out: feed: verst" in page.words
    words = visitor.get("/alerts/new?q=полиция&lang=en")
    assert "query: полиция" in words.text
    found = visitor.get("/search.json?q=полиция&since=30d").json["total"]
    assert f"this search found {found} articles" in words.words
    assert visitor.get("/alerts/new").headers["location"] == "/search"


def test_an_alert_is_made_and_removed_in_the_browser(watch: Watch, visitor: DeskVisitor):
    """No one edits a file or names an address; the workers read it as they read alerts.yaml."""
    page = visitor.get("/alerts/new?topic=weapons&lang=en")
    form = {name: value for name, value in page.form("/alerts/add").items() if name != "token"}
    assert form["to:desk"] == "1"
    made = visitor.post("/alerts/add", **form | {"name": "<b>бомба</b>"})
    assert made.headers["location"] == "/alerts?done=alert-made", made.text
    shown = visitor.get(made.headers["location"])
    assert "<b>бомба" not in shown.text
    assert "<b>бомба</b>" in shown.words
    assert watch.kuzet("alerts", "list").stdout.count("бомба") == 1
    row = next(row for row in visitor.get("/alerts.json").json["alerts"] if "бомба" in row["name"])
    assert (row["targets"], row["state"]) == (["desk"], "on")
    assert visitor.get("/alerts/try.json?name=<b>бомба</b>").json["matched"] >= 1
    assert "made the alert" in visitor.get("/watch").words

    assert visitor.post("/alerts/remove", name="<b>бомба</b>").headers["location"] == "/alerts?done=alert-removed"
    assert {row["name"] for row in visitor.get("/alerts.json").json["alerts"]} == {"grave", "ill/<b>"}


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"name": "grave", "query": "?topic=drugs"}, 400),
        ({"name": "", "query": "?topic=drugs"}, 400),
        ({"name": "a\u202eb", "query": "?topic=drugs"}, 400),
        ({"name": "x" * 61, "query": "?topic=drugs"}, 400),
        ({"name": "all", "query": "?since=7d"}, 400),
        ({"name": "away", "query": "?topic=drugs", "to:nowhere": "1"}, 400),
        ({"name": "topic", "query": "?topic=nonsense"}, 400),
    ],
)
def test_an_alert_that_means_nothing_is_not_made(visitor: DeskVisitor, form: dict[str, str], status: int):
    """It would speak of everything, go nowhere, or take the place of another."""
    before = visitor.get("/alerts.json").json["alerts"]
    assert visitor.post("/alerts/add", **form).status == status
    assert visitor.get("/alerts.json").json["alerts"] == before


def test_alerts_of_the_file_are_not_removed_here(visitor: DeskVisitor):
    """The file belongs to the person who edits it."""
    assert visitor.post("/alerts/remove", name="grave").status == 400
    assert {row["name"] for row in visitor.get("/alerts.json").json["alerts"]} == {"grave", "ill/<b>"}


def test_a_revision_shows_what_changed(watch: Watch, visitor: DeskVisitor):
    """The texts are read again from the stored pages, in the words that each revision had."""
    story = next(each for each in watch.newsroom.expectations() if each.story_id == "po-weapons-west")
    versions = next(each.versions for each in load_stories() if each.id == story.story_id)
    with suppress(LookupError):  # another test may have let the newsroom go on
        watch.newsroom.revise(story.story_id)
    watch.settle()
    page = visitor.get(f"/article/{article_id(story.link)}?lang=en")
    [link] = page.tree.xpath("//a[contains(@href, '/changes')]/@href")
    changed = visitor.get(link)
    assert changed.status == 200, changed.words
    assert changed.tree.xpath("//ins | //del")
    row = visitor.get(link.replace("/changes", "/changes.json")).json
    earlier, later = (
        "".join(piece["text"] for paragraph in row["paragraphs"] for piece in paragraph if piece["change"] != left_out)
        for left_out in ("new", "gone")
    )
    assert versions[0].paragraphs[0] in earlier
    assert versions[1].paragraphs[0] in later
    assert earlier != later
    assert visitor.get(link.replace("from=1", "from=7")).status == 400


def test_names_and_journeys_are_in_the_language_of_the_reader(visitor: DeskVisitor):
    """An English «Semey» or «it is in the index» on a Kazakh page looks like a fault."""
    hit = next(
        one
        for one in visitor.get("/search.json?sort=time&size=100").json["hits"]
        if "Almaty (city)" in one.get("places", ())
    )
    words = visitor.get(f"/article/{hit['id']}?lang=ru").words
    assert "она в индексе" in words
    assert "Almaty" not in words
    assert "Алматы" in words
