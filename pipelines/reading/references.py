"""Ampersands: XML allows few, sites write many."""

from __future__ import annotations

import re
from html.entities import html5

_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_REFERENCE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:#\d{1,7};|#[xX][\da-fA-F]{1,6};|(?P<name>[A-Za-z]\w{1,31});)?", re.DOTALL
)


def with_xml_references(text: str) -> str:
    """Return XML in which every ampersand begins a reference that XML knows.

    Names of HTML (`&laquo;`) become their characters; every other ampersand is written out, as in a link
    `?id=7&copy=1`, which lenient parsers read as `?id=7©=1`. CDATA sections stay as they are.
    """
    return _REFERENCE.sub(_reference, text)


def _reference(match: re.Match[str]) -> str:
    name = match["name"]
    if name is None or name in _XML_NAMES:
        return "&amp;" if match[0] == "&" else match[0]
    character = html5.get(f"{name};", "")
    return "".join(f"&#{ord(part)};" for part in character) or f"&amp;{name};"
