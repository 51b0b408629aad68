"""What was found in the Cyrillic reading of a text, shown in the text as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipelines.language.latin import Reading
from pipelines.models import InCyrillic, Span, Tagging


def as_written(tagging: Tagging, readings: Mapping[str, Reading], texts: Mapping[str, str]) -> Tagging:
    """Return the tagging with its spans in the texts as written; names and reasons stay in Cyrillic.

    readings, texts: by field, `title` and `body`.
    """

    def shown(span: Span) -> Span:
        start, end = readings[span.field].written_span(span.start, span.end)
        return replace(span, start=start, end=end, form=texts[span.field][start:end])

    def all_shown(spans: Iterable[Span]) -> tuple[Span, ...]:
        return tuple(map(shown, spans))

    return replace(
        tagging,
        tags=tuple(replace(tag, spans=all_shown(tag.spans)) for tag in tagging.tags),
        misses=tuple(replace(tag, spans=all_shown(tag.spans)) for tag in tagging.misses),
        yielded=tuple(
            replace(each, tag=replace(each.tag, spans=all_shown(each.tag.spans))) for each in tagging.yielded
        ),
        contexts=tuple(replace(context, spans=all_shown(context.spans)) for context in tagging.contexts),
        figures=tuple(
            replace(figure, span=shown(figure.span)) if figure.span else figure for figure in tagging.figures
        ),
        in_cyrillic=InCyrillic(title=readings["title"].text, body=readings["body"].text),
    )
