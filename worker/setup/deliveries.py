"""Which service is given which secrets, in the form it takes them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from worker.setup.vault import Vault, write_private

ELASTIC, KIBANA, WORKERS, INSTALLER, REDIS = "elastic", "kibana_system", "kuzet", "kuzet_dashboards", "redis"
PASSWORDS = (ELASTIC, KIBANA, WORKERS, INSTALLER, REDIS)
"""What `--rotate` renews. The keys by which Kibana encrypts what it stores are not among them: it could not read it."""

AT = "/run/kuzet"
"""Where redis, kibana and our own services see their folder."""

DESK = "desk"
"""Service, certificate, and the first password of the desk's account DESK_ADMIN.

`--rotate` leaves that password alone: it is changed at the desk, and the vault does not know.
"""

DESK_ADMIN = "admin"
AUTHORITY = "ca.crt"
HERE = ("localhost", "127.0.0.1")  # health checks ask from inside of the container

_REDIS_USER = (999, 1000)  # of the image redis:*-alpine
_ELASTIC_USER = (1000, 0)  # of the images elasticsearch and kibana
KUZET_USER = (10001, 10001)  # of docker/Dockerfile


@dataclass(frozen=True, slots=True, kw_only=True)
class KibanaDoor:
    """How people reach Kibana. `names`: host names for its certificate, besides its own; `url` is what it links to."""

    protocol: str = "http"
    url: str = "http://localhost:5601"
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """Files for the folder `to`; only the user `owner` (uid, gid) can read them."""

    to: str
    owner: tuple[int, int]
    files: Mapping[str, bytes]


def deliveries(vault: Vault, *, kibana: KibanaDoor, desk_names: Sequence[str] = ()) -> list[Delivery]:
    """Say what every service is given; makes what is not in the vault yet.

    desk_names: host names for the desk's certificate, besides its own.
    """
    return [
        Delivery("redis", _REDIS_USER, _for_redis(vault)),
        Delivery("elasticsearch", _ELASTIC_USER, _for_elasticsearch(vault)),
        Delivery("kibana", _ELASTIC_USER, _for_kibana(vault, kibana)),
        Delivery("kuzet", KUZET_USER, _for_workers(vault)),
        Delivery(DESK, KUZET_USER, _for_desk(vault, desk_names)),
        Delivery("accounts", KUZET_USER, _for_accounts(vault)),
    ]


def deliver(delivery: Delivery, *, below: Path) -> None:
    """Write the files. Only root can give them to other users; for anybody else they stay his own."""
    folder = below / delivery.to
    folder.mkdir(parents=True, exist_ok=True)
    owner = delivery.owner if os.geteuid() == 0 else None
    for name, data in delivery.files.items():
        write_private(folder / name, data, owner=owner)


def _for_redis(vault: Vault) -> dict[str, bytes]:
    password = vault.password(REDIS)
    options = {
        "port": "0",  # no door without TLS
        "tls-port": "6379",
        "tls-cert-file": f"{AT}/redis.crt",
        "tls-key-file": f"{AT}/redis.key",
        "tls-ca-cert-file": f"{AT}/{AUTHORITY}",
        "tls-auth-clients": "no",  # they have the password
        "requirepass": password,
    }
    lines = [f"{name} {value}\n" for name, value in options.items()]
    health = {"password": password.encode()}
    return {"redis.conf": "".join(lines).encode(), **health, **_certificate(vault, "redis", ("redis", *HERE))}


def _for_elasticsearch(vault: Vault) -> dict[str, bytes]:
    names = ("elasticsearch", *HERE)
    return {"elastic.password": vault.password(ELASTIC).encode(), **_certificate(vault, "elasticsearch", names)}


def _for_kibana(vault: Vault, door: KibanaDoor) -> dict[str, bytes]:
    """Everything in one kibana.yml: the image turns variables into arguments, which `ps` and `docker inspect` show."""
    settings = {
        "server.name": "kuzet",
        "server.host": "0.0.0.0",  # noqa: S104  of its container
        "server.publicBaseUrl": door.url.rstrip("/"),
        "server.shutdownTimeout": "5s",
        "server.ssl.enabled": door.protocol == "https",
        "server.ssl.certificate": f"{AT}/kibana.crt",
        "server.ssl.key": f"{AT}/kibana.key",
        "elasticsearch.hosts": ["https://elasticsearch:9200"],
        "elasticsearch.username": KIBANA,
        "elasticsearch.password": vault.password(KIBANA),
        "elasticsearch.ssl.certificateAuthorities": [f"{AT}/{AUTHORITY}"],
        "xpack.security.encryptionKey": vault.password("kibana.sessions"),
        "xpack.encryptedSavedObjects.encryptionKey": vault.password("kibana.objects"),
        "xpack.reporting.encryptionKey": vault.password("kibana.reports"),
        "telemetry.optIn": False,
        "newsfeed.enabled": False,
    }
    text = yaml.safe_dump(settings, sort_keys=False)
    return {"kibana.yml": text.encode(), **_certificate(vault, "kibana", ("kibana", *HERE, *door.names))}


def _for_workers(vault: Vault) -> dict[str, bytes]:
    """Files named like settings: see KUZET_SECRETS."""
    options = f"ssl_ca_certs={AT}/{AUTHORITY}&ssl_check_hostname=true"
    return {
        "KUZET_BROKER_URL": f"rediss://:{vault.password(REDIS)}@redis:6379/0?{options}".encode(),
        "KUZET_SEARCH_PASSWORD": vault.password(WORKERS).encode(),
        AUTHORITY: vault.authority().pem,
    }


def _for_desk(vault: Vault, names: Sequence[str]) -> dict[str, bytes]:
    """What the workers have, for it reads and changes what they do, and a certificate to show to browsers."""
    return {**_for_workers(vault), **_certificate(vault, DESK, (DESK, *HERE, *names))}


def _for_accounts(vault: Vault) -> dict[str, bytes]:
    """What `kuzet setup accounts` and `kuzet setup kibana` work with: they act as the superuser, and then end."""
    passwords = {name: vault.password(name).encode() for name in (KIBANA, WORKERS, INSTALLER)}
    earlier = {f"{ELASTIC}.earlier": "\n".join(vault.earlier(ELASTIC)).encode()}
    own = {"KUZET_SEARCH_PASSWORD": vault.password(ELASTIC).encode(), AUTHORITY: vault.authority().pem}
    return {**own, **passwords, **earlier, DESK: vault.password(DESK).encode()}


def _certificate(vault: Vault, name: str, names: Sequence[str]) -> dict[str, bytes]:
    made = vault.certificate(name, names)
    return {f"{name}.crt": made.pem, f"{name}.key": made.key_pem, AUTHORITY: vault.authority().pem}
