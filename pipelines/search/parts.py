"""The index in parts: one at first, and one more with each rollover.

    kuzet              reads go here: the index of every part is behind it
    kuzet-write-2027   new articles, and revisions of what is there: the newest part
    kuzet-revise       revisions alone: a part from before the rollover

A part has one such alias at a time, and the rollover changes it. A process that looked before the rollover names an
alias that is gone, so that its request is refused and it looks again. The index before any rollover is `kuzet-000001`
with `kuzet-write`; later ones are named after the year they begin in: `kuzet-2027-000001`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

WRITE, REVISE = "write", "revise"
_YEAR = r"(?P<year>\d{4})(?:-(?P<number>[1-9]\d*))?"
_ALIAS = re.compile(rf"-(?P<use>{WRITE}|{REVISE})(?:-{_YEAR})?")
_INDEX = re.compile(rf"(?:-{_YEAR})?-(?P<generation>\d{{6}})")


@dataclass(frozen=True, slots=True, order=True)
class PartName:
    """Year 0 is the part before any rollover; `number` counts the parts that began in one year."""

    year: int = 0
    number: int = 1

    def __str__(self) -> str:
        """Return `2027`, `2027-2`, or nothing for the first part."""
        if not self.year:
            return ""
        return f"{self.year}" if self.number == 1 else f"{self.year}-{self.number}"

    def next(self, *, year: int) -> PartName:
        """Name the part that begins after this one. A clock that was set back makes no part older than this."""
        return PartName(year) if year > self.year else PartName(self.year, self.number + 1)


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A part and what is behind its alias now. takes_new: it takes new articles, the others only revisions."""

    name: PartName
    index: str
    alias: str
    takes_new: bool


@dataclass(frozen=True, slots=True)
class AliasChange:
    """An alias to `add` to an index, or to `remove` from it."""

    act: str
    index: str
    alias: str

    @property
    def action(self) -> dict[str, dict[str, str]]:
        """The change as the engine takes it."""
        return {self.act: {"index": self.index, "alias": self.alias}}


@dataclass(frozen=True, slots=True)
class IndexNames:
    """Names of aliases and indices below the read alias."""

    read_alias: str

    def write_alias(self, part: PartName) -> str:
        return self._name(WRITE, str(part))

    def revise_alias(self, part: PartName) -> str:
        return self._name(REVISE, str(part))

    def index(self, part: PartName, generation: int) -> str:
        """Name the index that is a part's first, second … one: a reindex makes the next."""
        return self._name(str(part), f"{generation:06}")

    def generation_of(self, index: str) -> tuple[PartName, int] | None:
        """Return the part of an index and its number in it; None for an index that has no articles of ours."""
        found = _INDEX.fullmatch(index.removeprefix(self.read_alias)) if index.startswith(self.read_alias) else None
        return (_part(found), int(found["generation"])) if found else None

    def parts(self, aliases: Mapping[str, Collection[str]]) -> tuple[Part, ...]:
        """Return the parts, the oldest first. aliases: index → its aliases."""
        return tuple(sorted(self._parts(aliases)))

    def _parts(self, aliases: Mapping[str, Collection[str]]) -> Iterator[Part]:
        for index, names in aliases.items():
            for alias in names:
                if found := self._alias(alias):
                    yield Part(_part(found), index, alias, found["use"] == WRITE)

    def repairs(self, aliases: Mapping[str, Collection[str]], *, replaced: Collection[str] = ()) -> list[AliasChange]:
        """Return what brings back aliases that were deleted or moved by hand; nothing when all is well.

        aliases: index → its aliases, for all indices of our name. replaced: those that a later generation replaced.
        A part without an alias has its oldest generation that is not replaced: a later one is an unfinished copy. A
        part after the newest is an unfinished rollover, unless no part takes new articles.
        """
        parts = self.parts(aliases)
        lost = self._without_alias(aliases, parts, replaced)
        last = newest(parts)
        end = last.name if last else max([*lost, *(part.name for part in parts)], default=PartName())
        back = {index: name for name, index in lost.items() if name <= end}
        changes = [self._given(index, name, end=end) for index, name in back.items()]
        if not last and parts and parts[-1].name == end:  # the index after it was deleted
            changes += [
                AliasChange("remove", parts[-1].index, parts[-1].alias),
                self._given(parts[-1].index, end, end=end),
            ]
        live = {part.index for part in parts} | back.keys()
        changes += [
            AliasChange("add", index, self.read_alias) for index in live if self.read_alias not in aliases[index]
        ]
        others = [index for index in aliases if index not in live and self.generation_of(index)]
        return changes + [
            AliasChange("remove", index, self.read_alias) for index in others if self.read_alias in aliases[index]
        ]

    def _without_alias(
        self, aliases: Mapping[str, Collection[str]], parts: Collection[Part], replaced: Collection[str]
    ) -> dict[PartName, str]:
        known, lost = {part.name for part in parts}, dict[PartName, str]()
        for index in sorted(aliases):
            place = self.generation_of(index)
            if place and place[0] not in known and index not in replaced:
                lost.setdefault(place[0], index)
        return lost

    def _given(self, index: str, part: PartName, *, end: PartName) -> AliasChange:
        return AliasChange("add", index, self.write_alias(part) if part == end else self.revise_alias(part))

    def _alias(self, alias: str) -> re.Match[str] | None:
        return _ALIAS.fullmatch(alias.removeprefix(self.read_alias)) if alias.startswith(self.read_alias) else None

    def _name(self, *words: str) -> str:
        return "-".join(filter(None, (self.read_alias, *words)))


def newest(parts: Collection[Part]) -> Part | None:
    """Return the part that takes new articles; None when there is no index, or its alias was taken away."""
    last = max(parts, default=None)
    return last if last and last.takes_new else None


def _part(found: re.Match[str]) -> PartName:
    return PartName(int(found["year"]), int(found["number"] or 1)) if found["year"] else PartName()
