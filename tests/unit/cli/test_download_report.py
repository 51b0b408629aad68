"""What a person at the terminal sees while engines start."""

from __future__ import annotations

import io

from rich.console import Console

from worker.cli.download_report import ConsoleReport


def report_on(text: io.StringIO) -> ConsoleReport:
    return ConsoleReport(Console(file=text, force_terminal=True, width=120))


def test_download_shows_how_far_it_is():
    """A first start takes a while; people want to see that it moves."""
    text = io.StringIO()
    report = report_on(text)
    report.progress("Downloading the search node", done=31_000_000, total=62_000_000)
    report.progress("Downloading the search node", done=62_000_000, total=62_000_000)
    report.say("Starting the search node.")
    assert "Downloading the search node" in text.getvalue()
    assert "62.0/62.0 MB" in text.getvalue()
    assert text.getvalue().endswith("Starting the search node.\n")


def test_sentences_are_not_read_as_markup():
    """A log line in a sentence may hold brackets; it must come out as it is."""
    text = io.StringIO()
    report_on(text).say("search: [bold]x[/wrong] failed")
    assert text.getvalue() == "search: [bold]x[/wrong] failed\n"


def test_unfinished_bar_is_taken_away():
    """After an error the terminal is the person's again; closing twice does no harm."""
    report = report_on(io.StringIO())
    report.progress("Downloading the search node", done=1, total=2)
    report.close()
    report.close()
    report.progress("Downloading the search node", done=2, total=2)
