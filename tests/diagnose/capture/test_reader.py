"""Captures as they come: compressed, cut off, damaged, hostile, of every program that writes them."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import zipfile
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.diagnose.capture import CaptureError, find_logins, read, rebuild
from ssocli.diagnose.capture import unpack as unpacking
from ssocli.diagnosis import Kind
from ssocli.trace import Outcome

from .conftest import Record
from .recording import har

URL = "https://idp.example/authorize?client_id=a&response_type=code&state=s"


def simple(**changes: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "startedDateTime": "2026-01-05T09:00:00.000+01:00",
        "time": 3,
        "request": {"method": "GET", "url": URL, "headers": [{"name": "Accept", "value": "text/html"}]},
        "response": {
            "status": 200,
            "headers": [{"name": "X-Id", "value": "1"}],
            "content": {"mimeType": "text/html; charset=utf-8", "text": "<p>Hä</p>"},
        },
    }
    return entry | changes


@pytest.fixture
def healthy(record: Record) -> bytes:
    return har(record())


def zipped(data: bytes, *names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, data)
    return buffer.getvalue()


WRAPPINGS = {
    "gzip": gzip.compress,
    "zip": lambda data: zipped(data, "a/login.har"),
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "white space": lambda data: b"\r\n  " + data + b"\n",
}


@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
def test_wrappings(healthy: bytes, wrap: Any) -> None:
    assert read(wrap(healthy), "x").hops == read(healthy, "x").hops


def test_what_an_entry_becomes() -> None:
    capture = read(har([simple()]), "login.har")
    assert (capture.kind, capture.place, capture.creator, capture.notes) == (
        Kind.HAR,
        "login.har",
        "WebInspector 537.36",
        (),
    )
    [hop] = capture.hops
    assert (hop.place, hop.started, hop.is_navigation) == ("entry 1", 1767600000.0, True)
    exchange = hop.exchange
    assert (exchange.method, exchange.url) == ("GET", URL)
    assert exchange.response is not None
    assert exchange.response.body.decode() == "<p>Hä</p>"
    assert exchange.response.header("content-type") == "text/html; charset=utf-8"
    assert exchange.phases.headers == 0.003


def entry_of(**changes: Any) -> Any:
    [hop] = read(har([simple(**changes)]), "x").hops
    return hop


def test_a_body_in_base64() -> None:
    content = {"mimeType": "application/json", "text": base64.b64encode(b'{"a":1}').decode(), "encoding": "base64"}
    assert entry_of(response={"status": 200, "content": content}).exchange.response.body == b'{"a":1}'


def test_bodies_that_no_login_needs_are_left_out() -> None:
    for content in (
        {"mimeType": "image/png", "text": "iVBORw0KGgo="},
        {"mimeType": "text/html", "text": "x" * 3_000_000},
        {"mimeType": "text/html", "text": {"a": 1}},
        {"mimeType": "text/html", "text": "%%%", "encoding": "base64"},
    ):
        assert entry_of(response={"status": 200, "content": content}).exchange.response.body == b""


def test_a_long_page_is_cut() -> None:
    response = entry_of(response={"status": 200, "content": {"mimeType": "text/html", "text": "x" * 600_000}})
    assert (len(response.exchange.response.body), response.exchange.response.truncated) == (512 * 1024, True)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("net::ERR_NAME_NOT_RESOLVED", "dns"),
        ("net::ERR_CONNECTION_REFUSED", "refused"),
        ("net::ERR_CERT_DATE_INVALID", "tls"),
        ("net::ERR_CONNECTION_RESET", "reset"),
        ("net::ERR_TIMED_OUT", "timeout"),
        (None, "reset"),
    ],
)
def test_no_answer(said: str | None, kind: str) -> None:
    exchange = entry_of(response={"status": 0, "_error": said}).exchange
    assert exchange.response is None
    assert exchange.error is not None
    assert exchange.error.kind == kind


def test_a_form_without_its_text() -> None:
    posted = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "a", "value": "1 &"}, {"name": "b"}],
    }
    assert entry_of(request={"method": "POST", "url": URL, "postData": posted}).exchange.request.body == b"a=1+%26&b="


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"_resourceType": "xhr"}, False),
        ({"_resourceType": "document"}, True),
        ({"request": {"url": URL, "headers": [{"name": "Sec-Fetch-Dest", "value": "image"}]}}, False),
        ({"request": {"url": URL, "headers": [{"name": "X-Requested-With", "value": "XMLHttpRequest"}]}}, False),
        ({"response": {"status": 200, "content": {"mimeType": "text/css"}}}, False),
        ({"response": {"status": 302, "content": {"mimeType": "text/css"}}}, True),
        ({"response": None}, True),
    ],
)
def test_what_is_a_navigation(changes: dict[str, Any], expected: bool) -> None:
    assert entry_of(**changes).is_navigation is expected


def test_wrong_types_cost_their_entry_only() -> None:
    bad: list[Any] = [
        simple(request={"url": 7}),
        simple(request=None),
        3,
        None,
        "x",
        [],
        {},
        simple(response={"status": "x"}),
    ]
    capture = read(har([simple(), *bad, simple(response={"status": "200"})]), "x")
    assert [hop.place for hop in capture.hops] == ["entry 1", "entry 10"]
    assert capture.notes[0].startswith("entry 2 cannot be read: ")
    assert capture.notes[-1] == "3 further entries cannot be read."


def test_a_file_that_breaks_off(record: Record) -> None:
    data = har(record())
    whole = read(data, "x")
    cut = read(data[: data.rindex(b'"startedDateTime"') + 40], "x")
    assert len(cut.hops) == len(whole.hops) - 1
    assert cut.notes == (f"The file breaks off; the {len(cut.hops)} entries before that are read.",)
    [login] = find_logins(cut)
    assert login.response is not None


def test_damage_in_the_middle() -> None:
    entries = [json.dumps(simple()) for _ in range(3)]
    damaged = ('{"log": {"version": NaN, "entries": [' + ", ".join(entries) + '], "pages": [{"id": 1}], }}').encode()
    capture = read(damaged, "x")
    assert [hop.place for hop in capture.hops] == ["entry 1", "entry 2", "entry 3"]
    [note] = capture.notes
    assert note.startswith("The JSON is damaged (")


def test_depth_that_is_meant_to_break_the_reader() -> None:
    deep = "[" * 200_000 + "]" * 200_000
    data = f'{{"log": {{"x": {deep}, "entries": [{json.dumps(simple())}]}}}}'.encode()
    assert len(read(data, "x").hops) == 1
    data = f'{{"log": {{"entries": [{{"request": {deep}}}, {json.dumps(simple())}]}}}}'.encode()
    assert [hop.place for hop in read(data, "x").hops] == ["entry 2"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "it is empty"),
        (b"   \n", "it is empty"),
        (b"<!DOCTYPE html><p>", "it is a web page"),
        (b"<?xml version='1.0'?><a/>", "it is XML"),
        (b"[1]", "it is a JSON array"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "it is binary"),
        (b"AADSTS50011", "it is some other text"),
        (b"\xff\xfe\x00", "it begins as UTF-16 text and is none"),
        (b'{"openapi": "3.1.0"}', "found other JSON"),
        (b'{"log": ', "found other JSON"),
        (b"{not json", "found other JSON"),
        (b'{"log": {"entries": [7]}}', "Nothing in the capture can be read: entry 1 cannot be read"),
        (b"\x1f\x8b\x08\x00rubbish", "breaks off before anything"),
        (gzip.compress(b"{}")[:10] + b"\xff" * 99, "damaged"),
        (b"PK\x03\x04rubbish", "cannot be unpacked"),
        (zipped(b"{}", "a.txt"), "found 0: none"),
        (zipped(b"{}", "a.har", "b.har"), "found 2: a.har, b.har"),
    ],
)
def test_what_is_no_capture_is_said(data: bytes, sentence: str) -> None:
    with pytest.raises(CaptureError, match=re.escape(sentence) + r".*\.$"):
        read(data, "x")


@pytest.mark.parametrize("wrap", [lambda data: data, gzip.compress, lambda data: zipped(data, "a.har")])
def test_a_limit_for_everything(monkeypatch: pytest.MonkeyPatch, wrap: Any) -> None:
    monkeypatch.setattr(unpacking, "LIMIT", 1000)
    with pytest.raises(CaptureError, match="Expected a capture of at most"):
        read(wrap(b'{"log": {"entries": []}, "x": "' + b"x" * 2000 + b'"}'), "x")


def test_a_saml_tracer_export(record: Record) -> None:
    entries = record(provider="acme-saml")
    requests = []
    for entry in entries:
        asked, got = entry["request"], entry["response"]
        form = asked.get("postData", {}).get("text", "")
        requests.append(
            {
                "method": asked["method"],
                "url": asked["url"],
                "requestId": "7",
                "requestHeaders": asked["headers"],
                "responseHeaders": [*got["headers"], {"name": "Date", "value": _date()}],
                "responseStatus": got["status"],
                "responseStatusText": "HTTP/1.1",
                "post": [list(pair) for pair in parse_qsl(form)],
                "protocol": "SAML-P" if "SAML" in form else None,
            }
        )
    capture = read(json.dumps({"requests": requests, "timestamp": "2026-01-05T09:00:00Z"}).encode(), "x.json")
    assert capture.kind is Kind.SAML_TRACER
    [login] = find_logins(capture)
    assert login.protocol == "SAML 2.0"
    trace = rebuild(login)
    assert trace.outcome is Outcome.AUTHENTICATED, trace.failure


def _date() -> str:
    from email.utils import formatdate

    return formatdate(usegmt=True)


EXAMPLE = har([simple() for _ in range(3)])


@settings(max_examples=80)
@given(st.integers(0, len(EXAMPLE)), st.binary(max_size=8))
def test_a_file_cut_anywhere_is_read_or_refused_with_a_sentence(at: int, rubbish: bytes) -> None:
    with suppress(CaptureError):
        for login in find_logins(read(EXAMPLE[:at] + rubbish, "x")):
            rebuild(login)


@settings(max_examples=80)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["url", "method", "headers", "status", "content", "text", "name", "value", "postData"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_values_in_an_entry(value: Any) -> None:
    for name in ("request", "response", "startedDateTime", "time"):
        try:
            capture = read(har([simple(), simple(**{name: value})]), "x")
        except CaptureError:
            pytest.fail("one entry is whole")
        for login in find_logins(capture):
            rebuild(login)
