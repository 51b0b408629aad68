"""Rules that say what a text is about, and why."""

from pipelines.tagging.ruleset import SHARED_FILES, Ruleset, parse_ruleset
from pipelines.tagging.tagger import Tagger

__all__ = ["SHARED_FILES", "Ruleset", "Tagger", "parse_ruleset"]
