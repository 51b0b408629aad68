"""Write docs/desk/*.png, the pictures of the guide, from a demo that runs: `python docs/desk_pictures.py [ADDRESS]`.

Needs Chromium and the packages of .ci/browser.lock.
"""

from __future__ import annotations

import json
import shutil
import sys
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).with_name("desk")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PICTURES = {
    "now": ("/", 1280, 800, "light", "ru"),
    "article": ("ARTICLE", 1280, 900, "light", "ru"),
    "alert": ("/alerts/new?q=бомба&region=Almaty+(city)", 1280, 800, "light", "ru"),
    "map": ("/map", 1280, 800, "light", "ru"),
    "phone": ("/", 390, 780, "dark", "kk"),
}
"""Name → page, width, height, colours, language."""


def article(base: str) -> str:
    """Choose an article with many reasons to show."""
    with urllib.request.urlopen(f"{base}/now.json?size=50") as answer:  # noqa: S310  a desk of this machine
        hits: list[dict[str, Any]] = json.load(answer)["hits"]
    best = max(hits, key=lambda hit: len(hit.get("topics", ())) + 2 * len(hit.get("contexts", ())))
    return f"/article/{best['id']}"


def main(base: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, (path, width, height, colours, language) in PICTURES.items():
            size = {"width": width, "height": height}
            context = browser.new_context(viewport=size, color_scheme=colours, locale=language)
            page = context.new_page()
            page.goto(base + (article(base) if path == "ARTICLE" else path))
            page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8585")
