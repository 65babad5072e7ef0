"""Content codings (RFC 9110 8.4) taken off a body, within a limit: a small body may unpack to a very large one."""

from __future__ import annotations

import zlib

ACCEPTED = "gzip, deflate"


class CodingError(Exception):
    """The body cannot be decoded; the message is a sentence for a person."""


def decode(body: bytes, content_encoding: str, limit: int) -> tuple[bytes, bool]:
    """The body without its content codings, and whether it was cut at `limit` bytes.

    Raises CodingError for a coding that was not asked for and for data that does not follow its coding.
    """
    codings = [coding for part in content_encoding.lower().split(",") if (coding := part.strip())]
    for coding in reversed(codings):
        if coding == "identity" or not body:
            continue
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise CodingError(
                f'the request accepted "{ACCEPTED}" but the server answered in the content coding {coding[:40]!r}: '
                "the server or a proxy before it must respect Accept-Encoding"
            )
        body, cut = _inflate(body, coding, limit)
        if cut:
            return body, True
    return body[:limit], len(body) > limit


def _inflate(body: bytes, coding: str, limit: int) -> tuple[bytes, bool]:
    # 32 + 15: gzip or zlib, recognised by the header. Some servers send "deflate" without the zlib header, and
    # every browser reads it.
    decoder = zlib.decompressobj(32 + zlib.MAX_WBITS)
    try:
        plain = decoder.decompress(body, limit + 1)
    except zlib.error as error:
        if coding != "deflate":
            raise _damaged(coding, str(error)) from error
        decoder = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            plain = decoder.decompress(body, limit + 1)
        except zlib.error as raw_error:
            raise _damaged(coding, str(raw_error)) from raw_error
    if len(plain) > limit:
        return plain[:limit], True
    if not decoder.eof:
        raise _damaged(coding, "the data ends too early")
    return plain, False


def _damaged(coding: str, problem: str) -> CodingError:
    return CodingError(
        f"the body is declared as {coding} but does not unpack ({problem}): "
        "the server or a proxy changed the body or the Content-Encoding header"
    )
