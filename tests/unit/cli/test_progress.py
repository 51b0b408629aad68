"""What a person sees while something takes long, at a terminal and in a log."""

from __future__ import annotations

import io

from rich.console import Console

from worker.cli.progress import ConsoleReport, SparseLines


def report_on(text: io.StringIO) -> ConsoleReport:
    return ConsoleReport(Console(file=text, force_terminal=True, width=120))


def test_download_shows_how_far_it_is():
    """A first start takes a while; a person who waits wants to see that it moves."""
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


def test_without_a_terminal_a_line_comes_each_ten_seconds():
    """A log of CI or of systemd shows that it moves, and is not filled with it."""
    text, now = io.StringIO(), [0.0]
    report = ConsoleReport(Console(file=text, width=120), clock=lambda: now[0])
    for second in range(25):
        now[0] = float(second)
        report.progress("Downloading", done=second * 1_000_000, total=25_000_000)
    assert text.getvalue().splitlines() == ["Downloading: 10 of 25 MB", "Downloading: 20 of 25 MB"]


def test_a_short_wait_prints_no_line():
    """What is there already needs no word."""
    text = io.StringIO()
    SparseLines(Console(file=text), clock=lambda: 5.0).offer("ready")
    assert text.getvalue() == ""
