from __future__ import annotations

import base64
import subprocess
import sys
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_tree import duration, instant, is_id, text_of
from ssocli.checks.saml_xml import MESSAGE_LIMIT, XmlMessage, decode_message, read_xml

XML = b'<a xmlns="urn:x" ID="_1">text</a>'
LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY l0 "ha">'
    + b"".join(b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 10))
    + b"]><a>&l9;</a>"
)


def raw(octets: bytes, window: int = -15) -> bytes:
    engine = zlib.compressobj(wbits=window)
    return engine.compress(octets) + engine.flush()


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def reason(found: object) -> str:
    assert isinstance(found, Undecodable), found
    return found.reason


@pytest.mark.parametrize(
    "text",
    [b64(XML), b64(XML)[:20] + "\r\n" + b64(XML)[20:], f"  {b64(XML)}\n", b64(b"\xef\xbb\xbf" + XML)],
    ids=["plain", "wrapped", "padded", "byte-order-mark"],
)
def test_a_posted_message_is_read(text: str) -> None:
    found = decode_message(text, "POST")
    assert isinstance(found, XmlMessage)
    assert (found.binding, found.root.get("ID"), text_of(found.root)) == ("POST", "_1", "text")


def test_a_redirected_message_is_read() -> None:
    found = decode_message(b64(raw(XML)), "Redirect")
    assert isinstance(found, XmlMessage)
    assert found.xml == XML


BIG = b"<a>" + b"x" * MESSAGE_LIMIT + b"</a>"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        (XML.decode(), "is XML as it is"),
        ("<!doctype html><title>Sign in</title>", "HTML page (Sign in)"),
        ("%3Csamlp", "URL-encoded twice"),
        (b64(XML).replace("=", "%3D") + "%3D", "URL-encoded twice"),
        (b64(b"<a>\xfb\xff</a>").replace("+", "-").replace("/", "_"), "base64url"),
        (b64(b"<a>\xfb\xef\xbe</a>").replace("+", " "), "blanks where base64 has '+'"),
        (b64(XML)[:-3], "was it cut off"),
        ("PHNhbWw-é", "no base64"),
        ("{}", "is JSON"),
        ("-----BEGIN CERTIFICATE-----", "PEM file (CERTIFICATE)"),
        (b64(raw(XML)), "deflated, as for HTTP-Redirect"),
        (b64(b64(XML).encode()), "base64 twice"),
        (b64(b"{}"), "is JSON"),
        (b64(b"-----BEGIN RSA PRIVATE KEY-----"), "PEM file"),
        (b64(b"%3Ca%3E"), "URL-encoded"),
        (b64(b"aGVsbG8="), "is base64, not XML"),
        (b64(b"hello, you"), "starts with 'hello, you'"),
        (b64(b"<html><body>"), "HTML page"),
        (b64(b"<a><b></a>"), "no well-formed XML"),
        (b64(b"<a/><b/>"), "no well-formed XML"),
        (b64(LAUGHS), "document type declaration"),
        (b64(b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'), "document type declaration"),
        (b64(b"<!-- x --><?y z?>\n<!DOCTYPE a><a/>"), "document type declaration"),
        (b64("<a/>".encode("utf-16")), "UTF-16"),
        (b64(b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4APA-a/+AD4-'), ""),
        (b64(b"<a>" * 300 + b"</a>" * 300), "no well-formed XML"),
        (b64(b"<a " + b" ".join(b'a%d=""' % at for at in range(300)) + b"/>"), "more than 256 attributes"),
        (b64(BIG), "larger than"),
        ("A" * 50_000_000, "50000000 characters"),
    ],
)
def test_what_is_posted_instead_is_named(text: str, words: str) -> None:
    assert words in reason(decode_message(text, "POST"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b64(XML), "is not deflated"),
        (b64(raw(XML, 15)), "zlib header"),
        (b64(raw(raw(XML))), "deflated twice"),
        (b64(raw(XML)[:-4]), "cut off"),
        (b64(raw(XML) + b"x"), "after its DEFLATE stream"),
        (b64(b"\xff\xff"), "cannot be inflated"),
        (b64(raw(b" " * 50_000_000)), "inflates to more than"),
        (b64(raw(b"<html></html>")), "HTML page"),
        (b64(raw(LAUGHS)), "document type declaration"),
    ],
)
def test_what_is_redirected_instead_is_named(text: str, words: str) -> None:
    assert words in reason(decode_message(text, "Redirect"))


def test_a_bomb_is_cut_off_while_it_inflates() -> None:
    bomb = b64(raw(b" " * 50_000_000))
    tracemalloc.start()
    try:
        decode_message(bomb, "Redirect")
        assert tracemalloc.get_traced_memory()[1] < 10 * MESSAGE_LIMIT
    finally:
        tracemalloc.stop()


def test_nothing_is_read_from_a_file() -> None:
    hidden = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
    assert "document type declaration" in reason(read_xml(hidden))


def test_a_dtd_in_another_encoding_is_found() -> None:
    inside = '<?xml version="1.0" encoding="IBM037"?><!DOCTYPE a><a/>'
    assert reason(read_xml(inside.encode("cp037")))


def test_a_comment_does_not_end_the_text() -> None:
    root = read_xml(b"<a>alice<!-- x -->@example<?y z?>.com</a>")
    assert not isinstance(root, Undecodable)
    assert text_of(root) == "alice@example.com"
    assert text_of(None) is None


def test_many_comments_before_the_root_are_no_trap() -> None:
    root = read_xml(b"<!-- ?> --><?a -->?>" * 20_000 + b"<a/>")
    assert not isinstance(root, Undecodable)
    assert root.tag == "a"


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T00:00:01.5Z", 1.5),
        ("1970-01-01T00:00:01.1234567Z", 1.1234567),
        ("1970-01-01T00:00:01", 1.0),
        ("1970-01-01T01:00:00+01:00", 0.0),
        ("1970-01-01T00:00:00-00:30", 1800.0),
        ("1970-01-01", None),
        ("1970-13-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_an_instant(value: str | None, moment: float | None) -> None:
    assert instant(value) == moment


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("PT1S", 1), ("PT0.5S", 0.5), ("PT6H", 21600), ("P1DT1M", 86460), ("P1Y", 31536000), ("P1M", 2592000),
        ("P", None), ("PT", None), ("P1", None), ("-P1D", None), ("P1DT", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_duration(value: str | None, seconds: float | None) -> None:
    assert duration(value) == seconds


def test_an_id() -> None:
    assert is_id("_a.b-1")
    assert is_id("id1")
    assert not any(is_id(each) for each in (None, "", "1a", "a:b", "a b", "-a"))


def test_a_login_without_saml_loads_no_xml_library() -> None:
    areas = "saml_metadata, saml_response, saml_request, saml_attributes"
    code = f"import sys; from ssocli.checks import {areas}; sys.exit(bool({{'lxml', 'signxml'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(b64)), st.sampled_from(["POST", "Redirect"]))
def test_nothing_raises(text: str, binding: str) -> None:
    assert isinstance(decode_message(text, binding), XmlMessage | Undecodable)  # type: ignore[arg-type] # sampled


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200).map(lambda tail: b"<a>" + tail))
def test_no_octets_raise(octets: bytes) -> None:
    read_xml(octets)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_no_time_raises(text: str) -> None:
    instant(text)
    duration(text)
