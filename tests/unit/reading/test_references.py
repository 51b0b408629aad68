"""Ampersands that XML does not allow, and packed files."""

from __future__ import annotations

import gzip

import pytest

from pipelines.reading.markup import parse_html
from pipelines.reading.packing import unpacked
from pipelines.reading.references import with_xml_references


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("?id=7&copy=1&reg=2&lang=kk&sect=3&not=4", "?id=7&amp;copy=1&amp;reg=2&amp;lang=kk&amp;sect=3&amp;not=4"),
        ("?id=7&amp;copy=1", "?id=7&amp;copy=1"),
        ("Көлік & жол", "Көлік &amp; жол"),
        ("&laquo;Нұр&raquo;&nbsp;қаласы", "&#171;Нұр&#187;&#160;қаласы"),
        ("&#1072;&#x430;&lt;b&gt;", "&#1072;&#x430;&lt;b&gt;"),
        ("&unknownname; &", "&amp;unknownname; &amp;"),
        ("<![CDATA[a & b &copy=1]]>&", "<![CDATA[a & b &copy=1]]>&amp;"),
        ("<![CDATA[a & b", "<![CDATA[a & b"),
    ],
)
def test_every_ampersand_begins_a_reference_that_xml_knows(written: str, meant: str):
    """A lenient parser makes «©» of `&copy` in a link: another address, and a 404."""
    assert with_xml_references(written) == meant
    assert with_xml_references(meant) == meant


@pytest.mark.parametrize(
    "forbidden", ["&#27;", "&#x1B;", "&#0;", "&#1c", "&#x0000D800;", "&#57343", "&#xFFFF;", "&#99999999999;"]
)
def test_a_tree_can_be_changed_whatever_its_text_refers_to(forbidden: str):
    """Found by `make fuzz`: lxml reads «&#27;», and raises ValueError when it has to write that text again."""
    root = parse_html(f"<p>Тонау{forbidden}<i>x</i> туралы &#1072;&#9;{forbidden}</p>")
    root.find(".//i").drop_tree()
    assert root.text_content().startswith("Тонау")
    assert "туралы а\t" in root.text_content()


def test_a_packed_file_is_unpacked_up_to_the_limit():
    """Sites serve `feed.xml.gz` as a file; a bomb must not become memory."""
    assert unpacked(gzip.compress(b"<rss/>") + gzip.compress(b"<!-- -->"), max_bytes=100) == b"<rss/><!-- -->"
    assert len(unpacked(gzip.compress(b"0" * 10_000_000), max_bytes=1000)) == 1001
    assert unpacked(gzip.compress(b"<rss/>" * 99)[:-12], max_bytes=1000).startswith(b"<rss/>")
    assert unpacked(b"<rss/>", max_bytes=3) == b"<rss/>"
    assert unpacked(b"\x1f\x8bnoise", max_bytes=10) == b""
