"""Redirects, names and certificates that lead elsewhere than they say. Real sockets on loopback."""

import itertools
import shutil
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest

from worker.web import Fetched, Limits, Reason, Refused, WebClient
from worker.web.connection import GuardedSocket
from worker.web.names import Resolver

DEADLINE_S = 0.3
GRACE_S = 1.0  # a busy machine
LIMITS = Limits(deadline_s=DEADLINE_S, max_bytes=1_000_000)
PATIENT = Limits(deadline_s=20.0, max_bytes=1_000_000)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
HTML = b"<html><body>ok</body></html>"


def reason_of(answer):
    assert isinstance(answer, Refused), answer
    return answer.reason


def serve_page(talk):
    talk.page(HTML)


def redirect_to(location):
    return lambda talk: talk.redirect(location)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:9200/_search",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://localhost/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "//10.0.0.1/",
        "https://user:word@example.kz/",
        "https://example.kz:6379/",
        "file:///etc/passwd",
        "gopher://example.kz/",
        "javascript:alert(1)",
        "http://[::1",
        "http:///",
        "http://example.kz:99999/",
        "http://example.kz:x/",
    ],
)
def test_redirects_to_forbidden_places_are_refused(hostile, location):
    """A site must not be able to make kuzet knock on doors of its own network."""
    site = hostile(redirect_to(location))
    assert reason_of(site.get(limits=PATIENT)) is Reason.BAD_REDIRECT
    assert len(site.requests) == 1


def test_a_redirect_to_another_local_port_is_refused(hostile):
    """Allowing one local site must not open its neighbours."""
    neighbour = hostile(serve_page)
    assert reason_of(hostile(redirect_to(neighbour.url)).get(limits=PATIENT)) is Reason.BAD_REDIRECT
    assert neighbour.requests == []


@pytest.mark.parametrize("location", ["/", "/?", "#top", "."])
def test_redirects_to_itself_are_a_circle(hostile, location):
    """A loop has its own reason, and costs one request."""
    site = hostile(redirect_to(location))
    answer = site.get(limits=PATIENT)
    assert reason_of(answer) is Reason.BAD_REDIRECT
    assert "circle" in answer.detail
    assert len(site.requests) == 1


def countdown(talk):
    left = int(talk.path.strip("/"))
    if left:
        talk.redirect(f"/{left - 1}")
    else:
        talk.page(HTML)


def test_five_redirects_are_followed_and_six_are_not(hostile):
    """The limit is a number, and it is the number that the design names."""
    site = hostile(countdown)
    answer = site.get("5", limits=PATIENT)
    assert isinstance(answer, Fetched)
    assert [hop.rpartition("/")[2] for hop in answer.hops] == ["5", "4", "3", "2", "1", "0"]
    assert reason_of(site.get("6", limits=PATIENT)) is Reason.BAD_REDIRECT


def test_redirects_share_one_deadline(hostile):
    """Five slow hops must not get five deadlines."""
    numbers = itertools.count()

    def slow_hop(talk):
        talk.stopped.wait(0.25)
        talk.redirect(f"/{next(numbers)}")

    began = time.monotonic()
    assert reason_of(hostile(slow_hop).get(limits=LIMITS)) is Reason.TIMEOUT
    assert time.monotonic() - began < DEADLINE_S + GRACE_S


def test_a_raw_cyrillic_location_is_followed(hostile):
    """Kazakh sites put UTF-8 into Location as it is; http.client reads it as latin-1."""

    def script(talk):
        if talk.path == "/":
            talk.redirect("/жаңалық")
        else:
            talk.page(HTML)

    answer = hostile(script).get(limits=PATIENT)
    assert isinstance(answer, Fetched)
    assert answer.page.final_url.endswith("/%D0%B6%D0%B0%D2%A3%D0%B0%D0%BB%D1%8B%D2%9B")


