"""The index as config/search/ describes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from worker.files.text import read_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Mapping, settings and analysis of an index. `analysis` is what pipelines.language.analysis renders."""

    mapping: Mapping[str, Any]
    settings: Mapping[str, Any]
    analysis: Mapping[str, Any]

    @property
    def fields_hash(self) -> str:
        """12 hex digits that change with the mapping."""
        return _hash(self.mapping)

    @property
    def words_hash(self) -> str:
        """12 hex digits that change with the analysis: other ones mean that texts must be analysed again."""
        return _hash(self.analysis)

    def changed_fields(self, live: Mapping[str, Any]) -> list[str]:
        """Name the fields that a live index (its `properties`) has in another way: only a reindex brings them up."""
        return list(_changed(live, self.mapping["properties"], kind=_kind))

    def foreign_fields(self, live: Mapping[str, Any]) -> list[str]:
        """Name those of another type among them: documents of ours are not for that index."""
        return list(_changed(live, self.mapping["properties"], kind=_type))

    def new_fields(self, live: Mapping[str, Any], *, analyzers: Container[str]) -> dict[str, Any]:
        """Describe the fields that a live index lacks, as it takes them: what it has is not repeated.

        analyzers: those of the live index. A field that needs another one must wait for the reindex.
        """
        return _new(live, _analysed_by(self.mapping["properties"], analyzers))

    def has_analyzers(self, analyzers: Container[str]) -> bool:
        """True if each field of the mapping can be analysed by these."""
        fields: dict[str, Any] = self.mapping["properties"]
        return _analysed_by(fields, analyzers) == fields

    def index_settings(self, **extra: object) -> dict[str, Any]:
        return {"index": {**self.settings["index"], **extra}, "analysis": dict(self.analysis)}

    def index_mapping(self) -> dict[str, Any]:
        """Name the schema in the index itself, so that a later version knows what it finds."""
        return {**self.mapping, "_meta": {"fields": self.fields_hash, "words": self.words_hash}}


def _changed(
    live: Mapping[str, Any], wanted: Mapping[str, Any], *, kind: Callable[[Mapping[str, Any]], Any], path: str = ""
) -> Iterator[str]:
    for name, field in wanted.items():
        known = live.get(name)
        if known is None:
            continue
        if kind(known) != kind(field):
            yield path + name
        for inside in _inside(field):
            yield from _changed(known.get(inside, {}), field[inside], kind=kind, path=f"{path}{name}.")


def _analysed_by(wanted: Mapping[str, Any], analyzers: Container[str]) -> dict[str, Any]:
    """Leave out the fields, and the further ways to index a field, whose analyzer is missing.

    Queries are analysed like the texts where only the analyzer of queries is missing.
    """
    return {
        name: {**_asked_by(field, analyzers), **{part: _analysed_by(field[part], analyzers) for part in _inside(field)}}
        for name, field in wanted.items()
        if "analyzer" not in field or field["analyzer"] in analyzers
    }


def _asked_by(field: Mapping[str, Any], analyzers: Container[str]) -> dict[str, Any]:
    return {name: value for name, value in field.items() if name != "search_analyzer" or value in analyzers}


def _inside(field: Mapping[str, Any]) -> list[str]:
    """Return the names under which a field of a mapping has fields of its own."""
    return [name for name in ("properties", "fields") if name in field]


def _new(live: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: described
        for name, field in wanted.items()
        if (described := _new_parts(live[name], field) if name in live else dict(field))
    }


def _new_parts(known: Mapping[str, Any], field: Mapping[str, Any]) -> dict[str, Any]:
    """What a field that is there lacks: fields of an object, or other ways to index the same value."""
    if inner := _new(known.get("properties", {}), field.get("properties", {})):
        return {"properties": inner}
    if ways := _new(known.get("fields", {}), field.get("fields", {})):
        return {**known, "fields": {**known.get("fields", {}), **ways}}
    return {}


def _kind(field: Mapping[str, Any]) -> dict[str, Any]:
    """What a field is, apart from what is in it; the engine does not repeat that an object is one."""
    described = {name: value for name, value in field.items() if name not in {"properties", "fields", "dynamic"}}
    return {"type": "object", **described}


def _type(field: Mapping[str, Any]) -> Any:  # noqa: ANN401  a word of the engine
    return field.get("type", "object")


def read_schema(folder: Path, *, analysis: Mapping[str, Any]) -> Schema:
    """Read mapping.json and settings.json. `analysis` may come with or without the key of that name around it."""
    return Schema(
        mapping=read_json(folder / "mapping.json"),
        settings=read_json(folder / "settings.json"),
        analysis=analysis.get("analysis", analysis),
    )


def _hash(part: Mapping[str, Any]) -> str:
    described = json.dumps(part, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(described.encode()).hexdigest()[:12]
