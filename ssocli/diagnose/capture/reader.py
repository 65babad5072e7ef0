"""Read a capture, whatever wrote it and however it is wrapped."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Raw, Struct

from ssocli.diagnose.capture import har, tracer
from ssocli.diagnose.capture.entries import MOST, Piece, recovered
from ssocli.diagnose.capture.hop import Capture, CaptureError, Hop
from ssocli.diagnose.capture.unpack import unpacked
from ssocli.diagnosis import Kind
from ssocli.text import printable

_NOTES = 5  # entries that cannot be read and are named one by one


class _Product(Struct):
    name: str = ""
    version: str = ""


class _Log(Struct):
    entries: list[Raw]
    creator: _Product | None = None
    browser: _Product | None = None


class _File(Struct):
    log: _Log | None = None
    requests: list[Raw] | None = None


_DECODER = msgspec.json.Decoder(_File, strict=False)


def read(data: bytes, place: str) -> Capture:
    """Read a HAR file or a SAML-tracer export. `place` names it in messages.

    What is cut off or damaged is read as far as it is whole, and a note says so. Raises CaptureError.
    """
    document = unpacked(data)
    notes: list[str] = []
    creator = ""
    try:
        file = _DECODER.decode(document)
        name = "entries" if file.log is not None else "requests"
        pieces: list[Piece] = [*(file.log.entries if file.log is not None else file.requests or [])]
        is_capture = file.log is not None or file.requests is not None
        product = file.log and (file.log.browser or file.log.creator)
        creator = f"{product.name} {product.version}".strip() if product else ""
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        name, pieces = recovered(document)
        is_capture = bool(name)
        notes.append(_damage(error, len(pieces)))
    if not is_capture:
        raise CaptureError(
            "Expected a HAR file (log.entries) or a SAML-tracer export (requests) and found other JSON: in the"
            ' browser\'s network panel, choose "Save all as HAR".'
        )
    if len(pieces) > MOST:
        notes.append(f"Only the first {MOST:,} of {len(pieces):,} entries are read.")
    hops, unreadable = _hops(pieces[:MOST], har.hop if name == "entries" else tracer.hop)
    notes += unreadable
    kind = Kind.HAR if name == "entries" else Kind.SAML_TRACER
    if not hops and notes:
        raise CaptureError(f"Nothing in the capture can be read: {notes[0]}")
    return Capture(kind, place, printable(creator, 80), tuple(hops), tuple(notes))


def _hops(pieces: list[Piece], hop: Callable[[Piece, str], Hop]) -> tuple[list[Hop], list[str]]:
    hops: list[Hop] = []
    problems: list[str] = []
    for number, piece in enumerate(pieces, 1):
        place = f"entry {number}"
        try:
            hops.append(hop(piece, place))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            problems.append(f"{place} cannot be read: {printable(str(error), 120)}.")
    if len(problems) > _NOTES:
        problems[_NOTES:] = [f"{len(problems) - _NOTES} further entries cannot be read."]
    return hops, problems


def _damage(error: Exception, whole: int) -> str:
    if "truncated" in str(error):
        return f"The file breaks off; the {whole} entries before that are read."
    if isinstance(error, RecursionError):
        return f"The file is nested too deeply; the {whole} entries that are whole are read."
    return f"The JSON is damaged ({printable(str(error), 120)}); the {whole} entries that are whole are read."