class Names:
    """A resolver's answers, one list a look-up; the last one stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)

    def __call__(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        return self._answers[min(len(self.asked), len(self._answers)) - 1]


PUBLIC = "93.184.215.14"


@pytest.fixture
def detour(monkeypatch):
    """Connections arrive at a local port whatever address they were meant for; the meant ones are noted."""
    meant: list[tuple[str, int]] = []
    real_connect = GuardedSocket.connect

    def open_detour(port: int) -> list[tuple[str, int]]:
        def connect(sock: GuardedSocket, address: tuple[str, int]) -> None:
            meant.append(address)
            real_connect(sock, ("127.0.0.1", port))

        monkeypatch.setattr(GuardedSocket, "connect", connect)
        return meant

    return open_detour


def test_a_name_that_rebinds_is_connected_only_where_it_was_checked(hostile, detour):
    """DNS rebinding: public for the check, 127.0.0.1 a moment later. There is no second look-up to lie to."""
    meant = detour(hostile(serve_page).port)
    names = Names([PUBLIC], ["127.0.0.1"])
    client = WebClient(user_agent="kuzet-test/1", resolver=Resolver(names))
    assert isinstance(client.get("http://news.example.kz/", limits=PATIENT), Fetched)
    assert meant == [(PUBLIC, 80)]
    assert names.asked == ["news.example.kz"]


def test_a_rebinding_redirect_is_checked_again(hostile, detour):
    """The second hop to the same host is a new look-up, and a new check."""
    meant = detour(hostile(redirect_to("/next")).port)
    client = WebClient(user_agent="kuzet-test/1", resolver=Resolver(Names([PUBLIC], ["127.0.0.1"])))
    assert reason_of(client.get("http://news.example.kz/", limits=PATIENT)) is Reason.BAD_REDIRECT
    assert meant == [(PUBLIC, 80)]


@pytest.mark.parametrize("bad", ["127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "fe80::1%eth0"])
def test_one_local_answer_among_public_ones_refuses_the_name(detour, bad):
    """An attacker who mixes addresses hopes that the fallback is not checked."""
    meant = detour(1)
    client = WebClient(user_agent="kuzet-test/1", resolver=Resolver(Names([PUBLIC, bad])))
    assert reason_of(client.get("http://news.example.kz/", limits=PATIENT)) is Reason.UNSAFE_ADDRESS
    assert meant == []


def test_a_stuck_look_up_ends_at_the_deadline():
    """Getaddrinfo cannot be interrupted; the fetch can."""
    release = threading.Event()

    def stuck(host: str, port: int) -> list[str]:
        release.wait(10)
        return [PUBLIC]

    client = WebClient(user_agent="kuzet-test/1", resolver=Resolver(stuck, max_lookups=1))
    try:
        for _ in range(2):  # the second finds the only slot taken
            began = time.monotonic()
            assert reason_of(client.get("http://news.example.kz/", limits=LIMITS)) is Reason.TIMEOUT
            assert time.monotonic() - began < DEADLINE_S + GRACE_S
    finally:
        release.set()


def test_a_name_nobody_knows_is_dns():
    """A dead domain and a dead server have different reasons."""

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    client = WebClient(user_agent="kuzet-test/1", resolver=Resolver(unknown))
    assert reason_of(client.get("http://news.example.kz/", limits=LIMITS)) is Reason.DNS


def test_a_closed_port_is_connect():
    """No server there: worth another try later."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"127.0.0.1:{server.getsockname()[1]}"
    client = WebClient(user_agent="kuzet-test/1", allowed_hosts=frozenset({endpoint}))
    answer = client.get(f"http://{endpoint}/", limits=LIMITS)
    assert reason_of(answer) is Reason.CONNECT
    assert answer.reason.is_passing


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    """A key and a self-signed certificate for news.example.kz, in one file."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl command to make a certificate with: TLS is NOT tested here")
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    names = ["-subj", "/CN=news.example.kz", "-addext", "subjectAltName=DNS:news.example.kz"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path]
    command = ["openssl", "req", "-x509", "-days", "2", *names, *key, "-out", path.with_suffix(".crt")]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.fixture
def server_tls(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def secure_client(names: Names, certificate: Path | None = None) -> WebClient:
    tls = ssl.create_default_context()
    if certificate:
        tls.load_verify_locations(certificate.with_suffix(".crt"))
    return WebClient(user_agent="kuzet-test/1", resolver=Resolver(names), tls=tls)


def test_tls_is_verified_for_the_name_and_goes_to_the_checked_address(hostile, detour, certificate, server_tls):
    """Connecting to an address must not mean verifying (or announcing) the address."""
    meant = detour(hostile(serve_page, tls=server_tls).port)
    client = secure_client(Names([PUBLIC], ["127.0.0.1"]), certificate)
    answer = client.get("https://news.example.kz/", limits=PATIENT)
    assert isinstance(answer, Fetched), answer
    assert answer.page.body == HTML
    assert meant == [(PUBLIC, 443)]


def test_an_unknown_certificate_is_refused(hostile, detour, server_tls):
    """Self-signed: no page, no retry, a name for it."""
    site = hostile(serve_page, tls=server_tls)
    detour(site.port)
    assert reason_of(secure_client(Names([PUBLIC])).get("https://news.example.kz/", limits=PATIENT)) is Reason.TLS
    assert site.requests == []


def test_a_certificate_for_another_name_is_refused(hostile, detour, certificate, server_tls):
    """A valid certificate of somebody else is worth nothing."""
    detour(hostile(serve_page, tls=server_tls).port)
    client = secure_client(Names([PUBLIC]), certificate)
    assert reason_of(client.get("https://other.example.kz/", limits=PATIENT)) is Reason.TLS


def test_a_fault_of_tls_is_named(hostile, detour, certificate, server_tls):
    """An operator mends a source by the name of its fault; OpenSSL's words are for those who wrote it."""
    detour(hostile(serve_page, tls=server_tls).port)
    unknown = secure_client(Names([PUBLIC])).get("https://news.example.kz/", limits=PATIENT)
    other = secure_client(Names([PUBLIC]), certificate).get("https://other.example.kz/", limits=PATIENT)
    assert (unknown.reason, unknown.detail) == (Reason.TLS, "the certificate is signed by itself")
    assert (other.reason, other.detail) == (Reason.TLS, "the certificate is for another name")


