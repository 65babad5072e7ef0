"""That an answer comes at all, and whole."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.checks.transport.context import TransportContext, request_line
from ssocli.exchange import CertificateTrouble, ErrorKind
from ssocli.steps import Step
from ssocli.text import printable


@rule(
    "NET001",
    "host-not-found",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 1035 4.1.1",
    owner=Owner.NETWORK,
    fix="Check the host name for typing errors, then that this machine's DNS knows it (VPN, internal zone, container).",
)
def host_not_found(context: TransportContext) -> Judgement:
    """The name of the identity provider's host does not resolve."""
    return _judge_error(context, ("dns",), "a host that DNS knows")


@rule(
    "NET002",
    "connection-refused",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9293 3.10.7.1",
    owner=Owner.NETWORK,
    fix="Check the port, that the identity provider is running, and that no firewall refuses the connection.",
)
def connection_refused(context: TransportContext) -> Judgement:
    """Nothing listens at the identity provider's address, or a firewall refuses."""
    return _judge_error(context, ("refused",), "a connection that is accepted")


@rule(
    "NET003",
    "host-unreachable",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 1812 5.2.7.1",
    owner=Owner.NETWORK,
    fix="Check route, VPN and firewall between this machine and the identity provider.",
)
def host_unreachable(context: TransportContext) -> Judgement:
    """There is no way through the network to the identity provider's address."""
    return _judge_error(context, ("unreachable",), "a host that can be reached")


@rule(
    "NET004",
    "request-blocked",
    step=Step.REDIRECT_TO_IDP,
    spec="OWASP SSRF Prevention",
    owner=Owner.APP,
    fix="If the address is meant, allow it; if it came from the identity provider's metadata, do not.",
)
def request_blocked(context: TransportContext) -> Judgement:
    """The address is one that this tool was told not to connect to."""
    return _judge_error(context, ("blocked",), "an address that requests may go to")


@rule(
    "NET005",
    "tls-failure",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 16.17; RFC 8446 6",
    owner=Owner.NETWORK,
    fix="Check that the port speaks TLS 1.2 or newer, and what the server's log says of the handshake. "
    "Never switch verification off.",
)
def tls_failure(context: TransportContext) -> Judgement:
    """No TLS connection comes about: no common protocol version, a refused handshake, an unusable certificate."""
    if _certificate_trouble(context) is not None:
        return skipped("the certificate is the trouble")
    return _judge_error(context, ("tls",), "a TLS connection")


@rule(
    "NET016",
    "expired-certificate",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 5280 6.1.3 item (a)(2)",
    owner=Owner.IDP,
    fix="Renew the certificate, and make the server load the new one; an intermediate may have expired as well.",
)
def expired_certificate(context: TransportContext) -> Judgement:
    """The identity provider's TLS certificate, or one in its chain, has expired."""
    return _judge_certificate(context, "expired", "a certificate that is valid now")


@rule(
    "NET017",
    "certificate-not-yet-valid",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 5280 6.1.3 item (a)(2)",
    owner=Owner.CLOCK,
    fix="Compare the clock of this machine with the start of the validity; if the clock is right, the certificate was "
    "installed too early.",
)
def certificate_not_yet_valid(context: TransportContext) -> Judgement:
    """The identity provider's TLS certificate becomes valid later than this machine's clock shows."""
    return _judge_certificate(context, "not_yet_valid", "a certificate that is valid now")


@rule(
    "NET018",
    "wrong-certificate-name",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9525 6.1",
    owner=Owner.IDP,
    fix="Use a host that the certificate names in the configured URL, or issue a certificate with this one among its "
    "subject alternative names.",
)
def wrong_certificate_name(context: TransportContext) -> Judgement:
    """The identity provider's TLS certificate is for other hosts."""
    return _judge_certificate(context, "wrong_name", "a certificate for this host")


@rule(
    "NET019",
    "untrusted-certificate",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 5280 6.1",
    owner=Owner.NETWORK,
    fix="Let the server send its intermediate certificates; trust the authority if it is a private one (--ca-file). "
    "A TLS-inspecting proxy shows as an issuer that is not the provider's. Never switch verification off.",
)
def untrusted_certificate(context: TransportContext) -> Judgement:
    """The identity provider's TLS certificate is not issued by an authority that is trusted here."""
    return _judge_certificate(context, "untrusted", "a certificate whose chain ends in a trusted authority")


@rule(
    "NET006",
    "timeout",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9110 9.2.2",
    owner=Owner.NETWORK,
    fix="Find what is slow: a firewall that drops packets shows while connecting, a busy identity provider while "
    "waiting for the response.",
)
def timeout(context: TransportContext) -> Judgement:
    """The identity provider does not answer in the time that was given."""
    return _judge_error(context, ("timeout",), "an answer in time")


@rule(
    "NET007",
    "connection-reset",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9112 8 and 9.6",
    owner=Owner.NETWORK,
    fix="Look in the logs of the identity provider and of the proxies before it: one of them closed the connection.",
)
def connection_reset(context: TransportContext) -> Judgement:
    """The connection is closed before the answer is complete."""
    return _judge_error(context, ("reset",), "a complete answer")


@rule(
    "NET008",
    "malformed-http-response",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9112 2.1",
    owner=Owner.NETWORK,
    fix="Check that the address speaks HTTP (http or https, right port), and what the proxy before it changes.",
)
def malformed_http_response(context: TransportContext) -> Judgement:
    """What comes back is not HTTP, or breaks its framing."""
    return _judge_error(context, ("protocol",), "an HTTP response")


@rule(
    "NET009",
    "response-too-large",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9110 15.5.14",
    owner=Owner.IDP,
    fix="Check that the URL is the right one: such documents have a few kilobytes.",
)
def response_too_large(context: TransportContext) -> Judgement:
    """The answer is larger than a client reads; it was cut off and not used."""
    response = context.exchange.response
    if context.exchange.error is None and response is not None and response.truncated:
        return failed("a complete answer of a few kilobytes", f"cut off after {len(response.body)} bytes")
    return _judge_error(context, ("too_large",), "an answer of a few kilobytes")


def _certificate_trouble(context: TransportContext) -> CertificateTrouble | None:
    return context.exchange.error.certificate if context.exchange.error is not None else None


def _judge_certificate(context: TransportContext, trouble: CertificateTrouble, expected: str) -> Judgement:
    found = _certificate_trouble(context)
    if found is not None and found != trouble:
        return skipped(f"the certificate is refused otherwise ({found.replace('_', ' ')})")
    if found is None and context.exchange.error is not None:
        return skipped(f"the request failed otherwise ({context.exchange.error.kind})")
    return _judge_error(context, ("tls",), expected)


def _judge_error(context: TransportContext, kinds: tuple[ErrorKind, ...], expected: str) -> Judgement:
    error = context.exchange.error
    if error is None:
        return passed(expected, "no such trouble")
    if error.kind not in kinds:
        return skipped(f"the request failed otherwise ({error.kind})")
    return failed(expected, printable(error.detail, 500), evidence=f"{request_line(context)} ({context.purpose})")
