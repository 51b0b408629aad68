"""Certificates of our own authority: whom they are for, how long they last, when they are renewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from worker.setup.certificates import EARLY, LIFE, Certificate, is_good, is_good_authority, issue, make_authority

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NAMES = ("redis", "localhost", "127.0.0.1")


@pytest.fixture(scope="module")
def authority() -> Certificate:
    return make_authority(now=NOW)


@pytest.fixture(scope="module")
def certificate(authority: Certificate) -> Certificate:
    return issue(authority, NAMES, now=NOW)


def good(certificate: Certificate, authority: Certificate, *, names=NAMES, after: timedelta = timedelta(0)) -> bool:
    return is_good(certificate, authority, names, now=NOW + after)


def test_a_certificate_is_for_the_names_it_was_issued_for(certificate, authority):
    """Host names and addresses alike: a client that asks for another one must not trust it."""
    assert certificate.names == set(NAMES)
    assert good(certificate, authority)
    assert not good(certificate, authority, names=(*NAMES, "kibana.example.kz"))


def test_it_is_renewed_long_before_it_ends(certificate, authority):
    """Half a year: a server that is set up twice a year never sees one end."""
    assert good(certificate, authority, after=LIFE - EARLY - timedelta(days=1))
    assert not good(certificate, authority, after=LIFE - EARLY)


def test_no_certificate_outlives_its_authority(authority):
    """Else a client would refuse it although its own dates are right."""
    assert is_good_authority(authority, now=NOW)
    last_day = authority.ends_at - LIFE - timedelta(days=1)
    assert is_good_authority(authority, now=last_day)
    assert issue(authority, NAMES, now=last_day).ends_at < authority.ends_at
    assert not is_good_authority(authority, now=last_day + timedelta(days=1))


def test_a_certificate_of_another_authority_is_not_good(certificate):
    """When the authority is renewed, everything it signed is, too."""
    assert not good(certificate, make_authority(now=NOW))


def test_a_clock_that_is_behind_does_not_matter(certificate):
    """The machine that makes certificates and the one that checks them may differ by minutes."""
    assert certificate.parsed.not_valid_before_utc < NOW - timedelta(minutes=30)


@pytest.mark.parametrize("part", ["pem", "key_pem"])
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"-----BEGIN CERTIFICATE-----\nZZ\n", id="cut off"),
        pytest.param("other", id="other"),
    ],
)
def test_what_is_damaged_is_not_good(certificate, authority, part, damage):
    """A half of a pair, or a file somebody edited, is made anew, and does not stop the setup."""
    other = issue(authority, NAMES, now=NOW)
    damaged = replace(certificate, **{part: getattr(other, part) if damage == "other" else damage})
    assert not good(damaged, authority)
    assert not is_good_authority(replace(authority, **{part: damage if damage != "other" else b"x"}), now=NOW)


def test_no_key_is_printed(certificate):
    """Logs are read by many."""
    assert "KEY" not in repr(certificate)
    assert "redis" in repr(certificate)
