"""TLS handshakes that fail, and certificates that nobody should trust: before a byte of HTTP.

They need a provider that speaks TLS with its throw-away authority, and strike every client: who connects is not known
yet, so that neither a user name nor an issuer's path can choose them.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from fake_idp.faults import transport
from fake_idp.faults.fault import At
from fake_idp.tls import DAY, POINT, Wish

if TYPE_CHECKING:
    from fake_idp.tls import Handshake

fault = At(POINT, "redirect_to_idp")

HOUR = timedelta(hours=1)
_FATAL = 2  # the level of an alert, RFC 8446 6
_HANDSHAKE_FAILURE = 40


@fault("expired-certificate", spec="RFC 5280 6.1.3 item (a)(2)")
def expired(handshake: Handshake) -> None:
    """The certificate expired an hour ago.

    Client: refuses the connection; nothing is sent on it.
    User: sees that the identity provider cannot be reached. In a browser, a page that warns.
    Seen: everywhere that nobody renews certificates automatically.
    """
    handshake.change(valid_from=-DAY, valid_until=-HOUR)


@fault("certificate-not-yet-valid", spec="RFC 5280 6.1.3 item (a)(2)")
def not_yet_valid(handshake: Handshake) -> None:
    """The certificate is valid from an hour from now: one of the two clocks is wrong, or it was installed too early.

    Client: refuses the connection.
    User: sees that the identity provider cannot be reached.
    """
    handshake.change(valid_from=HOUR, valid_until=DAY)


@fault("wrong-certificate-name", spec="RFC 9525 6.1")
def wrong_host(handshake: Handshake) -> None:
    """The certificate is for other hosts, as when a load balancer shows its default one.

    Client: refuses the connection, although the authority is trusted.
    User: sees that the identity provider cannot be reached.
    """
    handshake.change(names=("sso.stranger.example", "*.stranger.example", "192.0.2.1"))


@fault("wrong-certificate-name", spec="RFC 9525 6.4.4")
def common_name_only(handshake: Handshake) -> None:
    """The certificate has the host in its common name and no subject alternative names, as certificates had once.

    Client: refuses the connection: the common name is not looked at.
    User: sees that the identity provider cannot be reached; older clients connect.
    """
    handshake.change(subject=handshake.authority.names[-1], names=())


@fault("untrusted-certificate", spec="RFC 5280 6.1")
def self_signed(handshake: Handshake) -> None:
    """The certificate signs itself.

    Client: refuses the connection, unless just this certificate was made known to it.
    User: sees that the identity provider cannot be reached; operators are tempted to switch verification off.
    """
    handshake.issuer, handshake.chain = None, []


@fault("untrusted-certificate", spec="RFC 5280 6.1")
def unknown_authority(handshake: Handshake) -> None:
    """The certificate comes from an authority that the client does not know: a private one, or a TLS-inspecting proxy.

    Client: refuses the connection.
    User: sees that the identity provider cannot be reached from this network.
    """
    handshake.issuer = Wish("Authority of a stranger", is_authority=True).issued_by(None)
    handshake.chain = []


@fault("untrusted-certificate", spec="RFC 5280 6.1.4 item (k)")
def issued_by_a_leaf(handshake: Handshake) -> None:
    """The certificate was signed with the key of another server's certificate, which is no authority.

    Client: refuses the connection. One that does not look at basicConstraints trusts whoever owns any certificate.
    User: sees that the identity provider cannot be reached; or talks to an attacker without noticing.
    """
    stranger = Wish("sso.stranger.example", ("sso.stranger.example",)).issued_by(handshake.issuer)
    handshake.issuer, handshake.chain = stranger, [stranger.certificate, *handshake.chain]


@fault("untrusted-certificate", spec="RFC 8446 4.4.2", reject="fail_cleanly")
def missing_intermediate(handshake: Handshake) -> None:
    """The server sends its certificate without the intermediate authority's.

    Client: cannot build the chain and refuses the connection.
    User: sees that the identity provider cannot be reached, while browsers, which fetch the missing part, show nothing.
    Seen: the most frequent mistake of a TLS set-up, because a browser hides it.
    """
    handshake.chain = []


@fault("tls-failure", spec="RFC 5280 4.2.1.12")
def not_for_servers(handshake: Handshake) -> None:
    """The certificate is for clients: its extended key usage does not name servers.

    Client: refuses the connection.
    User: sees that the identity provider cannot be reached.
    """
    handshake.change(purpose=ExtendedKeyUsageOID.CLIENT_AUTH)


@fault("tls-failure", spec="RFC 9325 4.5")
def weak_key(handshake: Handshake) -> None:
    """The certificate has an RSA key of 1024 bits.

    Client: refuses the connection.
    User: sees that the identity provider cannot be reached; older clients connect.
    """
    handshake.change(key=rsa.generate_private_key(65537, 1024))  # noqa: S505  # the fault is that it is weak


@fault("tls-failure", spec="RFC 8996 5")
def old_protocol(handshake: Handshake) -> None:
    """The server answers in TLS 1.1, the newest version that it knows.

    Client: refuses the connection.
    User: sees that the identity provider cannot be reached; older clients connect.
    """
    # The bytes are our own, because a current OpenSSL does not speak it any more.
    handshake.take_over = answer_in_tls_1_1


@fault("tls-failure", spec="RFC 8446 6.2", reject="fail_cleanly")
def aborted(handshake: Handshake) -> None:
    """The server ends the handshake with the alert handshake_failure: no cipher in common, or it wants a certificate.

    Client: ends the login with a clear message, and does not try again without TLS.
    User: sees that the identity provider cannot be reached.
    """
    handshake.take_over = alert_handshake_failure


@fault("tls-failure", spec="RFC 8446 6.1", reject="fail_cleanly")
def closed(handshake: Handshake) -> None:
    """The server closes the connection in the handshake without a word, as some firewalls do for a host name.

    Client: ends the login with a clear message.
    User: sees that the identity provider cannot be reached.
    """
    handshake.take_over = close_without_a_word


@fault("tls-failure", spec="RFC 9110 4.2.2", reject="fail_cleanly")
def plain_http(handshake: Handshake) -> None:
    """The port speaks plain HTTP where TLS is expected.

    Client: ends the login with a clear message, and does not go on in plain HTTP.
    User: sees that the identity provider cannot be reached.
    Seen: a proxy that ends TLS was taken away, or the port is that of http.
    """
    handshake.take_over = answer_in_plain_http


@fault("timeout", spec="RFC 9110 9.2.2", reject="fail_cleanly")
def silent(handshake: Handshake) -> None:
    """The connection is accepted, and the server says nothing in the handshake.

    Client: gives up after some seconds.
    User: waits for these seconds, and sees that the identity provider does not answer.
    """
    handshake.take_over = transport.say_nothing


@fault("connection-reset", spec="RFC 9293 3.10.7", reject="fail_cleanly")
def reset(handshake: Handshake) -> None:
    """The connection is reset in the handshake.

    Client: ends the login with a clear message.
    User: sees that the identity provider cannot be reached now.
    """
    handshake.take_over = transport.send_reset


@fault(spec="RFC 8446 4.4.2", reject="must_tolerate")
def extra_certificates(handshake: Handshake) -> None:
    """The server sends more than the chain: its root, and a certificate that has nothing to do with it.

    Client: builds the chain from what it needs and leaves the rest alone.
    User: notices nothing.
    """
    stranger = Wish("Authority of a stranger", is_authority=True).issued_by(None)
    handshake.chain += [handshake.authority.root.certificate, stranger.certificate]


@fault(spec="RFC 9525 6.3", reject="must_tolerate")
def wildcard_name(handshake: Handshake) -> None:
    """The certificate names the host with a wildcard for its leftmost label.

    Client: accepts it for a host with just one label in that place; of such a name the provider has
    `sso.idp.localhost`.
    User: notices nothing.
    """
    handshake.change(names=("*.idp.localhost",))


@fault(spec="RFC 9525 6.5", reject="must_tolerate")
def addresses_only(handshake: Handshake) -> None:
    """The certificate names the IP addresses of the server and no host name.

    Client: accepts it for an issuer whose URL has the address.
    User: notices nothing.
    """
    handshake.change(names=("127.0.0.1", "::1"))


@fault(spec="RFC 9110 9.2.2", reject="must_tolerate")
def slow(handshake: Handshake) -> None:
    """The handshake takes a second more than usual.

    Client: waits; that is within any sensible limit.
    User: waits a second more.
    """
    handshake.delay = transport.DELAY


def answer_in_tls_1_1(wire: socket.socket) -> None:
    """Send a ServerHello (RFC 4346 7.4.1.3) for TLS_RSA_WITH_AES_128_CBC_SHA."""
    hello = b"\x03\x02" + secrets.token_bytes(32) + b"\x00" + b"\x00\x2f" + b"\x00"
    message = b"\x02" + len(hello).to_bytes(3) + hello
    _answer(wire, b"\x16\x03\x02" + len(message).to_bytes(2) + message)


def alert_handshake_failure(wire: socket.socket) -> None:
    """Send the fatal alert."""
    _answer(wire, bytes([0x15, 3, 3, 0, 2, _FATAL, _HANDSHAKE_FAILURE]))


def close_without_a_word(wire: socket.socket) -> None:
    """Read the ClientHello and send the end of the stream."""
    _answer(wire, b"")


def answer_in_plain_http(wire: socket.socket) -> None:
    """Answer the ClientHello as a server does that takes it for a request."""
    _answer(wire, b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def _answer(wire: socket.socket, reply: bytes) -> None:
    """Read the ClientHello, reply, and let the client close first, because unread input would make it a reset."""
    with contextlib.suppress(OSError):  # the client may be gone at any time
        wire.recv(64 * 1024)
        wire.sendall(reply)
        wire.shutdown(socket.SHUT_WR)
        wire.settimeout(1.0)
        while wire.recv(4096):
            pass
