"""Labels: what people read in place of an id, without compiling a rule."""

from __future__ import annotations

import pytest

from config.settings import HERE
from pipelines.errors import ConfigError
from pipelines.models import Severity
from pipelines.tagging.rules.labels import LABEL_LANGUAGES, parse_labels
from pipelines.tagging.rules.rule import CONTEXTS
from worker.files.labels import read_labels
from worker.files.layers import Layers

RULE = "topic: theft\nlabels: {en: Theft, kk: Ұрлық}\nterms:\n  ru: {2: [вор]}\n"


def test_an_id_has_a_label_in_each_language():
    """A Kazakh desk reads Kazakh; a label that is missing falls back to English, then to the id."""
    labels = parse_labels({"rules/theft.yaml": RULE})
    assert [labels.topic("theft", language) for language in ("kk", "ru", "en")] == ["Ұрлық", "Theft", "Theft"]
    assert labels.topic("fraud", "kk") == "fraud"


def test_keys_may_stand_in_any_order():
    """A rule that begins with its terms is as good as any other."""
    turned = "terms:\n  ru: {2: [вор]}\nlabels: {en: Theft}\ntopic: theft\n"
    assert parse_labels({"rules/theft.yaml": turned}).topics == {"theft": {"en": "Theft"}}


def test_a_broken_label_names_its_line():
    """The same sentence as from every other config file."""
    with pytest.raises(ConfigError, match="unknown key") as caught:
        parse_labels({}, "severity:\n  low: {fr: Bas}\n")
    assert (caught.value.file, caught.value.line, caught.value.key) == ("labels.yaml", 2, "fr")


def test_everything_that_is_shown_has_a_label():
    """A new context or severity without a label would be shown as an id."""
    labels = read_labels(Layers(HERE))
    for known, ids in ((labels.severities, Severity), (labels.contexts, CONTEXTS), (labels.topics, labels.topics)):
        assert set(ids) <= known.keys()
        assert all(set(LABEL_LANGUAGES) <= label.keys() for label in known.values())
