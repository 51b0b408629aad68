"""Characters that no text may bring to a screen.

Terminals obey control characters; bidirectional overrides make a line read as another one; half a surrogate pair cannot
be written at all. They come as bytes and, more often, as entities (`&#27;`), so they are removed after decoding.
"""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls; those that part lines or words (\x0b \x0c \x1c-\x1f \x85) remain
    "\u061c\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides, isolates
    "\ufff9-\ufffb\ufffe\uffff"  # annotations and what is no character
    "\ud800-\udfff"  # surrogates
    "]"
)
_OBEYED = re.compile("[\x0b-\x0d\x1c-\x1f\x85\u2028\u2029]")


def printable(text: str) -> str:
    """Remove what no text may bring to a screen. White space stays, also the kinds that one_line() collapses."""
    return _UNPRINTABLE.sub("", text)


def shown(text: str) -> str:
    """Return a text as a terminal may have it: printable, and no white space but blanks, tabs and line ends."""
    return _OBEYED.sub(" ", printable(text))


def escaped(text: str) -> str:
    r"""Return JSON with these characters as `\u001b`: the value is the same, and no screen obeys it."""
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
