"""The cache of word forms saves seconds, and nothing that lies in its folder can do harm."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zstandard

from config.settings import HERE
from pipelines.errors import ConfigError
from pipelines.tagging import Tagger
from pipelines.tagging.workbench.examples import try_examples, wrong_examples
from worker.files import rule_cache
from worker.files.rule_cache import KEPT_FILES, compile_rules
from worker.files.rules import RuleFiles

TEXTS = {
    "classes.yaml": "{}",
    "contexts.yaml": "{}",
    "places.yaml": "towns: {Zhambyl: [{name: Taraz, kk: Тараз, ru: Тараз, at: [42.9, 71.37]}]}",
    "figures.yaml": "{people: {}, kinds: {}, drugs: {}, currencies: {}, roles: {}}",
    "severity.yaml": "{critical: {}, high: {}, low: {}, figures: {}}",
    "organisations.yaml": "organisations: []",
    "names.yaml": "{male: [], female: []}",
    "rules/theft.yaml": "{topic: theft, labels: {en: Theft, kk: Ұрлық, ru: Кража}, terms: {ru: {4: [вор, кража]}}}",
}
HAY = "{topic: hay, labels: {en: Hay, kk: Пішен, ru: Сено}, terms: {ru: {4: [сенокосилка]}}}"
THIEF = "В Таразе задержан вор"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the cache of these texts holds."""
    folder = tmp_path_factory.mktemp("forms")
    compile_rules(TEXTS, folder=folder)
    (file,) = folder.iterdir()
    return file.read_bytes()


@pytest.fixture
def folder(kept: bytes, tmp_path: Path) -> Path:
    """A folder with a warm cache."""
    _file(tmp_path).write_bytes(kept)
    return tmp_path


def _file(folder: Path) -> Path:
    return folder / f"{rule_cache._expander()}.forms"


