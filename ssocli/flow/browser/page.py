"""What the browser shows: title, text, forms, links, alerts, and what the page does by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssocli.exchange import Response
from ssocli.flow.browser.form_reader import ancestors, attribute, read_forms, words
from ssocli.flow.browser.forms import Form
from ssocli.flow.browser.referrer import DEFAULT_POLICY, policy_of
from ssocli.flow.browser.scripts import auto_submitted
from ssocli.flow.browser.urls import resolve

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from ssocli.flow.browser.navigation import Navigation

_HTML = ("text/html", "application/xhtml+xml")
_ALERTS = (
    "[role=alert], [aria-live=assertive], .alert, .alert-danger, .alert-error, .alert-warning, .error, .errors, "
    ".errorlist, .error-message, .message-error, .invalid-feedback, .form-error, .flash, .notification-error"
)
_REFRESH = re.compile(r"\s*(\d+)[\d.]*\s*(?:[;,\s]\s*(?:url\s*=\s*)?(.*))?$", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# Elements that end by themselves: however many follow each other, they are not nested.
_SELF_ENDING = re.compile(
    "p|li|dt|dd|tr|td|th|tbody|thead|tfoot|colgroup|option|optgroup|"
    "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
)
_DEEPEST = 4000
_LONGEST = 2_000_000
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the page at `page`; `url` is absolute, `policy` the referrer policy that applies to it."""

    url: str
    text: str
    id: str = ""
    rel: str = ""
    page: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Refresh:
    """Where the page goes by itself, after so many seconds."""

    delay: int
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """What the browser shows after a navigation. `url` keeps the fragment; `source` is the decoded body.

    `auto_form` is the form that the page submits by itself. `pending` is the request before which the browser was
    told to stop: `Browser.resume` sends it.
    """

    url: str
    status: int
    media_type: str = ""
    source: str = ""
    title: str = ""
    text: str = ""
    forms: tuple[Form, ...] = ()
    links: tuple[Link, ...] = ()
    alerts: tuple[str, ...] = ()
    refresh: Refresh | None = None
    auto_form: Form | None = None
    is_download: bool = False
    policy: str = DEFAULT_POLICY
    pending: Navigation | None = None

    def link(self, wanted: str) -> Link:
        """The first link whose text is `wanted` (whatever the case), else one that contains it.

        Raises ValueError if there is none.
        """
        key = wanted.strip().casefold()
        for link in self.links:
            if link.text.casefold() == key:
                return link
        for link in self.links:
            if key in link.text.casefold():
                return link
        raise ValueError(f"the page has no link {wanted!r}; it has {[link.text for link in self.links][:20]}")


def read_page(url: str, response: Response) -> Page:
    """Read a response as a browser shows it. Never raises, whatever the body is."""
    download = (response.header("Content-Disposition") or "").strip().lower().startswith("attachment")
    media_type = response.media_type
    header = response.header("Refresh")
    policy = policy_of(response.header("Referrer-Policy") or "")
    if not download and (media_type in _HTML or (not media_type and response.body.lstrip()[:1] == b"<")):
        return _read_html(url, response, media_type, header, policy)
    source = _decode(response, None)[0] if not media_type or _is_text(media_type) else ""
    return Page(
        url=url,
        status=response.status,
        media_type=media_type,
        source=source,
        text=source,
        refresh=parse_refresh(url, header) if header and not download else None,
        is_download=download,
        policy=policy,
    )


def parse_refresh(base: str, content: str) -> Refresh | None:
    """The value of a Refresh header or of `<meta http-equiv=refresh>` (HTML 4.2.5.3); None if it means nothing."""
    found = _REFRESH.match(content[:4096])
    if found is None:
        return None
    target = (found[2] or "").strip()
    if target[:1] in ("'", '"'):
        target = target[1:].partition(target[0])[0]
    try:
        return Refresh(int(found[1][:9]), resolve(base, target))
    except ValueError:
        return None


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type.endswith(("json", "xml", "javascript", "x-www-form-urlencoded"))


