"""The desk in three languages: no text is left in English, and none is left over."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import worker.desk
from worker.desk.application import DONE, PAGES
from worker.desk.translations import FOLDER, NAMED_ELSEWHERE, preferred, translations

HERE = Path(worker.desk.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None}
JINJA = {"extensions": "jinja2.ext.i18n", "trim_blocks": "true", "lstrip_blocks": "true"}
PLACES = re.compile(r"%\((\w+)\)")


@cache
def wanted() -> frozenset[str | tuple[str, ...]]:
    """Return every text that templates and pages show."""
    methods = [("templates/**.html", "jinja2"), ("**.py", "python")]
    found = extract_from_dir(HERE, method_map=methods, keywords=KEYWORDS, options_map={"templates/**.html": JINJA})
    titles = {page.title for page in PAGES if page.title}
    return frozenset({message for _, _, message, _, _ in found} | titles | {*DONE.values()} | {*NAMED_ELSEWHERE})


def catalog(language: str) -> Catalog:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_text_is_translated_and_no_other(language: str):
    """One English word on a Kazakh page looks like a fault."""
    known = {message.id for message in catalog(language) if message.id}
    assert wanted() - known == set()
    assert known - wanted() == set()


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_translations_are_whole(language: str):
    """A number that is left out of a sentence is not seen."""
    for message in catalog(language):
        if message.id:
            own = message.id if isinstance(message.id, tuple) else (message.id,)
            theirs = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(theirs), message.id
            for text in theirs:
                assert set(PLACES.findall(text)) == set(PLACES.findall(own[-1])), message.id


def test_russian_has_its_three_plurals():
    """1 статья, 2 статьи, 5 статей."""
    counted = [
        translations("ru").ngettext("%(num)d article", "%(num)d articles", n) % {"num": n} for n in (1, 2, 5, 21)
    ]
    assert counted == ["1 статья", "2 статьи", "5 статей", "21 статья"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("kk-KZ,kk;q=0.9,ru;q=0.8", "kk"), ("de,ru;q=0.5", "ru"), ("de", "en"), ("", "en"), ("*", "en")],
)
def test_a_browser_says_which_language(accepted: str, language: str):
    """The first visit needs no setting."""
    assert preferred(accepted) == language
