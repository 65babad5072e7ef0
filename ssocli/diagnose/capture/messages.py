"""The messages of single sign-on in a browser's requests, told by what is in them and not by whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_tree import SAML, SAMLP, attribute, child, text_of
from ssocli.checks.saml_xml import Binding, XmlMessage, decode_message
from ssocli.diagnose.capture.hop import Hop

Parameters = tuple[tuple[str, str], ...]
What = Literal["authorization_request", "authorization_response", "saml_request", "saml_response"]
Mode = Literal["query", "fragment", "form_post"]
Saml = XmlMessage | Undecodable

_FORM = "application/x-www-form-urlencoded"
_ANSWERS = frozenset({"code", "error", "id_token", "access_token"})
# What may stand beside these, and stands alone if the identity provider forgot them.
_BESIDE = frozenset({"state", "iss", "session_state", "scope"})


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way through the browser. `url` is the address without query and fragment.

    `saml` is the decoded message of SAML, None for OAuth.
    """

    what: What
    hop: Hop
    url: str
    mode: Mode
    parameters: Parameters
    saml: Saml | None = None

    def get(self, name: str) -> str:
        """The first value of a parameter, "" if it is not there."""
        return next((value for key, value in self.parameters if key == name), "")

    @property
    def binding(self) -> Binding:
        """How a SAML message travels."""
        return "POST" if self.mode == "form_post" else "Redirect"

    @property
    def key(self) -> str:
        """What its counterpart repeats: the state, or the ID of the SAML request; "" if there is nothing."""
        if self.saml is None:
            return self.get("state")
        if isinstance(self.saml, Undecodable):
            return ""
        return attribute(self.saml.root, "ID" if self.what == "saml_request" else "InResponseTo") or ""

    @property
    def is_certain(self) -> bool:
        """Whether it is what it looks like also if nobody waits for it: `?code=` alone may be anything."""
        return self.saml is not None or bool(self.get("state") and any(self.get(name) for name in _ANSWERS))

    @property
    def sender(self) -> str:
        """Who sent it: the client, or the entity that the Issuer of a SAML message names."""
        if self.saml is None:
            return self.get("client_id")
        root = self.saml.root if isinstance(self.saml, XmlMessage) else None
        return (text_of(child(root, f"{SAML}Issuer")) or "").strip()


def messages_of(hop: Hop) -> list[Message]:
    """The messages that this request carries, and one that its answer puts into a fragment, which no server sees."""
    query = parameters_of(hop.exchange.url)
    form = form_of(hop)
    url = address(hop.exchange.url)
    found = [
        _oauth_message(hop, url, "query", query) or _saml_message(hop, url, "query", query),
        (_oauth_message(hop, url, "form_post", form) or _saml_message(hop, url, "form_post", form)) if form else None,
    ]
    location = hop.exchange.response.header("Location") if hop.exchange.response is not None else None
    if location and "#" in location:
        target, _, fragment = location.partition("#")
        parameters = _pairs(fragment)
        if _is_answer(parameters):
            found.append(Message("authorization_response", hop, address(target), "fragment", parameters))
    return [message for message in found if message is not None]


def address(url: str) -> str:
    """A URL without query and fragment."""
    return url.partition("#")[0].partition("?")[0]


def host_of(url: str) -> str:
    """Host and port of a URL in lower case; "" if it cannot be read."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def parameters_of(url: str) -> Parameters:
    """The query of a URL, decoded."""
    return _pairs(url.partition("#")[0].partition("?")[2])


def form_of(hop: Hop) -> Parameters:
    """The form that a request posts, decoded."""
    request = hop.exchange.request
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), _FORM)
    if hop.exchange.method != "POST" or not kind.lower().startswith(_FORM):
        return ()
    return _pairs(request.body.decode("utf-8", "replace"))


def _pairs(text: str) -> Parameters:
    try:
        return tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=1000))
    except ValueError:
        return ()


def _oauth_message(hop: Hop, url: str, mode: Mode, parameters: Parameters) -> Message | None:
    names = {name for name, _ in parameters}
    if "client_id" in names and names & {"response_type", "redirect_uri", "request_uri"} and "grant_type" not in names:
        return Message("authorization_request", hop, url, mode, parameters)
    if _is_answer(parameters):
        return Message("authorization_response", hop, url, mode, parameters)
    return None


def _is_answer(parameters: Parameters) -> bool:
    names = {name for name, _ in parameters}
    if names & {"grant_type", "client_id"}:
        return False
    return bool(names & _ANSWERS) or ("state" in names and names <= _BESIDE)


def _saml_message(hop: Hop, url: str, mode: Mode, parameters: Parameters) -> Message | None:
    binding: Binding = "POST" if mode == "form_post" else "Redirect"
    for name, what, root in (
        ("SAMLRequest", "saml_request", f"{SAMLP}AuthnRequest"),
        ("SAMLResponse", "saml_response", f"{SAMLP}Response"),
    ):
        text = next((value for key, value in parameters if key == name), None)
        if text is None:
            continue
        decoded = decode_message(text, binding)
        if isinstance(decoded, Undecodable) or decoded.root.tag == root:
            return Message(what, hop, url, mode, parameters, decoded)  # type: ignore[arg-type]  # one of the two above
    return None
