"""Whatever well-formed messages say, they are answered or refused: nothing crashes."""

import io
from functools import cache
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fake_idp import create_app
from fake_idp.refusal import RefusedError
from fake_idp.saml import sp_metadata
from fake_idp.web import Request

from .conftest import ACS, NS, SP, deflated

NAMES = {
    "AuthnRequest": ["ID", "Version", "Destination", "AssertionConsumerServiceURL", "AssertionConsumerServiceIndex",
                     "ProtocolBinding", "ForceAuthn", "IsPassive", "IssueInstant"],
    "LogoutRequest": ["ID", "Version", "Destination", "NotOnOrAfter", "Reason"],
    "LogoutResponse": ["ID", "Version", "Destination", "InResponseTo"],
}  # fmt: skip
PARTS = [
    "saml:NameID", "saml:Subject", "samlp:NameIDPolicy", "samlp:RequestedAuthnContext", "saml:AuthnContextClassRef",
    "saml:AuthnContextDeclRef", "samlp:SessionIndex", "samlp:Status", "samlp:StatusCode", "ds:Signature",
    "ds:SignedInfo", "ds:Reference", "ds:SignatureValue", "samlp:Extensions",
]  # fmt: skip
text = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=9
)
value = text | st.sampled_from(
    ["2.0", "", ACS, SP, "true", "0", "_r", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"]
)


@cache
def app():
    return create_app(login="auto", seed=1)


def written(part, inner, attributes):
    given_ = " ".join(f"{name}={quoteattr(content)}" for name, content in attributes.items())
    return f"<{part} {given_}>{inner}</{part}>"


elements = st.recursive(
    value.map(escape),
    lambda inner: st.builds(
        written,
        st.sampled_from(PARTS),
        inner,
        st.dictionaries(
            st.sampled_from(["Format", "AllowCreate", "SPNameQualifier", "Comparison", "Value", "URI", "Algorithm"]),
            value,
        ),
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("kind", NAMES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_message(kind, data):
    right = {"ID": "_r", "Version": "2.0", "AssertionConsumerServiceURL": ACS}
    attributes = right | data.draw(st.dictionaries(st.sampled_from(NAMES[kind]), value, max_size=1))
    inner = "".join(data.draw(st.lists(elements, max_size=4)))
    issuer = data.draw(st.sampled_from([SP, "http://127.0.0.1:9501/saml/metadata/acme/"]))
    spaces = " ".join(f'xmlns:{prefix}="{NS[prefix]}"' for prefix in ("saml", "samlp", "ds"))
    body = f"<saml:Issuer>{issuer}</saml:Issuer>{inner}"
    document = written(f"samlp:{kind}", body, attributes).replace(" ", f" {spaces} ", 1)
    parameter = "SAMLResponse" if kind.endswith("Response") else "SAMLRequest"
    response = app().respond(
        Request(
            {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": "/saml/sso" if kind == "AuthnRequest" else "/saml/slo",
                "QUERY_STRING": urlencode({parameter: deflated(document.encode())}),
                "HTTP_HOST": "127.0.0.1:9500",
                "wsgi.url_scheme": "http",
                "wsgi.input": io.BytesIO(),
            }
        )
    )
    assert response.status in (200, 302, 400, 403)
    entry = app().default.recorder.requests()[-1]
    assert entry.reason if response.status >= 400 else entry.accepted or entry.reason


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 3000), damage=st.binary(min_size=1, max_size=3), cut=st.booleans())
def test_damaged_metadata(sp_metadata, place, damage, cut):
    rest = b"" if cut else sp_metadata[place + len(damage) :]
    damaged = sp_metadata[:place] + damage + rest
    seen, provider = None, None
    try:
        provider = sp_metadata_read(damaged)
    except RefusedError as refused:
        seen = refused.refusal.seen
    assert seen or (provider and provider.entity_id)


sp_metadata_read = sp_metadata.read
