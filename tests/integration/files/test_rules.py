"""The rule files of a folder, as the workers read them."""

from __future__ import annotations

import shutil
from pathlib import Path

from config.settings import HERE
from pipelines.tagging import WORD_FILES
from worker.files.rule_check import RulesCheckedApart
from worker.files.rules import RuleFiles


def test_a_folder_without_the_word_files_reads_numbers_in_words(tmp_path: Path, cache: Path):
    """A config folder written for 0.1.0 lacks these files; an upgrade must not lose figures."""
    for file in RuleFiles(HERE).files():
        target = tmp_path / file.relative_to(HERE)
        target.parent.mkdir(exist_ok=True)
        if file.name not in WORD_FILES:
            shutil.copy(file, target)
    tagging = (
        RuleFiles(tmp_path, cache=cache / "rules")
        .tagger()
        .tag("", "Полицейские задержали двадцать три человека.", language="ru")
    )
    assert [(figure.kind, figure.value) for figure in tagging.figures] == [("detained", 23.0)]


def test_a_look_by_a_child_finds_what_is_wrong(tmp_path: Path, cache: Path):
    """The desk has no room for compiled rules, and its page must name the same fault as `kuzet status`."""
    rules = tmp_path / "rules"
    rules.mkdir()
    for file in (HERE / "rules" / "drugs.yaml", HERE / "contexts.yaml", HERE / "places.yaml", HERE / "figures.yaml"):
        if file.exists():
            shutil.copy(file, tmp_path / file.relative_to(HERE))
    apart, here = (kind(tmp_path, cache=cache / "rules") for kind in (RulesCheckedApart, RuleFiles))
    (rules / "drugs.yaml").write_text("topic: drugs\ngroups: 7\n", encoding="utf-8")
    found, expected = apart.check(), here.check()
    assert found is not None
    assert (str(found), found.line, found.key) == (str(expected), expected.line, expected.key)
