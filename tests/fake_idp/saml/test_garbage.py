"""What is no SAML message is named for what it is; nothing crashes, nothing is fetched."""

import base64
import gzip
import json
import time
import zlib
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp.refusal import RefusedError
from fake_idp.saml import garbage, xml

from .conftest import authn_request, deflated, encoded, error_of

MESSAGE = authn_request()


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def raw_deflate(data: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-15)
    return packing.compress(data) + packing.flush()


SEEN_BY_REDIRECT = {
    "": "nothing",
    MESSAGE.decode(): "XML as it is",
    quote(deflated(MESSAGE), safe=""): "URL-encoded twice",
    quote(quote(deflated(MESSAGE), safe=""), safe=""): "URL-encoded 3 times",
    url64(raw_deflate(MESSAGE + b"~" * 40 + bytes(range(128, 256)) * 9)): "base64url",
    encoded(MESSAGE): "not deflated: that is the form of the HTTP-POST binding",
    encoded(gzip.compress(MESSAGE)): "gzip",
    encoded(zlib.compress(MESSAGE)): "zlib frame",
    deflated(raw_deflate(MESSAGE)): "deflated twice",
    deflated(encoded(MESSAGE).encode()): "encoded twice",
    encoded(deflated(MESSAGE).encode()): "encoded twice",
    deflated(MESSAGE)[:-5]: "cut off",
    deflated(b"<!DOCTYPE html><html></html>"): "an HTML page",
    deflated(json.dumps({"a": 1}).encode()): "JSON",
    '{"a": 1}': "JSON",
    "eyJh.eyJi.sig-": "a JSON Web Token",
    deflated(b"hello"): "5 characters of text",
    deflated(bytes(9)): "9 bytes that are no XML",
    "a?b": "'?'",
}
SEEN_BY_POST = {
    "": "nothing",
    MESSAGE.decode(): "XML as it is",
    "<html></html>": "HTML",
    quote(encoded(MESSAGE + b" " * (-len(MESSAGE) % 3 + 1)), safe=""): "URL-encoded twice",
    deflated(MESSAGE): "deflated XML: that is the form of the HTTP-Redirect binding",
    encoded(gzip.compress(MESSAGE)): "gzip",
    encoded(encoded(MESSAGE).encode()): "encoded twice",
    encoded(quote(MESSAGE).encode()): "URL-encoded XML",
    encoded(MESSAGE)[:-3]: "cut off",
    encoded(b"<html><body>"): "an HTML page",
    encoded(b"\0\1\2"): "3 bytes that are no XML",
}


@pytest.mark.parametrize(("value", "seen"), SEEN_BY_REDIRECT.items())
def test_redirect(peer, value, seen):
    page = peer.http.get(peer.issuer + "/saml/sso", params={"SAMLRequest": value})
    assert page.status_code == 400
    assert seen in error_of(page)["seen"]


@pytest.mark.parametrize(("value", "seen"), SEEN_BY_POST.items())
def test_post(peer, value, seen):
    page = peer.post(SAMLRequest=value)
    assert page.status_code == 400
    assert seen in error_of(page)["seen"]


def test_pluses_that_became_spaces(peer):
    value = encoded(b"<a>\xfb\xef\xbe</a>")
    assert "+" in value
    assert "spaces" in error_of(peer.post(SAMLRequest=value.replace("+", " ")))["seen"]


def test_line_breaks_are_allowed(peer):
    value = encoded(MESSAGE)
    wrapped = "\r\n".join(value[index : index + 76] for index in range(0, len(value), 76))
    assert "login-form" in peer.post(SAMLRequest=wrapped).text


def test_fifty_megabytes(peer):
    page = peer.http.post(peer.issuer + "/saml/sso", data=iter([b"SAMLRequest=" + b"A" * 1_500_000]))
    assert page.status_code == 413
    assert "exceeds 1048576 bytes" in page.text


def test_bomb_is_not_unpacked(peer):
    bomb = base64.b64encode(raw_deflate(b"<a>" + b" " * 30_000_000 + b"</a>")).decode()
    began = time.process_time()
    parts = error_of(peer.http.get(peer.issuer + "/saml/sso", params={"SAMLRequest": bomb}))
    assert "unpack to more" in parts["seen"]
    assert time.process_time() - began < 5


def laughs() -> bytes:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f"<!DOCTYPE x [{entities}]>".encode() + MESSAGE.replace(b"https://sp.example/metadata", b"&a9;")


@pytest.mark.parametrize(
    ("document", "seen"),
    [
        (laughs(), "<!DOCTYPE>"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + MESSAGE, "<!DOCTYPE>"),
        (b'<?xml version="1.0" encoding="UTF-7"?>' + MESSAGE, "UTF-7"),
        (b'<?xml version="1.0" encoding="utf-16"?>' + MESSAGE, "utf-16"),
        (MESSAGE.decode().encode("utf-16"), "another byte"),
        (MESSAGE.replace(b"https://sp", b"\xff"), "another byte"),
        (MESSAGE[:-4], "line 1"),
        (MESSAGE + MESSAGE, "Extra content"),
        (MESSAGE.replace(b"https://sp", b"&undefined;"), "undefined"),
        (MESSAGE.replace(b"https://sp", b"&#0;"), "xmlParseCharRef"),
        (MESSAGE.replace(b"</samlp", b"<a>" * 60 + b"</a>" * 60 + b"</samlp"), "61"),
        (MESSAGE.replace(b"</samlp", b"<a>" * 9000 + b"</a>" * 9000 + b"</samlp"), "depth"),
        (MESSAGE.replace(b"https://sp", b"a" * 700_000), "bytes"),
    ],
)  # fmt: skip
def test_hostile_xml(peer, document, seen):
    page = peer.post(SAMLRequest=encoded(document))
    assert page.status_code == 400
    assert seen in error_of(page)["seen"]


def test_comment_does_not_split_a_text(peer, idp):
    split = MESSAGE.replace(b"https://sp.example/metadata", b"https://sp.example/<!-- -->metadata")
    peer.post(SAMLRequest=encoded(split))
    assert idp.requests("saml_sso")[0].client == "https://sp.example/metadata"


def attempt(read, value):
    """What is read, or what the refusal says it saw."""
    try:
        return read(value, "SAMLRequest"), None
    except RefusedError as refused:
        return None, refused.refusal.seen


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(), st.binary().map(lambda data: base64.b64encode(data).decode())))
def test_anything_is_unpacked_or_refused(value):
    for decode in (garbage.decode_redirect, garbage.decode_post):
        document, seen = attempt(decode, value)
        assert seen != ""
        if document is not None:
            assert document.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or b"\0" in document


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_every_document_comes_out_as_it_went_in(tail):
    document = b"<a>" + tail
    assert garbage.decode_post(encoded(document), "SAMLRequest") == document
    assert garbage.decode_redirect(deflated(document), "SAMLRequest") == document


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(MESSAGE) - 1), st.binary(min_size=1, max_size=3))
def test_a_damaged_message_is_parsed_or_refused(place, damage):
    document = MESSAGE[:place] + damage + MESSAGE[place + len(damage) :]
    root, seen = attempt(xml.parse, document)
    assert seen != ""
    if root is not None:
        assert xml.depth(root) <= xml.MAX_DEPTH
