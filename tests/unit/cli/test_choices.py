"""Values of closed lists: what is understood, and what a typing error is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import HERE
from pipelines.errors import UsageError
from worker.answers.choices import known_values, resolve
from worker.files.layers import Layers


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("topic", "fraud", "fraud"),
        ("topic", "FRAUD", "fraud"),
        ("topic", "Шекара", "border"),
        ("region", "turkestan", "Turkestan"),
        ("region", "Туркестанская область", "Turkestan"),
        ("region", "түркістан  облысы", "Turkestan"),
        ("region", "Алматы", "Almaty (city)"),
        ("region", "Almaty", "Almaty"),
        ("place", "Семей", "Semey"),
        ("context", "drill", "drill"),
        ("rule", "drugs", "drugs"),
        ("figure", "detained", "detained"),
        ("language", "kk", "kk"),
        ("language", "русский", "ru"),
        ("language", "en", "en"),
        ("source", "any name", "any name"),
    ],
)
def test_a_value_is_known_by_its_name_and_by_its_labels(name: str, typed: str, value: str):
    """A name of the index counts before a label, and case does not matter."""
    assert resolve(name, typed, config=Layers(HERE)) == value


@pytest.mark.parametrize(
    ("name", "typed", "answer"),
    [
        ("topic", "fraudd", "no topic fraudd; did you mean fraud?"),
        ("topic", "Наркотик", "no topic Наркотик; did you mean drugs?"),
        ("region", "Turkistan", "no region Turkistan; did you mean Turkestan?"),
        ("region", "Туркистанская область", "did you mean Turkestan?"),
        ("place", "Semei", "did you mean Semey?"),
        ("context", "fictoin", "did you mean fiction?"),
        ("figure", "detaind", "did you mean detained?"),
        ("language", "kz", "did you mean kk?"),
        ("topic", "xyzzy", "there are border, corruption"),
    ],
)
def test_a_typing_error_is_answered_with_the_nearest_name(name: str, typed: str, answer: str):
    """A filter that can match nothing must not look like an index that holds nothing."""
    with pytest.raises(UsageError) as refused:
        resolve(name, typed, config=Layers(HERE))
    assert answer in str(refused.value)


def test_a_value_that_articles_have_is_accepted():
    """Articles keep a topic after its rule is deleted; `kuzet retag --topic OLD` is what takes it away."""
    assert resolve("topic", "former", config=Layers(HERE), is_used=lambda: True) == "former"


def test_a_broken_rule_file_still_names_its_topic(tmp_path: Path):
    """A search goes on while somebody edits a rule."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/fraud.yaml").write_text("topic: [")
    assert known_values("topic", Layers(tmp_path)) == {"fraud": "fraud"}


def test_a_changed_file_is_read_again(tmp_path: Path):
    """The desk keeps what it has read; an editor who adds a topic must be able to choose it at once."""
    (tmp_path / "rules").mkdir()
    layers = Layers(tmp_path)
    assert known_values("topic", layers) == {}
    (tmp_path / "rules" / "camels.yaml").write_text("topic: camels\n", encoding="utf-8")
    assert known_values("topic", layers) == {"camels": "camels"}
