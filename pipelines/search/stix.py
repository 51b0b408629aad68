"""Articles as a STIX 2.1 bundle: reports, their sources and places, and the indicators that they name.

The objects are those of the OASIS standard, without extensions. What the news names is not malicious by that, so it is
written as what was observed, and its pattern as an indicator of unknown type.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from itertools import chain
from typing import Any
from uuid import UUID, uuid5

from pipelines.models import IndexDocument
from pipelines.reading.indicators import Kind, hash_name, kind_of
from pipelines.search.sharing import Tlp, instant_of, stable_id, stream

SPEC = {"spec_version": "2.1"}
EPOCH = "2020-01-01T00:00:00.000Z"
"""When sources and places were created: always then, so that each export has the same object."""

OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""The namespace that the standard gives to ids of observables."""

MARKINGS = {
    Tlp.CLEAR: "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    Tlp.GREEN: "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    Tlp.AMBER: "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    Tlp.RED: "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}
"""Ids that the standard gives to the four markings; clear has that of white, its name before."""

VALUES = {Kind.URL: "url", Kind.DOMAIN: "domain-name", Kind.EMAIL: "email-addr"}
ACCOUNTS = {Kind.WALLET: "cryptocurrency-wallet", Kind.PHONE: "phone"}
"""The standard has neither wallets nor phones; an account may be of any type."""

Object = dict[str, Any]


def stix_bundle(documents: Iterable[IndexDocument], *, name: str, tlp: Tlp) -> Iterator[str]:
    """Yield a bundle piece by piece. name: what was asked for; the same question has the same bundle id."""
    head = {"type": "bundle", "id": f"bundle--{stable_id('bundle', name)}"}
    found = objects_of(documents, tlp=tlp)
    first = next(found, None)
    if first is None:  # the standard allows no empty list
        yield json.dumps(head) + "\n"
    else:
        yield from stream("objects", chain([first], found), **head)


def objects_of(documents: Iterable[IndexDocument], *, tlp: Tlp) -> Iterator[Object]:
    """Yield each object once, and what it refers to before it; stories come last."""
    seen: set[str] = set()
    stories: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for document in documents:
        *parts, report = of_article(document)
        if document.get("story"):
            stories[document["story"]].append((report["published"], report["id"], report["name"]))
        for one in (*parts, report):
            if one["id"] not in seen:
                seen.add(one["id"])
                yield _marked(one, tlp)
    yield from (_marked(_story(story, reports), tlp) for story, reports in stories.items() if len(reports) > 1)


def of_article(document: IndexDocument) -> list[Object]:
    """Return the objects of an article; the last one is its report, which refers to all others."""
    source, places = _source(document), list(_places(document))
    observables = [one for value in document.get("indicators", ()) if (one := observable(value))]
    vulnerabilities = [_vulnerability(value) for value in document.get("indicators", ()) if kind_of(value) is Kind.CVE]
    named = [one for one in observables if pattern_of(one)]
    found = [source, *places, *vulnerabilities, *observables]
    if observables:
        found += [_observed(document, source, observables), *(_indicator(document, source, one) for one in named)]
    return [*found, _report(document, source, found)]


def observable(value: str) -> Object | None:
    """Return the observable of an indicator; None for a CVE, which is a vulnerability, and for other texts."""
    kind = kind_of(value)
    if kind in VALUES:
        return _observable(VALUES[kind], {"value": value})
    if kind in ACCOUNTS:
        return _observable("user-account", {"account_type": ACCOUNTS[kind], "user_id": value})
    if kind is Kind.IP:
        return _observable(f"ipv{ip_address(value).version}-addr", {"value": value})
    return _observable("file", {"hashes": {hash_name(value): value}}) if kind is Kind.HASH else None


def pattern_of(one: Object) -> str:
    """Return the pattern by which other tools find an observable; empty for accounts, which they do not see."""
    if "hashes" in one:
        ((kind, value),) = one["hashes"].items()
        return f"[file:hashes.'{kind}' = '{value}']"
    if "value" not in one:
        return ""
    quoted = one["value"].replace("\\", "\\\\").replace("'", "\\'")
    return f"[{one['type']}:value = '{quoted}']"


def _observable(kind: str, properties: Object) -> Object:
    """Return an observable. Its id is made of its properties, as the standard says."""
    canonical = json.dumps(properties, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"type": kind, **SPEC, "id": f"{kind}--{uuid5(OBSERVABLES, canonical)}", **properties}


def _object(kind: str, *names: str, created: str = EPOCH, modified: str = "", **properties: object) -> Object:
    own = {"type": kind, **SPEC, "id": f"{kind}--{stable_id(kind, *names)}"}
    return {**own, "created": created, "modified": max(created, modified), **properties}


def _source(document: IndexDocument) -> Object:
    name = document["source"]
    return _object("identity", name, name=name, identity_class="organization")


def _places(document: IndexDocument) -> Iterator[Object]:
    """Yield places; regions when no place is known."""
    for name in document.get("places") or document.get("regions", ()):
        yield _object("location", name, name=name, country="KZ")


def _vulnerability(value: str) -> Object:
    reference = {"source_name": "cve", "external_id": value}
    return _object("vulnerability", value, name=value, external_references=[reference])


def _observed(document: IndexDocument, source: Mapping[str, Any], observables: list[Object]) -> Object:
    at = instant_of(document["published_at"])
    return _object(
        "observed-data", document["id"], **_times(document), created_by_ref=source["id"], first_observed=at,
        last_observed=at, number_observed=1, object_refs=[one["id"] for one in observables],
    )  # fmt: skip


def _indicator(document: IndexDocument, source: Mapping[str, Any], one: Object) -> Object:
    return _object(
        "indicator", document["id"], one["id"], **_times(document), created_by_ref=source["id"],
        indicator_types=["unknown"], pattern=pattern_of(one), pattern_type="stix",
        valid_from=instant_of(document["published_at"]),
    )  # fmt: skip


def _report(document: IndexDocument, source: Mapping[str, Any], found: list[Object]) -> Object:
    more: Object = {}
    if summary := document.get("summary"):
        more["description"] = summary
    if language := document.get("language"):
        more["lang"] = language
    if labels := [*document.get("topics", ()), *filter(None, [document.get("severity")])]:
        more["labels"] = labels
    return _object(
        "report", document["id"], **_times(document), created_by_ref=source["id"], name=document["title"] or "-",
        report_types=["observed-data"], published=instant_of(document["published_at"]),
        external_references=[{"source_name": document["source"], "url": document["url"]}],
        object_refs=[one["id"] for one in found], **more,
    )  # fmt: skip


def _times(document: IndexDocument) -> dict[str, str]:
    """Return when an article came in, and when it was last written."""
    created = instant_of(document["observed_at"])
    return {"created": created, "modified": instant_of(document.get("indexed_at", document["observed_at"]))}


def _story(story: str, reports: list[tuple[str, str, str]]) -> Object:
    """Return a story as a grouping of its reports. It is as old as its first report."""
    ordered = sorted(reports)
    return _object(
        "grouping", story, created=ordered[0][0], modified=ordered[-1][0], name=ordered[0][2], context="unspecified",
        object_refs=[report for _, report, _ in ordered],
    )  # fmt: skip


def _marked(one: Object, tlp: Tlp) -> Object:
    return {**one, "object_marking_refs": [MARKINGS[tlp]]}
