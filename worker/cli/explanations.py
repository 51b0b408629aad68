"""A tagged text for people: its words in colour, and under it why each topic was given, missed or silenced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.table import Table
from rich.text import Text

from pipelines.models import Figure, Span, Tag, Tagging
from worker.cli.console import out
from worker.cli.labels import names

STYLES = ("bold black on yellow", "bold black on cyan", "bold black on green", "bold white on magenta")
MISSED = "underline"
SILENCED = "dim strike"

LONGEST_TERM = 40
"""Letters shown of a term; some have twenty alternatives."""


def show_tagging(title: str, body: str, tagging: Tagging) -> None:
    """Print the text with its spans in colour, then topics, misses and contexts, then the facts."""
    for field, text in (("title", title), ("body", body)):
        out.print(painted(text, field, tagging))
    out.rule(style="dim")
    out.print(reasons(tagging))
    show_facts(tagging)


def painted(text: str, field: str, tagging: Tagging) -> Text:
    """One field of an article: topics in their colours, words of misses underlined, silenced words struck through."""
    shown = Text(text, style="bold" if field == "title" else "")
    painted_spans = [(span, MISSED) for tag in tagging.misses for span in tag.spans]
    painted_spans += [(span, SILENCED) for context in tagging.contexts for span in context.spans]
    painted_spans += [
        (span, _style(place)) for place, tag in reversed([*enumerate(tagging.tags)]) for span in tag.spans
    ]
    for span, style in painted_spans:
        if span.field == field:
            shown.stylize(style, span.start, span.end)
    return shown


def reasons(tagging: Tagging) -> Table:
    """One row a term: topic and score, the words found, the term that found them, its weight."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("topic", "score", "found", "by the term", "weight"):
        table.add_column(column, no_wrap=column in {"topic", "score"})
    for place, tag in enumerate(tagging.tags):
        _add_rows(table, _topic(tag.topic, _style(place)), f"{tag.score:g} of {tag.threshold:g}", tag.spans)
    for tag in tagging.misses:
        _add_rows(table, _topic(tag.topic, MISSED), _shortfall(tag), tag.spans)
    for context in tagging.contexts:
        silenced = f"silenced: {names().context(context.context)}"
        _add_rows(table, _topic(context.topic, SILENCED), silenced, context.spans)
    return table


def _topic(topic: str, style: str) -> Text:
    return Text(f" {names().topic(topic)} ", style)


def _shortfall(tag: Tag) -> str:
    return f"only {tag.score:g} of {tag.threshold:g}"


def _style(place: int) -> str:
    return STYLES[place % len(STYLES)]


def _add_rows(table: Table, topic: Text, score: str, spans: Iterable[Span]) -> None:
    forms: dict[tuple[str, float], dict[str, None]] = {}
    for span in spans:
        forms.setdefault((span.term, span.weight), {})[" ".join(span.form.split())] = None
    for row, ((term, weight), found) in enumerate(forms.items()):
        named = (topic, score) if row == 0 else (Text(), "")
        table.add_row(*named, Text(", ".join(found)), Text(_clipped(term)), f"{weight:g}")


def _clipped(term: str) -> str:
    return term if len(term) <= LONGEST_TERM else f"{term[:LONGEST_TERM]}…"


def show_facts(tagging: Tagging) -> None:
    """Print severity, places, figures and names, each on its line."""
    found = {
        "severity": severity_of(tagging),
        "regions": names().listed("region", tagging.regions),
        "places": ", ".join(place.name for place in tagging.places),
        "figures": ", ".join(map(shown_figure, tagging.figures)),
        "persons": ", ".join(tagging.persons),
        "organisations": ", ".join(tagging.organisations),
        "indicators": ", ".join(tagging.indicators),
        "watched": ", ".join(tagging.watch),
    }
    show_pairs(found)


def show_pairs(pairs: Mapping[str, str]) -> None:
    """Print names and values, each pair on its line; empty values are left out."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=14, justify="right", style="dim")
    grid.add_column(overflow="fold")
    for name, value in pairs.items():
        if value:
            grid.add_row(name, Text(value))
    out.print(grid)


def severity_of(tagging: Tagging) -> str:
    if tagging.severity is None:
        return ""
    reason = f" ({tagging.severity_reason})" if tagging.severity_reason else ""
    return f"{names().severity(str(tagging.severity))}{reason}"


def shown_figure(figure: Figure) -> str:
    parts = (figure.kind, figure.role, figure.qualifier, f"{figure.value:g}", figure.unit)
    return " ".join(filter(None, parts))
