"""A site's own files over ours: an upgrade must not collide with what people edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import HERE, Settings
from pipelines.errors import ConfigError
from worker.files.catalogue import Catalogue
from worker.files.dictionaries import dictionary_name, read_lexicon, read_related
from worker.files.layers import Layers
from worker.files.rules import RuleFiles

RULE = "topic: {}\nthreshold: 1\nterms:\n  test:\n    ru:\n      3: [{}]\n"
FEEDS = "feeds:\n  - {{id: {}, url: 'https://{}', source: own, family: own}}\n"


@pytest.fixture
def layers(tmp_path: Path) -> Layers:
    """Two folders: `config`, as an upgrade brings it, and `site`."""
    files = {
        "config/rules/fraud.yaml": "ours",
        "config/rules/drugs.yaml": "ours",
        "config/places.yaml": "ours",
        "site/rules/fraud.yaml": "theirs",
        "site/rules/beekeeping.yaml": "theirs",
    }
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Layers(tmp_path / "config", tmp_path / "site")


def test_a_file_of_the_site_takes_the_place_of_ours(layers: Layers):
    """People copy a rule before they edit it; both copies together would be two rules of one topic."""
    found = {layers.name_of(file): file.read_text() for file in layers.glob("rules/*.yaml")}
    assert found == {"rules/beekeeping.yaml": "theirs", "rules/drugs.yaml": "ours", "rules/fraud.yaml": "theirs"}
    assert (layers / "places.yaml").read_text() == "ours"


def test_a_rule_of_the_site_is_followed(tmp_path: Path):
    """It is edited while the workers run; a file that is not there yet must be noticed when it comes."""
    rules = RuleFiles(Layers(HERE, tmp_path), cache=Settings().cache / "rules")
    assert "rules/fraud.yaml" in {file.relative_to(HERE).as_posix() for file in rules.files()}
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "bees.yaml").write_text("topic: bees\n", encoding="utf-8")
    assert tmp_path / "rules" / "bees.yaml" in rules.files()
    problem = rules.check()
    assert problem is not None
    assert problem.file == "rules/bees.yaml"


def test_feeds_of_the_site_are_added_and_replace_by_id(tmp_path: Path):
    """Three files: the catalogue, the site's, and the one that commands write, which has the last word."""
    for name, text in {"a.yaml": FEEDS.format("one", "a"), "b.yaml": FEEDS.format("one", "b")}.items():
        (tmp_path / name).write_text(text)
    catalogue = Catalogue(tmp_path / "a.yaml", tmp_path / "own.yaml", site_file=tmp_path / "b.yaml")
    assert [feed.url for feed in catalogue] == ["https://b"]
    (tmp_path / "own.yaml").write_text(FEEDS.format("two", "c"))
    assert [feed.id for feed in catalogue] == ["one", "two"]
    assert catalogue.is_given("one")
    assert not catalogue.is_given("two")


def test_words_of_the_site_are_added(tmp_path: Path):
    """Another dictionary name, so that the search node builds it; the file of the site holds its own words alone."""
    ours = HERE / "lexicon"
    assert dictionary_name(ours, tmp_path) == dictionary_name(ours)
    (tmp_path / "core.tsv").write_text("шоқшықылдақ\tnoun\n", encoding="utf-8")
    (tmp_path / "related.tsv").write_text("шоқшықылдақ\tтрещотка\n", encoding="utf-8")
    assert "шоқшықылдақ" in read_lexicon(ours, tmp_path).lemmas - read_lexicon(ours).lemmas
    assert ("шоқшықылдақ", "трещотка") in read_related(ours, tmp_path)
    assert dictionary_name(ours, tmp_path) != dictionary_name(ours)


def test_a_mistake_in_the_words_of_the_site_names_its_file_and_line(tmp_path: Path):
    """The line must be that of the file people edit, not of both files one after the other."""
    (tmp_path / "core.tsv").write_text("# bees\nқымыз\tnuon\n", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        read_lexicon(HERE / "lexicon", tmp_path)
    assert (raised.value.file, raised.value.line) == (str(tmp_path / "core.tsv"), 2)
