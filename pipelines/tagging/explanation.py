"""Why an article has its topics, in one line for people."""

from __future__ import annotations

from collections import Counter

from pipelines.models import Tag
from pipelines.tagging.topics.severity import Assessment

SHOWN_FORMS = 4
LONGEST_FORM = 60


def explain(tags: tuple[Tag, ...], assessment: Assessment | None) -> str:
    """Tell the words behind each topic: «fraud: мошенников ×3, обманули; severity high: задержан»."""
    parts = [f"{tag.topic}: {_forms(tag)}" for tag in tags]
    if assessment and assessment.reason:
        parts.append(f"severity {assessment.severity}: {assessment.reason}")
    return "; ".join(parts)


def _forms(tag: Tag) -> str:
    counts = Counter(_shortened(span.form.lower()) for span in tag.spans)
    shown = [f"{form} ×{count}" if count > 1 else form for form, count in counts.most_common(SHOWN_FORMS)]
    return ", ".join(shown)


def _shortened(form: str) -> str:
    flat = " ".join(form.split())
    return flat if len(flat) <= LONGEST_FORM else f"{flat[:LONGEST_FORM]}…"
