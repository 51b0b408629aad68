"""Names that people read in place of ids: topics, severities, contexts and regions in Kazakh or Russian.

Ids are what filters and JSON hold; a filter takes a label as well. In any other language the ids are shown.
"""

from __future__ import annotations

import os
from functools import cache

from worker.answers.labels import NO_LABELS, Names, language_of, read_names
from worker.files.layers import Layers


@cache
def names() -> Names:
    """The names for this person, read once a process; ids when a file of the config folder cannot be read."""
    from worker.cli.session import open_settings

    language = language_of(os.environ)
    return read_names(Layers.of(open_settings()), language) if language else Names("", NO_LABELS, {})
