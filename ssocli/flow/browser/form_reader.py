"""Forms out of a parsed HTML page: which control belongs to which form, what it holds and what its label says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ssocli.flow.browser.forms import MULTIPART, URLENCODED, Button, Field, Form, Option

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

# Browsers do not nest elements deeper than this either.
_DEPTH = 512
_TABLE_PARTS = ("table", "thead", "tbody", "tfoot", "tr")
_NOT_SUBMITTED = ("button", "reset", "submit", "image")


def read_forms(
    tree: LexborHTMLParser, link: Callable[[str], str | None], *, page: str, policy: str, charset: str
) -> tuple[Form, ...]:
    """All forms in the order of the page. `link` resolves a reference against the page's base, None if it cannot."""
    nodes = list(tree.css("form, input, select, textarea, button"))
    forms = [node for node in nodes if node.tag == "form"]
    controls_of = _controls(nodes, forms)
    labels = _labels(tree)
    found = []
    for form in forms:
        controls = controls_of.get(form.mem_id, [])
        fields = [_field(node, labels) for node in controls if _holds_value(node)]
        found.append(
            Form(
                action=link(attribute(form, "action")) or page,
                method=_method(attribute(form, "method")) or "GET",
                enctype=_enctype(attribute(form, "enctype")) or URLENCODED,
                fields=tuple(fields),
                buttons=tuple(_button(node, link) for node in controls if _submits(node)),
                id=attribute(form, "id"),
                name=attribute(form, "name"),
                page=page,
                policy=policy,
                charset=charset,
            )
        )
    return tuple(found)


def attribute(node: LexborNode, name: str) -> str:
    """An attribute's value; empty if it is absent or has none."""
    return node.attributes.get(name) or ""


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """The elements around a node, the nearest first."""
    parent = node.parent
    for _ in range(_DEPTH):
        if parent is None:
            return
        yield parent
        parent = parent.parent


def words(node: LexborNode) -> str:
    """The text of a node with single spaces."""
    return " ".join(node.text(separator=" ").split())


def _controls(nodes: list[LexborNode], forms: list[LexborNode]) -> dict[int, list[LexborNode]]:
    """The controls of each form (HTML 4.10.17.3) by the form's memory id; disabled controls belong to none."""
    by_id: dict[str, int] = {}
    for form in forms:
        by_id.setdefault(attribute(form, "id"), form.mem_id)
    misplaced: dict[int, int] = {}
    controls: dict[int, list[LexborNode]] = {}
    for node in nodes:
        around = list(ancestors(node))
        if node.tag == "form":
            # The parser leaves a form between the parts of a table empty; the controls after it are its own.
            if around and around[0].tag in _TABLE_PARTS:
                table = next((outer for outer in around if outer.tag == "table"), around[0])
                misplaced[table.mem_id] = node.mem_id
            continue
        if "disabled" in node.attributes or _in_disabled_fieldset(around):
            continue
        if "form" in node.attributes:
            owner = by_id.get(attribute(node, "form"))
        else:
            owner = next((outer.mem_id for outer in around if outer.tag == "form"), None)
            if owner is None:
                owner = next((misplaced[outer.mem_id] for outer in around if outer.mem_id in misplaced), None)
        if owner is not None:
            controls.setdefault(owner, []).append(node)
    return controls


def _in_disabled_fieldset(around: list[LexborNode]) -> bool:
    inside_legend = False
    for outer in around:
        if outer.tag == "fieldset" and "disabled" in outer.attributes and not inside_legend:
            return True
        inside_legend = outer.tag == "legend"
    return False


def _labels(tree: LexborHTMLParser) -> dict[str, str]:
    return {target: words(node) for node in tree.css("label[for]") if (target := attribute(node, "for"))}


def _kind(node: LexborNode) -> str:
    if node.tag != "input":
        return str(node.tag)
    return attribute(node, "type").strip().lower() or "text"


def _holds_value(node: LexborNode) -> bool:
    return node.tag != "button" and _kind(node) not in _NOT_SUBMITTED


def _submits(node: LexborNode) -> bool:
    if node.tag == "button":
        return attribute(node, "type").strip().lower() not in ("button", "reset")
    return _kind(node) in ("submit", "image")


def _field(node: LexborNode, labels: dict[str, str]) -> Field:
    kind = _kind(node)
    multiple = "multiple" in node.attributes
    value = attribute(node, "value")
    if kind in ("checkbox", "radio") and "value" not in node.attributes:
        value = "on"
    elif kind == "textarea":
        value = node.text(deep=True)
    elif kind == "file":
        value = ""
    return Field(
        name=attribute(node, "name"),
        type=kind,
        value=value,
        label=_label(node, labels),
        id=attribute(node, "id"),
        autocomplete=attribute(node, "autocomplete").strip().lower(),
        placeholder=attribute(node, "placeholder"),
        checked="checked" in node.attributes,
        multiple=multiple,
        options=_options(node, multiple) if kind == "select" else (),
    )


def _label(node: LexborNode, labels: dict[str, str]) -> str:
    named = labels.get(attribute(node, "id"))
    if named:
        return named
    around = next((outer for outer in ancestors(node) if outer.tag == "label"), None)
    if around is not None and (text := words(around)):
        return text
    return attribute(node, "aria-label") or attribute(node, "title")


def _options(node: LexborNode, multiple: bool) -> tuple[Option, ...]:
    nodes = [option for option in node.css("option") if "disabled" not in option.attributes]
    marked = [option.mem_id for option in nodes if "selected" in option.attributes]
    if not multiple:
        # One choice at most: the last one marked, or else the first.
        marked = marked[-1:] or [option.mem_id for option in nodes[:1]]
    found = []
    for option in nodes:
        text = words(option)
        value = attribute(option, "value") if "value" in option.attributes else text
        found.append(Option(value, text, option.mem_id in marked))
    return tuple(found)


def _button(node: LexborNode, link: Callable[[str], str | None]) -> Button:
    text = words(node) if node.tag == "button" else attribute(node, "value") or attribute(node, "alt")
    action = attribute(node, "formaction")
    return Button(
        name=attribute(node, "name"),
        value=attribute(node, "value"),
        text=text or attribute(node, "aria-label") or attribute(node, "title"),
        type="image" if _kind(node) == "image" else "submit",
        id=attribute(node, "id"),
        action=link(action) if action else None,
        method=_method(attribute(node, "formmethod")),
        enctype=_enctype(attribute(node, "formenctype")),
        in_noscript=any(outer.tag == "noscript" for outer in ancestors(node)),
    )


def _method(text: str) -> str | None:
    wanted = text.strip().upper()
    return wanted if wanted in ("GET", "POST") else None


def _enctype(text: str) -> str | None:
    wanted = text.strip().lower()
    return wanted if wanted in (URLENCODED, MULTIPART) else None
