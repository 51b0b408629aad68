"""The index of articles itself: the connection to it, its parts, how it is made, mended and extended."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from elasticsearch import ApiError, BadRequestError, Elasticsearch

from config.settings import Settings
from pipelines.errors import EngineRefusedError, EngineUnavailableError, KuzetError
from pipelines.search.parts import IndexNames, Part, PartName
from worker.search.connection import EngineAddress, Server, open_client
from worker.search.errors import FENCED, FULL_DISK, MAKE_ROOM, engine_errors, is_taken, reason_of
from worker.search.schema import Schema, read_schema

READY_POLL_S = 0.25
REPLACED = frozenset({"replaced_at", "replaced_by", "kept_until"})
"""What an index says of itself after another one has taken its place."""

_HUNSPELL = re.compile(r"hunspell dictionary(?: for locale)?:? ?\[?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineHealth:
    """`problem` is empty when all is well, else a sentence for a person. `index`: the one that takes new articles."""

    address: str
    server: str = ""
    index: str = ""
    articles: int = 0
    problem: str = ""


class ArticleIndex:
    """The index of articles, in parts (`pipelines.search.parts`): most have one, and a rollover begins the next.

    The first call connects, and finds out which product answers. Every call raises EngineUnavailableError (try again
    later) or EngineRefusedError (a person has to act).
    **Warning**: not to be shared over a fork; build one in each process.
    """

    def __init__(self, address: EngineAddress, *, index: str, schema_folder: Path) -> None:
        self._address = address
        self._schema_folder = schema_folder
        self.read_alias = index
        self.names = IndexNames(index)
        self.write_alias = self.names.write_alias(PartName())
        self.first_index = self.names.index(PartName(), 1)

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """Take address and names from the settings. Opens no connection yet."""
        folder = settings.config / "search"
        return cls(EngineAddress.of(settings), index=settings.search_index, schema_folder=folder)

    # ------------------------------------------------------------ connection

    @cached_property
    def _opened(self) -> tuple[Elasticsearch, Server]:
        return open_client(self._address)

    @property
    def client(self) -> Elasticsearch:
        """The client itself, for what has no method here; use it inside `engine_errors`."""
        return self._opened[0]

    @property
    def server(self) -> Server:
        return self._opened[1]

    @property
    def address(self) -> str:
        return str(self._address)

    def close(self) -> None:
        if "_opened" in self.__dict__:
            self.client.close()
            del self.__dict__["_opened"]

    def wait_ready(self, *, timeout_s: float) -> Server:
        """Wait until the engine answers and can take an index; a refusal is not waited out."""
        until = time.monotonic() + timeout_s
        while True:
            try:
                with engine_errors(self.address):
                    self.client.cluster.health(wait_for_status="yellow", timeout="1s")
            except EngineUnavailableError:
                if time.monotonic() > until:
                    raise
                time.sleep(READY_POLL_S)
            else:
                return self.server

    def health(self) -> EngineHealth:
        """Look at engine and index; never raises, for it is what `kuzet status` prints."""
        try:
            return self._healthy()
        except KuzetError as error:
            return EngineHealth(address=self.address, problem=str(error))

    def _healthy(self) -> EngineHealth:
        parts = self.parts()
        health = EngineHealth(address=self.address, server=str(self.server), index=parts[-1].index if parts else "")
        if not parts:
            return replace(health, problem="There is no index yet; the index worker makes it when it starts.")
        with engine_errors(self.address):
            status = self.client.cluster.health(index=[part.index for part in parts]).body["status"]
            articles = 0 if status == "red" else int(self.client.count(index=self.read_alias).body["count"])
        if status == "red":
            return replace(health, problem="A part of the index is lost or not yet loaded (red).")
        blocks = filter(None, (self._block(part.index) for part in parts))
        return replace(health, articles=articles, problem=next(blocks, ""))

    def _block(self, index: str) -> str:
        with engine_errors(self.address):
            settings = self.client.indices.get_settings(index=index, flat_settings=True).body[index]["settings"]
        if settings.get("index.blocks.read_only_allow_delete") == "true":
            return f"{self.address}: {FULL_DISK}. {MAKE_ROOM}"
        is_closed = "true" in (settings.get("index.blocks.write"), settings.get("index.blocks.read_only"))
        return f"{self.address}: {FENCED}" if is_closed else ""

    # ------------------------------------------------------------ the index

    def schema(self, analysis: Mapping[str, Any]) -> Schema:
        return read_schema(self._schema_folder, analysis=analysis)

    def parts(self) -> tuple[Part, ...]:
        """Look which parts there are, the oldest first; none when there is no index."""
        return self.names.parts(self._aliases())

    def _aliases(self) -> dict[str, frozenset[str]]:
        """Return the indices of our name with the aliases of each."""
        with engine_errors(self.address):
            found = self.client.indices.get_alias(index=f"{self.read_alias}-*").body
        return {index: frozenset(described["aliases"]) for index, described in found.items()}

    def index_name(self) -> str:
        """Name the index of the newest part; empty when there is no index."""
        parts = self.parts()
        return parts[-1].index if parts else ""

    def ensure_index(self, analysis: Mapping[str, Any], *, missing: Callable[[], None] = lambda: None) -> str:
        """Make the index and its aliases unless they are there; return the name of the newest part's index.

        Safe to call from many processes at once, and at every start: an index that is there gets the fields it lacks.
        Raises EngineRefusedError when the dictionary is not on the node, or the index was made for other fields.
        """
        schema = self.schema(analysis)
        if not (parts := self._repaired()):
            missing()
            if not self._adopt_replaced():
                self._create_first(schema)
            parts = self._repaired()
        for part in parts:
            self._extend(part.index, schema)
        return parts[-1].index

    def _repaired(self) -> tuple[Part, ...]:
        """Bring back aliases that were deleted or moved by hand, and return the parts."""
        aliases = self._aliases()
        if not self.names.repairs(aliases):
            return self.names.parts(aliases)
        with engine_errors(self.address):
            found = self.client.indices.get_mapping(index=f"{self.read_alias}-*").body
        replaced = {name for name, made in found.items() if made["mappings"].get("_meta", {}).get("replaced_at")}
        if changes := self.names.repairs(aliases, replaced=replaced):
            with engine_errors(self.address):
                self.client.indices.update_aliases(actions=[change.action for change in changes])
        return self.parts()

    def create_index(self, name: str, schema: Schema, *, aliases: Mapping[str, Any], **settings: object) -> None:
        """Create an index by the schema. Raises EngineRefusedError with the way out when the dictionary is missing."""
        try:
            self.client.indices.create(
                index=name,
                settings=schema.index_settings(**settings),
                mappings=schema.index_mapping(),
                aliases=dict(aliases),
            )
        except ApiError as error:
            self._explain_creation(error)
            raise

    def _create_first(self, schema: Schema) -> None:
        aliases: dict[str, Any] = {self.read_alias: {}, self.write_alias: {"is_write_index": True}}
        try:
            with engine_errors(self.address):
                self.create_index(self.first_index, schema, aliases=aliases)
        except EngineRefusedError as error:
            if not is_taken(error):  # else another process made it first
                raise

    def _adopt_replaced(self) -> bool:
        """Let the index that was replaced last be live again, when no other is left; it has most of the articles."""
        with engine_errors(self.address):
            found = self.client.indices.get_mapping(index=f"{self.read_alias}-*").body
            meta = {name: made["mappings"].get("_meta", {}) for name, made in found.items()}
            own = [name for name in meta if self.names.generation_of(name)]
            last = max(own, key=lambda name: float(meta[name].get("replaced_at", 0)), default="")
            if not last:
                return False
            live = {word: value for word, value in meta[last].items() if word not in REPLACED}
            self.client.indices.put_settings(index=last, settings={"index.blocks.write": None})
            self.client.indices.put_mapping(index=last, meta=live)
        return True

    def _extend(self, index: str, schema: Schema) -> None:
        """Give a live index the fields it lacks; one with a field of another type takes none of our documents."""
        made_for = self.made_for(index)
        if schema.fields_hash in (made_for.get("fields"), made_for.get("extended")):
            return
        live = self._properties(index)
        if foreign := schema.foreign_fields(live):
            raise self._needs_reindex(index, ", ".join(foreign))
        analyzers = self._analyzers(index)
        is_whole = not schema.changed_fields(live) and schema.has_analyzers(analyzers)
        meta = {**made_for, "fields" if is_whole else "extended": schema.fields_hash}
        lacking = schema.new_fields(live, analyzers=analyzers)
        try:
            with engine_errors(self.address):
                self.client.indices.put_mapping(index=index, properties=lacking, meta=meta)
        except EngineRefusedError as error:
            if isinstance(error.__cause__, BadRequestError):
                raise self._needs_reindex(index, error.problem) from error
            raise

    def _needs_reindex(self, index: str, what: str) -> EngineRefusedError:
        problem = f"the index {index} has other fields than config/search asks for ({what})"
        return EngineRefusedError(self.address, problem, remedy="Run `kuzet reindex`.")

    def made_for(self, index: str) -> dict[str, str]:
        """Read which mapping (`fields`) and analysis (`words`) an index was made for.

        `extended`: a later mapping whose new fields it has got, though others are still as they were.
        """
        with engine_errors(self.address):
            live = self.client.indices.get_mapping(index=index).body[index]["mappings"]
        return dict(live.get("_meta", {}))

    def outdated(self, analysis: Mapping[str, Any]) -> list[str]:
        """Say in what the index differs from what this version of kuzet makes; `kuzet reindex` brings it up."""
        schema = self.schema(analysis)
        found = (sentence for part in self.parts() for sentence in self._outdated(part.index, schema))
        return [*dict.fromkeys(found)]

    def _outdated(self, index: str, schema: Schema) -> Iterator[str]:
        made_for = self.made_for(index)
        if made_for.get("fields") != schema.fields_hash and (changed := schema.changed_fields(self._properties(index))):
            yield f"The fields {', '.join(changed)} are other than config/search asks for"
        if made_for.get("words") != schema.words_hash:
            yield "Older articles are found by an older dictionary or analysis"

    def is_current(self, analysis: Mapping[str, Any]) -> bool:
        """Whether the index is as this version of kuzet would make it, but for fields that can be added."""
        return bool(self.index_name()) and not self.outdated(analysis)

    def _analyzers(self, index: str) -> frozenset[str]:
        """Return the analyzers that the settings of an index define; others cannot be added to it."""
        with engine_errors(self.address):
            settings = self.client.indices.get_settings(index=index).body[index]["settings"]["index"]
        return frozenset(settings.get("analysis", {}).get("analyzer", {}))

    def _properties(self, index: str) -> dict[str, Any]:
        with engine_errors(self.address):
            live = self.client.indices.get_mapping(index=index).body[index]["mappings"]
        return dict(live.get("properties", {}))

    def _explain_creation(self, error: ApiError) -> None:
        described = error.body.get("error") if isinstance(error.body, dict) else None
        reason = reason_of(described) if isinstance(described, dict) else ""
        if named := _HUNSPELL.search(reason):
            raise EngineRefusedError(
                self.address,
                f"it has no dictionary {named[1]}",
                remedy="Put it into config/hunspell of every node with `kuzet dictionaries build DIR`.",
            ) from error
