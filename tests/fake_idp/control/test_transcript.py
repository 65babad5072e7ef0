"""Whatever was sent, it can be shown, and what is secret is not."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp.control import transcript
from fake_idp.recorder import MAX_KEPT, Entry

KINDS = ("application/x-www-form-urlencoded", "application/json; charset=utf-8", "text/html", "text/xml", "", "a/b")
FORMS, JSON, PAGE = KINDS[0], KINDS[1], KINDS[2]
SECRET = "s3same-open"


def entry(kind: str = "", body: bytes = b"", url: str = "/x", **members: object) -> Entry:
    headers = [("Content-Type", kind), *members.pop("headers", ())]
    return Entry(1, 0.0, "", "POST", url, headers=headers, body=body, **members)


@given(st.sampled_from(KINDS), st.binary(max_size=200), st.text(max_size=60))
@settings(max_examples=80)
def test_anything_can_be_shown(kind: str, body: bytes, text: str) -> None:
    headers = [("Location", text), ("Cookie", text), ("Authorization", text), ("Set-Cookie", text)]
    for secrets in (False, True):
        shown = transcript.recorded(entry(kind, body, f"/x?{text}", headers=headers), "strict", secrets=secrets)
        assert shown.request.size == len(body)
        assert (shown.request.raw is None) is not secrets


@given(st.text(max_size=40))
@settings(max_examples=60)
def test_any_parameter_that_looks_like_a_message(text: str) -> None:
    for value in (text, base64.b64encode(text.encode()).decode(), f"{text}.{text}.x"):
        transcript.recorded(entry(JSON, json.dumps({"SAMLResponse": value, "id_token": value}).encode()), "strict")


@pytest.mark.parametrize("name", ["code", "client_secret", "access_token", "refresh_token", "id_token", "logout_token"])
def test_no_secret_in_any_place(name: str) -> None:
    pair = f"{name}={SECRET}"
    for one in (
        entry(FORMS, pair.encode()),
        entry(JSON, json.dumps({"a": [{name: SECRET}]}).encode()),
        entry(JSON, json.dumps({name: SECRET}).encode()[:-1]),
        entry(PAGE, f'<input type="hidden" name="{name}" value="{SECRET}">'.encode()),
        entry("a/b", pair.encode()),
        entry(headers=[("Location", f"https://rp.example/cb?{pair}#{pair}"), ("Referer", f"https://x/?{pair}")]),
        entry(headers=[("Authorization", f"Bearer {SECRET}"), ("Cookie", f"a=b; c={SECRET}")]),
        entry(headers=[("Set-Cookie", f"c={SECRET}; Path=/; HttpOnly")]),
    ):
        assert SECRET not in str(transcript.recorded(one, "strict")), one.headers
        told = transcript.recorded(one, "strict", secrets=True)
        assert SECRET in str(told) + base64.b64decode(told.request.raw or "").decode()


def test_saml_of_both_bindings_without_the_signature() -> None:
    xml = "<r><ds:SignatureValue>c2VjcmV0</ds:SignatureValue><a/></r>"
    packing = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(packing.compress(xml.encode()) + packing.flush()).decode()
    for value in (base64.b64encode(xml.encode()).decode(), packed):
        one = entry(JSON, json.dumps({"SAMLResponse": value}).encode())
        [decoded] = transcript.recorded(one, "strict").request.decoded
        assert decoded.xml == "<r><ds:SignatureValue>...</ds:SignatureValue><a/></r>"


def test_a_bomb_stays_small() -> None:
    packing = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(packing.compress(b"<" + b"a" * 10**7) + packing.flush()).decode()
    one = entry(JSON, json.dumps({"SAMLRequest": packed}).encode())
    [decoded] = transcript.recorded(one, "strict").request.decoded
    assert len(decoded.xml) == MAX_KEPT