def test_a_second_start_expands_no_word(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Else every `kuzet tag` would take seconds."""
    monkeypatch.setattr("pipelines.tagging.matching.word_forms.forms_of", _unexpected)
    assert Tagger(compile_rules(TEXTS, folder=folder)).tag("", THIEF, language="ru").topics


def _unexpected(word: str, *, language: str) -> dict[str, bool]:
    raise AssertionError(f"{word} ({language}) is expanded again")


def test_an_edit_expands_only_its_own_words(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """An analyst who edits one rule must not wait for all the others."""
    expanded = []
    expand = rule_cache.word_forms.forms_of
    spy = "pipelines.tagging.matching.word_forms.forms_of"
    monkeypatch.setattr(spy, lambda word, *, language: expanded.append(word) or expand(word, language=language))
    for _ in range(2):
        ruleset = compile_rules(TEXTS | {"rules/hay.yaml": HAY}, folder=folder)
    assert expanded == ["сенокосилка"]
    assert Tagger(ruleset).tag("", "У фермера угнали сенокосилку", language="ru").topics == ("hay",)


@pytest.mark.parametrize(
    "damage",
    [
        lambda _kept: b"",
        lambda kept: kept[:100],
        lambda kept: kept[:-1] + bytes([kept[-1] ^ 1]),
        lambda _kept: os.urandom(5_000),
        lambda _kept: pickle.dumps({"words": []}),
        lambda _kept: _signed(b"[" * 200_000),
        lambda _kept: _signed(b'{"endings": [], "words": [["ru", "x", [["x", 5, 0]]]]}'),
        lambda _kept: _signed(b'{"endings": 5, "words": null}'),
        lambda _kept: _signed(b'{"endings": [""], "words": [["ru", ["x"], [["x", 0, 0]]]]}'),
        lambda _kept: _signed(b"\xff\xfe"),
    ],
    ids=["empty", "truncated", "one bit", "noise", "pickle", "deep", "no such endings", "shape", "word", "no text"],
)
def test_a_file_that_is_not_ours_is_ignored_and_written_anew(folder: Path, kept: bytes, damage):
    """A full disk, a killed process or a stranger must not end tagging."""
    _file(folder).write_bytes(damage(kept))
    tagger = Tagger(compile_rules(TEXTS, folder=folder))
    assert tagger.tag("", THIEF, language="ru").topics == ("theft",)
    assert _file(folder).read_bytes() == kept


def _signed(raw: bytes) -> bytes:
    packed = zstandard.ZstdCompressor().compress(raw)
    return hashlib.sha256(packed).digest() + packed


def test_a_file_that_unpacks_to_gigabytes_is_ignored(folder: Path, monkeypatch):
    """A small file must not fill the memory."""
    monkeypatch.setattr(rule_cache, "MOST_BYTES", 1_000)
    _file(folder).write_bytes(_signed(b" " * 1_001))
    assert compile_rules(TEXTS, folder=folder).version


def test_a_pickle_is_never_opened(tmp_path: Path):
    """Reading a pickle runs what it says: those of an older kuzet are deleted unread, under any name."""
    bomb = pickle.dumps(_Bomb(tmp_path / "exploded"))
    (tmp_path / "0123456789abcdef.pickle").write_bytes(bomb)
    _file(tmp_path).write_bytes(bomb)
    compile_rules(TEXTS, folder=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [_file(tmp_path).name]


class _Bomb:
    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.trace,)


def test_forms_of_other_code_are_not_used(folder: Path, kept: bytes, monkeypatch):
    """After an upgrade a word may have other forms: the name of the file holds what expanded it."""
    mine = _file(folder)
    monkeypatch.setattr(rule_cache, "EXPANDERS", ("pymorphy3",))
    rule_cache._expander.cache_clear()
    try:
        assert _file(folder) != mine
        compile_rules(TEXTS, folder=folder)
        assert _file(folder).read_bytes() == kept
    finally:
        rule_cache._expander.cache_clear()


def test_an_upgrade_that_changes_a_model_tags_with_a_warm_cache(tmp_path: Path):
    """The cache holds words and no objects of ours, so a field added to Place must not end tagging."""
    code, cache = tmp_path / "code", tmp_path / "cache"
    for package in ("pipelines", "worker", "config"):
        shutil.copytree(HERE.parent / package, code / package, ignore=shutil.ignore_patterns("__pycache__"))
    script = f"{COMPILE}print(Tagger(rules).tag('', {THIEF!r}, language='ru').places)"
    assert "Taraz" in _run(script, cache, code=code)
    models = code / "pipelines" / "models.py"
    text = models.read_text(encoding="utf-8")
    last = "    longitude: float | None = None\n"
    models.write_text(text.replace(last, f"{last}    country: str = 'KZ'\n", 1), encoding="utf-8")
    kept = _file(cache).stat().st_mtime_ns
    assert "country='KZ'" in _run(script, cache, code=code)
    assert _file(cache).stat().st_mtime_ns == kept


COMPILE = f"""
import sys, pathlib
from pipelines.tagging import Tagger
from worker.files.rule_cache import compile_rules
rules = compile_rules({TEXTS!r}, folder=pathlib.Path(sys.argv[1]))
"""


def _run(script: str, folder: Path, *, code: Path = HERE.parent) -> str:
    command = [sys.executable, "-c", script.strip(), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=code, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_processes_at_once_leave_one_whole_file(tmp_path: Path):
    """The workers of a watch start together, each with a cold cache."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: _run(COMPILE, tmp_path), range(4)))
    (file,) = tmp_path.iterdir()
    assert {("ru", "вор"), ("ru", "кража")} <= rule_cache._read(file).keys()


def test_broken_rules_are_reported_with_a_warm_cache(folder: Path):
    """A rule that was just edited holds at once; a broken one is an error with its file."""
    with pytest.raises(ConfigError, match=r"rules/theft\.yaml"):
        compile_rules(TEXTS | {"rules/theft.yaml": "topic: theft\nterms: 5\n"}, folder=folder)


def test_files_of_older_code_are_thrown_away(tmp_path: Path):
    """Each upgrade leaves a file behind; they must not fill the disk."""
    for age in range(KEPT_FILES + 2):
        old = tmp_path / f"{age:016x}.forms"
        old.touch()
        os.utime(old, (age, age))
    compile_rules(TEXTS, folder=tmp_path)
    left = sorted(file.name for file in tmp_path.iterdir())
    assert len(left) == KEPT_FILES
    assert _file(tmp_path).name in left


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path):
    """The cache is a convenience."""
    (tmp_path / "file").write_text("in the way")
    assert compile_rules(TEXTS, folder=tmp_path / "file" / "rules").version


def test_what_is_read_back_tags_as_what_was_expanded(cache: Path):
    """The workers tag with forms read back: every example must come out the same, beginnings such as кибер* too."""
    RuleFiles(HERE, cache=cache / "rules").tagger()
    tagger = RuleFiles(HERE, cache=cache / "rules").tagger()
    assert wrong_examples(try_examples(tagger)) == ()
