"""The generations of each part of the index: kuzet-000001, kuzet-000002 …, of which one is behind the aliases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.search.parts import Part, PartName
from worker.search.engine import SearchEngine
from worker.search.errors import engine_errors


@dataclass(frozen=True, slots=True)
class Generation:
    """One index. `is_live`: it is behind the aliases; `replaced_at`: epoch seconds when it ceased to be, or 0.

    takes_new: it is live, and new articles go there. replaced_by: which rebuild replaced it (`begun_at`), or 0.
    kept_until: when it may be deleted, or 0.
    """

    part: PartName
    number: int
    name: str
    is_live: bool
    takes_new: bool
    replaced_at: float
    replaced_by: float
    kept_until: float


class Indices:
    """Making, switching and dropping generations. Decides nothing: worker.rebuilds.reindex knows when."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine

    def generations(self) -> list[Generation]:
        """List them part by part, the oldest first, each in the order of their making."""
        with engine_errors(self._engine.address):
            found = self._engine.client.indices.get(index=f"{self._engine.read_alias}-*", expand_wildcards="open").body
        listed = (self._generation(name, described) for name, described in found.items())
        return sorted((one for one in listed if one), key=lambda one: (one.part, one.number))

    def _generation(self, name: str, described: Mapping[str, Any]) -> Generation | None:
        place = self._engine.names.generation_of(name)
        if place is None:
            return None
        meta = described["mappings"].get("_meta", {})
        live = self._engine.names.parts({name: described["aliases"]})
        times = (float(meta.get(word, 0)) for word in ("replaced_at", "replaced_by", "kept_until"))
        return Generation(*place, name, bool(live), any(part.takes_new for part in live), *times)

    def of_part(self, part: PartName) -> list[Generation]:
        return [one for one in self.generations() if one.part == part]

    def next_name(self, part: PartName) -> str:
        number = max((one.number for one in self.of_part(part)), default=0) + 1
        return self._engine.names.index(part, number)

    def create_quiet(self, name: str, analysis: Mapping[str, Any]) -> None:
        """Make an index that only takes what is copied: no replicas, no refreshes, no aliases."""
        quiet = {"auto_expand_replicas": False, "number_of_replicas": 0, "refresh_interval": "-1"}
        with engine_errors(self._engine.address):
            self._engine.create_index(name, self._engine.schema(analysis), aliases={}, **quiet)

    def wake(self, name: str) -> None:
        """Give it the replicas and refreshes that a searched index has, and make its documents searchable.

        Flushed, for a node that dies now would else analyse all of it again before it answers.
        """
        usual = {"auto_expand_replicas": "0-1", "refresh_interval": "1s"}
        with engine_errors(self._engine.address):
            self._engine.client.indices.put_settings(index=name, settings={"index": usual})
            self._engine.client.indices.flush(index=name)
        self.refresh(name)

    def refresh(self, name: str) -> None:
        with engine_errors(self._engine.address):
            self._engine.client.indices.refresh(index=name)

    def block_writes(self, name: str) -> None:
        """Close an index to writes; returns when those under way are done."""
        with engine_errors(self._engine.address):
            self._engine.client.indices.add_block(index=name, block="write")

    def lift_block(self, name: str) -> None:
        """Open an index to writes, also one that a person made read-only; the engine takes that back only by itself."""
        with engine_errors(self._engine.address):
            for block in ("index.blocks.read_only", "index.blocks.write"):
                self._engine.client.indices.put_settings(index=name, settings={block: None})

    def is_ours(self, name: str) -> bool:
        """True if an index is there as we made it: one that the engine makes for a document names no schema."""
        with engine_errors(self._engine.address):
            found = self._engine.client.options(ignore_status=404).indices.get_mapping(index=name).body
        return bool(found.get(name, {}).get("mappings", {}).get("_meta"))

    def last_seq_no(self, name: str) -> int:
        """Read the operation every shard has reached; what is written from now on has a greater number."""
        with engine_errors(self._engine.address):
            shards = self._engine.client.indices.stats(index=name, level="shards").body["indices"][name]["shards"]
        return min(int(copy["seq_no"]["max_seq_no"]) for copies in shards.values() for copy in copies)

    def fields(self, name: str) -> set[str]:
        """List the paths of all fields that an index takes."""
        with engine_errors(self._engine.address):
            mapping = self._engine.client.indices.get_mapping(index=name).body[name]["mappings"]
        return set(_paths(mapping["properties"]))

    def count(self, name: str) -> int:
        with engine_errors(self._engine.address):
            return int(self._engine.client.count(index=name).body["count"])

    def size(self, name: str) -> int:
        """Return how many bytes an index takes on the disk, without its copies."""
        with engine_errors(self._engine.address):
            stats = self._engine.client.indices.stats(index=name, metric="store").body["indices"][name]
        return int(stats["primaries"]["store"]["size_in_bytes"])

    def switch(self, part: Part, *, target: str, now: float, keep_days: float, begun_at: float = 0.0) -> None:
        """Move both aliases of a part in one step, and write down in its old index when it was replaced."""
        read, source = self._engine.read_alias, part.index
        kept = {"replaced_at": now, "replaced_by": begun_at, "kept_until": now + keep_days * 86_400}
        meta = {**self._engine.made_for(source), **kept}
        live = {name: value for name, value in self._engine.made_for(target).items() if name not in kept}
        with engine_errors(self._engine.address):
            self._engine.client.indices.put_mapping(index=source, meta=meta)
            self._engine.client.indices.put_mapping(index=target, meta=live)
        self._move(
            {"remove": {"index": source, "alias": read}},
            _removed(source, part.alias),
            {"add": {"index": target, "alias": read}},
            _added(target, part.alias),
        )

    def roll_over(self, part: Part, *, target: str, begins: PartName) -> None:
        """Let a new part begin, in one step: it takes new articles and is read, the one before takes revisions."""
        names, read, source = self._engine.names, self._engine.read_alias, part.index
        self._move(
            _removed(source, part.alias),
            _added(source, names.revise_alias(part.name)),
            {"add": {"index": target, "alias": read}},
            _added(target, names.write_alias(begins)),
        )

    def _move(self, *actions: Mapping[str, Any]) -> None:
        with engine_errors(self._engine.address):
            self._engine.client.indices.update_aliases(actions=list(actions))

    def delete_documents(self, name: str, article_ids: Iterable[str]) -> None:
        ids = sorted(article_ids)
        with engine_errors(self._engine.address):
            for start in range(0, len(ids), 1000):
                wanted = {"ids": {"values": ids[start : start + 1000]}}
                self._engine.client.delete_by_query(index=name, query=wanted, conflicts="proceed", refresh=True)

    def drop(self, name: str) -> None:
        """Delete an index for good; never one behind an alias."""
        live = {one.name for one in self.generations() if one.is_live}
        if name in live:
            raise ValueError(f"{name} is in use")
        with engine_errors(self._engine.address):
            self._engine.client.options(ignore_status=404).indices.delete(index=name)


def _removed(index: str, alias: str) -> dict[str, Any]:
    """Take an alias of a part away. One that is gone already fails the whole step: somebody else was here."""
    return {"remove": {"index": index, "alias": alias, "must_exist": True}}


def _added(index: str, alias: str) -> dict[str, Any]:
    return {"add": {"index": index, "alias": alias, "is_write_index": True}}


def _paths(properties: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, field in properties.items():
        if inner := field.get("properties"):
            yield from _paths(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"
