"""What numbers count, read from config/figures.yaml."""

from __future__ import annotations

from collections import defaultdict

from pipelines.reading.marked_yaml import Marked, read_yaml
from pipelines.tagging.figures.number_words import NumberWords
from pipelines.tagging.matching.matcher import Matcher
from pipelines.tagging.rules.patterns import Classes, parse_by_language

KEYS = ("people", "officers", "kinds", "drugs", "currencies", "roles", "doubts", "prices")
REQUIRED = ("people", "kinds", "drugs", "currencies", "roles")


class CountedWords:
    """Which pattern says what about a number: kinds by things and deeds, people, drugs, currencies, roles of money.

    `officers` are people who do deeds themselves; `doubts` make a deed one that may not have happened; money next
    to `prices` and without a role is not counted.
    """

    def __init__(self, file: str, text: str, *, words: NumberWords, matcher: Matcher, classes: Classes) -> None:
        self.words = words
        self._matcher = matcher
        self._classes = classes
        fields = read_yaml(file, text).fields(KEYS, required=REQUIRED)
        self.officers, self.doubts, self.prices = (
            set(self._numbers(fields[name])) if name in fields else set() for name in ("officers", "doubts", "prices")
        )
        self.people = {*self._numbers(fields["people"]), *self.officers}
        self.drugs = set(self._numbers(fields["drugs"]))
        self.currencies = self._by_name(fields["currencies"])
        self.roles = self._by_name(fields["roles"])
        self.things: dict[int, str] = {}
        self.deeds: dict[int, str] = {}
        self.one: dict[int, str] = {}
        self.order: dict[str, int] = defaultdict(int)
        for order, (kind, source) in enumerate(fields["kinds"].items()):
            self.order[kind] = order
            self._add_kind(kind, source)
        tables = (self.people, self.drugs, self.doubts, self.prices, self.currencies, self.roles)
        self.known = frozenset().union(*tables, self.things, self.deeds, self.one)

    def _add_kind(self, kind: str, source: Marked) -> None:
        parts = source.fields(("things", "deeds", "one"))
        for name, table in (("things", self.things), ("deeds", self.deeds), ("one", self.one)):
            if name in parts:
                for number in self._numbers(parts[name]):
                    table.setdefault(number, kind)

    def _by_name(self, source: Marked) -> dict[int, str]:
        return {number: name for name, listed in source.items() for number in self._numbers(listed)}

    def _numbers(self, source: Marked) -> tuple[int, ...]:
        return self._matcher.add_all(parse_by_language(source, classes=self._classes))
