"""The broker's address holds its password: what may be seen of it, and what the client's errors mean."""

from __future__ import annotations

import pytest
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import ConnectionError as NoConnectionError

from pipelines.errors import EngineRefusedError, EngineUnavailableError
from worker.cli.settings import safe
from worker.state.refusals import meaning, shown

URL = "rediss://:secret-word@redis:6379/0?ssl_ca_certs=/run/kuzet/ca.crt"
SHOWN = {
    URL: "rediss://:***@redis:6379/0",
    "redis://watch:secret-word@redis:6379/2": "redis://watch:***@redis:6379/2",
    "redis://redis:6379/0": "redis://redis:6379/0",
    "unix:///run/broker.sock": "unix:///run/broker.sock",
    "": "",
}


@pytest.mark.parametrize("url", SHOWN)
def test_a_password_is_never_shown(url: str):
    """`kuzet status` is pasted into chats."""
    assert shown(url) == SHOWN[url]


def test_settings_are_shown_without_passwords():
    """`kuzet settings` is, too."""
    assert safe(URL) == SHOWN[URL]
    assert safe("kuzet/0.1 (+https://github.com/kuzet/kuzet)") == "kuzet/0.1 (+https://github.com/kuzet/kuzet)"


ERRORS = {
    "it does not accept the password": AuthenticationError("invalid username-password pair or user is disabled."),
    "its certificate is signed by an authority we do not trust": NoConnectionError(
        "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"
    ),
    "its certificate has expired": NoConnectionError("CERTIFICATE_VERIFY_FAILED: certificate has expired"),
    "its certificate is for another name": NoConnectionError("CERTIFICATE_VERIFY_FAILED: Hostname mismatch"),
    "it does not speak TLS": NoConnectionError("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)"),
}


@pytest.mark.parametrize("sentence", ERRORS)
def test_what_a_person_has_to_mend_is_said(sentence: str):
    """Waiting would not help; the sentence names the setting and holds no password."""
    said = meaning(URL, ERRORS[sentence])
    assert isinstance(said, EngineRefusedError)
    assert sentence in str(said)
    assert "KUZET_BROKER_URL" in str(said)
    assert "secret-word" not in str(said)


def test_what_passes_is_waited_for():
    """A broker that is being restarted."""
    said = meaning(URL, RedisError("Error 111 connecting to redis:6379. Connection refused."))
    assert isinstance(said, EngineUnavailableError)
    assert "it does not answer" in str(said)
