"""Values of closed lists as people type them: topics, regions, places, contexts, rules, figures, languages.

A value is known by its name in the index, in any case, or by its Kazakh or Russian label. Anything else is refused with
the nearest name. Sources, feeds and families are open lists: an unknown one gets a warning and the command goes on.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from pipelines.errors import UsageError
from pipelines.reading.indicators import find_indicators
from pipelines.search.fields import figure_names
from worker.files.layers import Layers
from worker.files.text import Stamp, read_text, stamp

if TYPE_CHECKING:
    from worker.runtime import Runtime

LISTED_UP_TO = 40
"""Values of a list that an error shows when no name is near; longer lists would fill the screen."""

NEAR = 0.6
NEAR_SHORT = 0.5
"""How alike a name must be to be suggested (difflib's ratio); `kz` and `kk` share one letter of two."""

LANGUAGE_LABELS = {
    "kk": ("қазақ", "қазақша", "казахский", "kazakh", "kaz"),
    "ru": ("орыс", "орысша", "русский", "russian", "rus"),
    "en": ("ағылшын", "английский", "english", "eng"),
}
ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""Two-letter codes of languages: the detector may find any of them."""

OPEN = ("source", "feed", "family")
AS_TYPED = ("story", "watch")
"""Filters whose values are ids, or lists of one's own: nothing is near to one."""


def known_values(name: str, config: Layers) -> dict[str, str]:
    """Return what may be typed for a filter, folded, with the value it means. Empty for an open list.

    The files are read again when one has changed, which takes up to 0.4 s. Raises ConfigError when one cannot be read.
    """
    if name not in _READERS:
        return {}
    files = (*config.glob("*.yaml"), *config.glob("rules/*.yaml"))
    return dict(_known_values(name, config, tuple((file, stamp(file)) for file in files)))


@lru_cache(maxsize=16)
def _known_values(name: str, config: Layers, _files: tuple[tuple[Path, Stamp], ...]) -> Mapping[str, str]:
    return {_fold(typed): value for typed, value in _READERS[name](config)}


def resolve(name: str, value: str, *, config: Layers, is_used: Callable[[], bool] = lambda: False) -> str:
    """Return the value as the index has it. Raises UsageError with the nearest name.

    `is_used` is asked about a value that no list has: articles may keep a topic that the rules no longer have.
    """
    known = known_values(name, config)
    if not known or (found := known.get(_fold(value))) is None:
        if not known or is_used():
            return value
        raise UsageError(f"--{name}", f"no {name} {value}{_suggestion(name, value, known)}")
    return found


def resolve_filters(
    runtime: Runtime, filters: Mapping[str, Iterable[str]], *, warn: Callable[[str], None]
) -> dict[str, tuple[str, ...]]:
    """Return the filters with values of the index; `warn` gets a sentence on each unknown source, feed or family.

    Raises UsageError for an unknown value of a closed list.
    """
    resolved: dict[str, tuple[str, ...]] = {}
    for name, values in filters.items():
        found = tuple(_resolved(runtime, name, value, warn=warn) for value in values)
        if found:
            resolved[name] = found
    return resolved


def _resolved(runtime: Runtime, name: str, value: str, *, warn: Callable[[str], None]) -> str:
    if name in AS_TYPED:
        return value
    if name == "indicator":
        return next(iter(find_indicators(value)), value)
    if name in OPEN:
        if problem := unknown(runtime, name, value):
            warn(problem)
        return value
    return resolve(name, value, config=runtime.config, is_used=lambda: _has_articles(runtime, name, value))


def unknown(runtime: Runtime, name: str, value: str) -> str:
    """Say that a source, feed or family is neither in the catalogue nor in the index; empty for one that is."""
    known = {_fold(each): each for each in catalogued(runtime, name)}
    if _fold(value) in known or _has_articles(runtime, name, value):
        return ""
    return f"no {name} {value} is known{_suggestion(name, value, known)}"


def catalogued(runtime: Runtime, name: str) -> list[str]:
    """List the sources, feeds or families of the catalogue."""
    attribute = "id" if name == "feed" else name
    return sorted({getattr(feed, attribute) for feed in runtime.catalogue})


def _has_articles(runtime: Runtime, name: str, value: str) -> bool:
    """True if an article of the index has the value; an engine that is away has none."""
    from pipelines.errors import EngineUnavailableError
    from pipelines.search.request import SearchRequest

    try:
        return runtime.search.count(SearchRequest(filters={name: (value,)})) > 0
    except EngineUnavailableError:
        return False


def _suggestion(name: str, value: str, known: Mapping[str, str]) -> str:
    cutoff = NEAR if len(value) > len("kk") else NEAR_SHORT
    candidates = [*LANGUAGE_LABELS] if name == "language" else [*known]
    if near := difflib.get_close_matches(_fold(value), candidates, n=1, cutoff=cutoff):
        return f"; did you mean {known[near[0]]}?"
    values = sorted(set(known.values()))
    return f"; there are {', '.join(values)}" if 0 < len(values) <= LISTED_UP_TO else ""


def _fold(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())


# ---------------------------------------------------------------- what the files of config/ define


def _topics(config: Layers) -> Iterator[tuple[str, str]]:
    """Yield each topic under its name and labels; a rule is called after its topic."""
    for file in config.glob("rules/*.yaml"):
        rule = read_names_of(file)
        topic = str(rule.get("topic", file.stem))
        yield topic, topic
        for label in (rule.get("labels") or {}).values():
            yield str(label), topic


def _contexts(config: Layers) -> Iterator[tuple[str, str]]:
    for name in read_names_of(config / "contexts.yaml"):
        yield name, name


def _regions(config: Layers) -> Iterator[tuple[str, str]]:
    yield from _labelled(read_names_of(config / "places.yaml").get("regions", ()))


def _places(config: Layers) -> Iterator[tuple[str, str]]:
    """Yield every place; a name that several places have is one value of the index."""
    for group in read_names_of(config / "places.yaml").values():
        for places in group.values() if isinstance(group, dict) else (group,):
            yield from _labelled(places)


def _labelled(places: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield labels first: where a label of one place is the name of another, the name counts."""
    entries = list(places)
    for language in ("ru", "kk", "name"):
        yield from ((entry[language], entry["name"]) for entry in entries if language in entry)


def _figures(_config: Layers) -> Iterator[tuple[str, str]]:
    yield from ((name, name) for name in figure_names())


def _languages(_config: Layers) -> Iterator[tuple[str, str]]:
    yield from ((code, code) for code in ISO_639_1.split())
    yield from ((label, code) for code, labels in LANGUAGE_LABELS.items() for label in labels)


def read_names_of(file: Path) -> dict[str, Any]:
    """Read a file for its names alone, quicker than the reader that knows the place of every line.

    A broken file names nothing here: `kuzet rules lint` and `kuzet status` say what is wrong with it.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(read_text(file), Loader=loader)  # noqa: S506  both are safe loaders
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


_READERS: Mapping[str, Callable[[Layers], Iterator[tuple[str, str]]]] = {
    "topic": _topics,
    "rule": _topics,
    "context": _contexts,
    "region": _regions,
    "place": _places,
    "figure": _figures,
    "language": _languages,
}
