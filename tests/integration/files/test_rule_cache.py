"""Compiled rules are read back only for exactly what they were made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import HERE
from pipelines.errors import ConfigError
from pipelines.tagging.workbench.examples import try_examples, wrong_examples
from worker.files.rule_cache import KEPT, compile_rules
from worker.files.rules import RuleFiles


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The project's own shared files, with one small rule."""
    files = RuleFiles(HERE).files()
    own = {file.relative_to(HERE).as_posix(): file.read_text(encoding="utf-8") for file in files}
    return {name: text for name, text in own.items() if not name.startswith("rules/") or name == "rules/fraud.yaml"}


def test_a_second_look_reads_what_the_first_compiled(texts: dict[str, str], tmp_path: Path):
    """Else every `kuzet tag` would take seconds."""
    first = compile_rules(texts, folder=tmp_path)
    (file,) = tmp_path.iterdir()
    written_at = file.stat().st_mtime_ns
    assert compile_rules(texts, folder=tmp_path).version == first.version
    assert file.stat().st_mtime_ns == written_at


def test_a_damaged_file_is_compiled_anew(texts: dict[str, str], tmp_path: Path):
    """A full disk or a killed process must not end tagging."""
    version = compile_rules(texts, folder=tmp_path).version
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert compile_rules(texts, folder=tmp_path).version == version
    assert file.stat().st_size > 100


def test_changed_texts_are_compiled(texts: dict[str, str], tmp_path: Path):
    """A rule that was just edited holds at once; a broken one is told."""
    compile_rules(texts, folder=tmp_path)
    with pytest.raises(ConfigError, match=r"rules/fraud\.yaml"):
        compile_rules(texts | {"rules/fraud.yaml": "topic: fraud\nterms: 5\n"}, folder=tmp_path)


def test_old_ones_are_thrown_away(texts: dict[str, str], tmp_path: Path):
    """An analyst who edits all day must not fill the disk."""
    for number in range(KEPT + 1):
        compile_rules(texts | {"rules/fraud.yaml": texts["rules/fraud.yaml"] + f"# {number}\n"}, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == KEPT


def test_a_folder_that_cannot_be_written_does_no_harm(texts: dict[str, str], tmp_path: Path):
    """The cache is a convenience."""
    (tmp_path / "file").write_text("in the way")
    assert compile_rules(texts, folder=tmp_path / "file" / "rules").version


def test_what_is_read_back_tags_as_what_was_compiled(tmp_path: Path):
    """The workers tag with rules read back: every example must come out the same, beginnings such as кибер* too."""
    RuleFiles(HERE, cache=tmp_path).tagger()
    tagger = RuleFiles(HERE, cache=tmp_path).tagger()
    assert wrong_examples(try_examples(tagger)) == ()
