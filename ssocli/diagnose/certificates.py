"""Certificates as inputs: what was pasted, in a line."""

from __future__ import annotations

import base64
import textwrap

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import read_certificate, read_certificates
from ssocli.clock import iso


def certificate_text(der: bytes) -> str | None:
    """These octets in PEM if they are a certificate; None if they are none."""
    if not der.startswith(b"\x30") or isinstance(read_certificate(der), Undecodable):
        return None
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode("ascii"), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def summary_of_certificates(text: str) -> str:
    """What was pasted, in a line."""
    found = read_certificates(text)
    if isinstance(found, Undecodable):
        return f"it {found.reason}"
    first = f"{found[0]}, until {iso(found[0].not_after)}"
    return first if len(found) == 1 else f"{len(found)} certificates, the first {first}"
