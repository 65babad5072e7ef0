"""Errors of identity providers and libraries: what a code or a sentence in a pasted message means, and who mends it.

`errors/*.toml` holds what the vendors document, one file a product, each with its source and the date on which it was
read. The errors of OAuth 2.0, OpenID Connect and SAML come from the tables of the rules that judge them, so that each
stands in one place only.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote_plus

from msgspec import Struct, structs, toml

from ssocli.checks.check import Owner
from ssocli.checks.oauth_errors import AUTHORIZATION_ERRORS, TOKEN_ERRORS, Explanation
from ssocli.steps import Step

# What is read of a pasted page; an error stands near its beginning.
_LIMIT = 200_000
SPECIFICATIONS = {"OAuth 2.0", "SAML 2.0"}
# When the documents were published that an error names as its source; other sources have the date of their file.
_PUBLISHED = {
    "OIDC Core": "2023-12",
    "OpenID Connect Core Unmet": "2022-11",
    "RFC 6749": "2012-10",
    "RFC 7009": "2013-08",
    "RFC 7591": "2015-07",
    "RFC 8628": "2019-08",
    "RFC 8707": "2020-02",
    "RFC 9449": "2023-09",
    "RFC 9470": "2023-09",
}
_READ = "2026-11"
# Status codes that are also plain words: only their URN is taken for one in the middle of a text.
_PLAIN_WORDS = {"success", "requester", "responder"}


class KnownError(Struct, frozen=True, forbid_unknown_fields=True):
    """An error as its product writes it.

    `code` is its number or, where it has none, its text; `says` further texts by which it is recognised. `causes` are
    ranked, likeliest first. `fix` is in the words of the product. `date` (year and month) is when the source was read,
    or published if it is a specification.
    """

    code: str
    meaning: str
    step: Step
    owner: Owner
    causes: tuple[str, ...]
    fix: str
    says: tuple[str, ...] = ()
    product: str = ""
    source: str = ""
    date: str = ""


class _Product(Struct, frozen=True, forbid_unknown_fields=True):
    """A data file. `number` is what its numbers begin with, `lookup` the vendor's page for one of them."""

    product: str
    source: str
    date: str
    error: tuple[KnownError, ...]
    number: str = ""
    lookup: str = ""


@cache
def known_errors() -> tuple[KnownError, ...]:
    """All of them: the vendors' in the order of their files, then those of the specifications."""
    vendors = tuple(
        structs.replace(
            error, product=file.product, source=error.source or file.source, date=_date(error.source, file.date)
        )
        for file in _products()
        for error in file.error
    )
    return (*vendors, *_oauth_errors(), *_saml_statuses())


def find(text: str) -> list[KnownError]:
    """What is known about a code, a message or a whole error page, most specific first.

    A code alone (in any letter case, a number of Entra ID also without its prefix) finds that error. In a text, every
    code and every known sentence counts, also in HTML and in a URL's query. Vendors' errors come before the general
    codes of a specification that stand beside them.
    """
    readable = _readable(text)
    alone = [error for error in known_errors() if readable == _plain(error.code)]
    if alone:
        return alone
    hits = []
    for order, error in enumerate(known_errors()):
        places = [place for mark in _marks(error) if (place := _place(mark, readable)) is not None]
        if places:
            hits.append((error.product in SPECIFICATIONS, min(places), order, error))
    return [error for *_, error in sorted(hits, key=lambda hit: hit[:3])]


def unlisted_numbers(text: str) -> list[str]:
    """For each number of a vendor that stands in the text but not in the lists: a sentence with where to look it up."""
    listed = {_plain(error.code) for error in known_errors()}
    readable = _readable(text)
    return [
        f"{number.upper()} is a number of {file.product} that is not in this list; "
        + (f"look it up at {file.lookup}{number[len(file.number) :]}" if file.lookup else f"see {file.source}")
        for file in _products()
        if file.number
        for number in dict.fromkeys(re.findall(rf"\b{file.number.lower()}\d{{3,8}}\b", readable))
        if number not in listed
    ]


@cache
def _products() -> tuple[_Product, ...]:
    files = sorted((Path(__file__).parent / "errors").glob("*.toml"))
    return tuple(toml.decode(file.read_bytes(), type=_Product) for file in files)


def _date(source: str, otherwise: str) -> str:
    return next((date for document, date in _PUBLISHED.items() if source.startswith(document)), otherwise)


def _oauth_errors() -> Iterator[KnownError]:
    tables: tuple[tuple[dict[str, Explanation], Step], ...] = (
        (AUTHORIZATION_ERRORS, Step.EXTERNAL_AUTHENTICATION),
        (TOKEN_ERRORS, Step.TOKEN_GENERATION),
    )
    for table, step in tables:
        for code, known in table.items():
            yield KnownError(
                code,
                _sentence(known.meaning),
                step,
                known.owner,
                (),
                known.fix,
                product="GitHub" if known.spec.startswith("GitHub") else "OAuth 2.0",
                source=known.spec,
                date=_date(known.spec, _READ),
            )


def _saml_statuses() -> Iterator[KnownError]:
    # With the package come all rules of responses: only a message needs them.
    from ssocli.checks.saml_response.status_codes import SECOND_LEVEL, STATUS, TOP_LEVEL

    for code, known in {**TOP_LEVEL, **SECOND_LEVEL}.items():
        yield KnownError(
            code,
            _sentence(known.meaning),
            Step.EXTERNAL_AUTHENTICATION,
            known.owner,
            (),
            known.fix,
            says=(STATUS + code, f"status:{code}"),
            product="SAML 2.0",
            source="SAML Core 3.2.2.2",
            date="2005-03",
        )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].rstrip(".") + "."


@cache
def _marks(error: KnownError) -> tuple[str, ...]:
    """The texts by which an error is recognised inside another text, plain."""
    code = _plain(error.code)
    return (*(() if code in _PLAIN_WORDS else (code,)), *(_plain(said) for said in error.says))


def _place(mark: str, readable: str) -> int | None:
    """Where the mark stands as a word (or words) of its own; None if it does not."""
    if mark not in readable:
        return None
    found = re.search(rf"(?<![\w-]){re.escape(mark)}(?![\w-])", readable)
    return found.start() if found else None


def _readable(text: str) -> str:
    """The text plain, without percent encoding and markup (the values of its attributes stand at the end).

    Entra ID's bare numbers are written in full.
    """
    text = text[:_LIMIT]
    if "<" in text:
        values = re.findall(r'="([^"<>]{1,500})"', text)
        text = " ".join((re.sub(r"<[^<>]{0,500}>", " ", text), *values))
    if re.search(r"%[0-9A-Fa-f]{2}|=[\w.-]+\+\w", text):
        text = unquote_plus(text, errors="replace")
    text = _plain(text)
    text = re.sub(r'(?:error\?code=|"error_codes"\s*:\s*\[\s*)(\d{5,8})', r" aadsts\1", text)
    return f"aadsts{text}" if re.fullmatch(r"\d{5,8}", text) else text


def _plain(text: str) -> str:
    """Lower case, with one kind of quotation mark, and single spaces."""
    text = html.unescape(text).replace("\\u0027", "'").replace("\u2019", "'").replace("\u2018", "'")
    return " ".join(text.lower().strip(" \t\r\n.,;:\"'").split())