def _decode(response: Response, meta: re.Match[bytes] | None) -> tuple[str, str]:
    """The body as text and the name of its encoding: byte order mark, header, meta element, else UTF-8."""
    body = response.body
    declared = re.search(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", response.header("Content-Type") or "", re.IGNORECASE)
    if body.startswith(b"\xef\xbb\xbf"):
        return body[3:].decode("utf-8", "replace"), "utf-8"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace"), "utf-8"
    name = declared[1] if declared else meta[1].decode("ascii", "replace") if meta else "utf-8"
    if name.lower() in ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"):
        name = "windows-1252"  # As the Encoding Standard has it.
    try:
        return body.decode(name, "replace"), name
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace"), "utf-8"


def _read_html(url: str, response: Response, media_type: str, header: str | None, policy: str) -> Page:
    # Imported here: a login whose pages are all redirects never needs a parser.
    from selectolax.lexbor import LexborHTMLParser

    source, charset = _decode(response, _META_CHARSET.search(response.body[:1024]))
    if not source.strip():
        return Page(url=url, status=response.status, media_type=media_type, source=source)
    tree = LexborHTMLParser(source[: _readable(source)])
    base = _base(tree, url)
    meta = tree.css_first("meta[name=referrer i]")
    policy = policy_of(attribute(meta, "content"), policy) if meta is not None else policy

    def link(reference: str) -> str | None:
        try:
            return resolve(base, reference) if reference.strip() else None
        except ValueError:
            return None

    forms = read_forms(tree, link, page=url, policy=policy, charset=charset)
    body = tree.body
    scripts = [node.text(deep=True) for node in tree.css("script") if "src" not in node.attributes]
    title = tree.css_first("title")
    return Page(
        url=url,
        status=response.status,
        media_type=media_type,
        source=source,
        title=words(title) if title is not None else "",
        forms=forms,
        policy=policy,
        links=_links(tree, link, url, policy),
        alerts=_alerts(tree),
        refresh=parse_refresh(url, header) if header else _meta_refresh(tree, base),
        auto_form=auto_submitted(forms, attribute(body, "onload") if body is not None else "", scripts),
        text=_text(tree),  # Last: it takes the scripts out of the tree.
    )


def _readable(source: str) -> int:
    """How much of the source is parsed: parsing time grows with the square of the depth, and a page may be hostile."""
    if len(source) <= 3 * _DEEPEST:
        return len(source)
    open_tags: dict[str, int] = {}
    depth = 0
    for tag in _TAG.finditer(source, 0, _LONGEST):
        name = tag[2].lower()
        if _SELF_ENDING.fullmatch(name):
            continue
        if not tag[1]:
            open_tags[name] = open_tags.get(name, 0) + 1
            depth += 1
        elif open_tags.get(name, 0):
            open_tags[name] -= 1
            depth -= 1
        if depth > _DEEPEST:
            return tag.start()
    return _LONGEST


def _base(tree: LexborHTMLParser, url: str) -> str:
    node = tree.css_first("base[href]")
    try:
        return resolve(url, attribute(node, "href")) if node is not None else url
    except ValueError:
        return url


def _links(tree: LexborHTMLParser, link: Callable[[str], str | None], url: str, policy: str) -> tuple[Link, ...]:
    found = []
    for node in tree.css("a[href], area[href]"):
        rel = attribute(node, "rel").lower()
        own = "no-referrer" if "noreferrer" in rel.split() else policy_of(attribute(node, "referrerpolicy"), policy)
        # An empty reference is a link to the page itself.
        target = link(attribute(node, "href")) or url
        text = words(node) or attribute(node, "aria-label") or attribute(node, "title") or attribute(node, "alt")
        if not text and (image := node.css_first("img[alt]")) is not None:
            text = attribute(image, "alt")
        found.append(Link(target, text, attribute(node, "id"), rel, url, own))
    return tuple(found)


def _meta_refresh(tree: LexborHTMLParser, base: str) -> Refresh | None:
    for node in tree.css("meta[http-equiv=refresh i]"):
        # Inside <noscript> it is for browsers without scripts, and this one acts like one with scripts.
        if not any(outer.tag == "noscript" for outer in ancestors(node)):
            return parse_refresh(base, attribute(node, "content"))
    return None


def _alerts(tree: LexborHTMLParser) -> tuple[str, ...]:
    found: dict[str, None] = {}
    taken: set[int] = set()
    for node in tree.css(_ALERTS):
        around = {outer.mem_id for outer in ancestors(node)}
        if around & taken or _is_hidden(node) or node.tag in ("input", "body", "html", "form"):
            continue
        taken.add(node.mem_id)
        if text := words(node):
            found.setdefault(text)
    return tuple(found)


def _is_hidden(node: LexborNode) -> bool:
    style = attribute(node, "style").replace(" ", "").lower()
    return "hidden" in node.attributes or "display:none" in style


def _text(tree: LexborHTMLParser) -> str:
    tree.strip_tags(["script", "style", "template", "noscript"])
    return words(tree.body) if tree.body is not None else ""
