"""From the bytes of a file to the bytes of its JSON: compression, archives, byte order marks. Everything is bounded."""

from __future__ import annotations

import io
import zipfile
import zlib

from ssocli.diagnose.capture.hop import CaptureError

LIMIT = 256 * 1024 * 1024
_EXPECTED = "Expected a HAR file or a SAML-tracer export, which are JSON"


def unpacked(data: bytes) -> bytes | memoryview:
    """The JSON text in UTF-8, without a mark before it. Raises CaptureError for what is none."""
    if data.startswith(b"\x1f\x8b"):
        data = _gunzip(data)
    elif data.startswith(b"PK\x03\x04"):
        data = _unzip(data)
    if len(data) > LIMIT:
        raise _too_large()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16").encode()
        except UnicodeDecodeError:
            raise CaptureError(f"{_EXPECTED}; it begins as UTF-16 text and is none.") from None
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    head = data[start : start + 512].lstrip()
    if not head.startswith(b"{"):
        raise CaptureError(f"{_EXPECTED}; it is {_named(head)}.")
    return memoryview(data)[start:] if start else data


def _named(head: bytes) -> str:
    if not head:
        return "empty"
    if head.lower().startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if head.startswith(b"<"):
        return "XML"
    if head.startswith(b"["):
        return "a JSON array"
    if b"\0" in head:
        return "binary"
    return "some other text"


def _too_large() -> CaptureError:
    return CaptureError(
        f"Expected a capture of at most {LIMIT // 2**20} MB: record the login alone, in a fresh private window."
    )


def _gunzip(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        plain = unpacker.decompress(data, LIMIT + 1)
    except zlib.error as error:
        raise CaptureError(f"It is compressed with gzip, and damaged: {error}.") from None
    if len(plain) > LIMIT:
        raise _too_large()
    if not plain:
        raise CaptureError("It is compressed with gzip, and breaks off before anything can be read.")
    return plain  # what is missing at the end of a truncated file shows in the JSON


def _unzip(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [each for each in archive.infolist() if each.filename.lower().endswith((".har", ".json"))]
            if len(files) != 1:
                names = ", ".join(each.filename[:80] for each in files) or "none"
                raise CaptureError(f"Expected one .har or .json file in the archive, found {len(files)}: {names}.")
            if files[0].file_size > LIMIT:
                raise _too_large()
            with archive.open(files[0]) as file:
                return file.read(LIMIT + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise CaptureError(f"It is a zip archive that cannot be unpacked: {error}.") from None
