"""Rules that say what a text is about, and why.

::

    title, body        matching/text       words, clauses, sentences
        │
        ▼              matching/matcher    one pass over the words, for the patterns of every finder
    hits ─────────────────────┬──────────────────────┬─────────────────────┐
        ▼                     ▼                      ▼                     ▼
    topics/contexts       figures/               names/                topics/severity
    what a cue silences   numbers and deeds      places, persons,      how grave, by cues
        ▼                     │                  organisations         and figures
    mentions                  │                      │                     │
        ▼  topics/scoring     │                      │                     │
    cases: the mentions of a rule that count         │                     │
        ▼                     ▼                      ▼                     ▼
    tags, misses, contexts ───┴──── tagger.Tagging ──┴─────────────────────┘

`rules/` reads the YAML files, `ruleset` compiles them with one matcher, `workbench/` is for people who write rules.
"""

from pipelines.tagging.ruleset import SHARED_FILES, WORD_FILES, Ruleset, parse_ruleset
from pipelines.tagging.tagger import Tagger

__all__ = ["SHARED_FILES", "WORD_FILES", "Ruleset", "Tagger", "parse_ruleset"]