def test_a_server_without_tls_is_named(hostile, detour):
    """`https` was written for a site that has none."""
    detour(hostile(serve_page).port)
    answer = secure_client(Names([PUBLIC])).get("https://news.example.kz/", limits=PATIENT)
    assert (answer.reason, answer.detail) == (Reason.TLS, "the port does not speak TLS")


def test_an_extra_authority_is_trusted_for_one_source_only(hostile, detour, certificate, server_tls):
    """The way out for a broken chain: the missing certificate, for this site and no other."""
    detour(hostile(serve_page, tls=server_tls).port)
    client, extra = secure_client(Names([PUBLIC])), str(certificate.with_suffix(".crt"))
    assert isinstance(client.get("https://news.example.kz/", limits=PATIENT, extra_ca=extra), Fetched)
    assert reason_of(client.get("https://news.example.kz/", limits=PATIENT)) is Reason.TLS


def test_an_extra_authority_that_is_no_certificate_is_said(tmp_path):
    """A file that was moved must show in the feed's state, not in a traceback."""
    (tmp_path / "ca.pem").write_text("no certificate")
    for name in ("ca.pem", "gone.pem"):
        answer = secure_client(Names([PUBLIC])).get("https://a.kz/", limits=PATIENT, extra_ca=str(tmp_path / name))
        assert (answer.reason, "tls_extra_ca" in answer.detail) == (Reason.TLS, True)


def test_a_silent_handshake_ends_at_the_deadline(hostile, detour):
    """TLS that never begins is a drip of zero bytes."""
    detour(hostile(lambda talk: talk.stopped.wait(10)).port)
    began = time.monotonic()
    assert reason_of(secure_client(Names([PUBLIC])).get("https://news.example.kz/", limits=LIMITS)) is Reason.TIMEOUT
    assert time.monotonic() - began < DEADLINE_S + GRACE_S


def test_dripping_a_handshake_ends_at_the_deadline(hostile, detour):
    """A handshake is many reads; its time-out has to span them all."""
    record = b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc"  # a handshake record that stays incomplete
    detour(hostile(lambda talk: talk.forever(b"\x00", pause_s=0.02, first=record)).port)
    began = time.monotonic()
    assert reason_of(secure_client(Names([PUBLIC])).get("https://news.example.kz/", limits=LIMITS)) is Reason.TIMEOUT
    assert time.monotonic() - began < DEADLINE_S + GRACE_S


@pytest.mark.parametrize("before", [HEAD + b"X-Long: ", HEAD + b"\r\n"], ids=["header", "body"])
def test_dripping_over_tls_ends_at_the_deadline(hostile, detour, certificate, server_tls, before):
    """The TLS socket is another class; it has to know the deadline too."""
    detour(hostile(lambda talk: talk.forever(b"a", pause_s=0.02, first=before), tls=server_tls).port)
    began = time.monotonic()
    client = secure_client(Names([PUBLIC]), certificate)
    assert reason_of(client.get("https://news.example.kz/", limits=LIMITS)) is Reason.TIMEOUT
    assert time.monotonic() - began < DEADLINE_S + GRACE_S


def test_floods_over_tls_end_at_a_byte_limit(hostile, detour, certificate, server_tls):
    """So are its byte limits."""
    detour(hostile(lambda talk: talk.forever(b"a" * 4096, first=HEAD + b"X-Long: "), tls=server_tls).port)
    client = secure_client(Names([PUBLIC]), certificate)
    assert reason_of(client.get("https://news.example.kz/", limits=PATIENT)) is Reason.PROTOCOL
