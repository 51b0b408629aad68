"""The desk in a real browser: headless Chromium, with and without JavaScript, in three languages, light and dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.desk.conftest import PASSWORD
from tests.support.desk_visitor import DeskVisitor
from tests.support.running_watch import Watch

playwright = pytest.importorskip("playwright.sync_api", reason="NO BROWSER: .ci/browser.lock is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="NO BROWSER: Chromium is not installed")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGES = (
    "/",
    "/search?q=алаяқтық",
    "ARTICLE",
    "/stories?since=7d",
    "/map",
    "/trends",
    "/sources",
    "/watch",
    "/alerts",
    "/trace",
)
LOOKS = ("kk-dark", "ru-light", "en-dark")
MOST_TABS = 80
TOO_BAD = ("serious", "critical")


@pytest.fixture(scope="module")
def axe() -> Any:
    """The checker of accessibility. It reads a file in the locale's encoding, so a collection must not import it."""
    name = "axe_playwright_python.sync_playwright"
    return pytest.importorskip(name, reason="NO BROWSER: .ci/browser.lock is not installed").Axe()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests; each has a context of its own."""
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def article(desk_url: str) -> str:
    return f"/article/{DeskVisitor(desk_url).get('/search.json?severity=high').json['hits'][0]['id']}"


@pytest.mark.parametrize("look", [("kk", "dark", True), ("ru", "light", True), ("en", "dark", False)], ids=LOOKS)
def test_pages_are_accessible_and_fit(browser: Any, axe: Any, desk_url: str, article: str, look: tuple[str, str, bool]):
    """Axe finds nothing serious, and no page is wider than a phone, a tablet or a desk.

    Contrast is judged once in the dark and once in the light: it is half of axe's time, and the words do not matter.
    """
    language, colours, has_new_colours = look
    options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": has_new_colours}}}
    context = browser.new_context(locale=language, color_scheme=colours)
    page, faults = context.new_page(), []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: faults.append(request.url) if not request.url.startswith(desk_url) else None)
    for path in PAGES:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(desk_url + path.replace("ARTICLE", article))
        assert page.locator("html").get_attribute("lang") == language
        found = axe.run(page, options=options).response["violations"]
        faults += [
            f"{path}: {each['id']} {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in TOO_BAD
        ]
        for width in (360, 768, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults.append(f"{path} is wider than {width}")
    context.close()
    assert faults == []


def test_keys_lead_through_the_news(browser: Any, desk_url: str):
    """j, k, o, /, f and ? do what the list of keys says."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(desk_url)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator("li.item.here").count() == 1
    first = page.locator("li.item h2 a").first.get_attribute("href")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("f")
    assert page.evaluate("!!document.activeElement.closest('#filters')")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.wait_for_url(f"**{first}")
    context.close()


def test_new_articles_show_a_button(browser: Any, desk_url: str, watch: Watch):
    """Nothing jumps: a button says how many are new."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(f"{desk_url}/?all=1")
    assert not page.locator("#new").is_visible()
    top = page.locator("li.item h2 a").first.get_attribute("href")
    watch.newsroom.go_on()
    page.locator("#new a").wait_for(timeout=60_000)
    assert "1 new article" in page.locator("#new a").inner_text()
    assert page.locator("li.item h2 a").first.get_attribute("href") == top
    context.close()


def test_without_javascript_nothing_is_missing(browser: Any, desk_url: str):
    """Search, filter, article, report: links and forms are enough."""
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(desk_url)
    page.fill("#search", "topic:drugs")
    page.press("#search", "Enter")
    page.locator("aside .facet a").first.click()
    assert page.locator(".chips a").count() == 1
    page.locator("ol.news h2 a").first.click()
    assert page.locator("table.reasons tbody tr").count() > 0
    page.locator("article mark a").first.click()
    assert page.url.rpartition("#")[2].startswith("why-")
    context.close()


def reach(page: Any, selector: str) -> None:
    """Press Tab until the element has the focus, as someone without a mouse does."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"Tab does not lead to {selector} on {page.url}")


def test_forms_work_by_keyboard_alone_and_without_javascript(browser: Any, guarded: str, watch: Watch):
    """Sign in, search, report a wrong tag, add a feed: no mouse, no script."""
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(guarded)
    for name, typed in (("name", "admin"), ("password", PASSWORD)):
        reach(page, f"[name={name}]")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    reach(page, "#search")
    page.keyboard.type("topic:drugs")
    page.keyboard.press("Enter")
    reach(page, "ol.news h2 a")
    page.keyboard.press("Enter")
    reach(page, "#wrong summary")
    page.keyboard.press("Enter")
    reach(page, "#wrong [name=note]")
    page.keyboard.type("by keyboard")
    page.keyboard.press("Enter")
    assert "Thank you" in page.locator("[role=status]").inner_text()
    page.goto(f"{guarded}/sources#add")
    reach(page, "[action='/sources/add'] [name=url]")
    page.keyboard.type("http://127.0.0.1:9/rss")
    page.keyboard.press("Enter")
    assert "127.0.0.1" in page.locator("[role=alert]").inner_text()
    context.close()
    for folder in (watch.runtime.settings.config, watch.runtime.settings.data, watch.runtime.settings.data / "guarded"):
        for file in (folder / "examples").glob("*.yaml"):
            if "by keyboard" in file.read_text(encoding="utf-8"):
                file.unlink()
