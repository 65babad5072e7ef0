"""Which form a page's script would submit by itself: read from the script's text, without running it.

Login pages call `submit()` in their click handlers as well, so a call counts only where it runs when the page loads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ssocli.flow.browser.forms import Form

_CALL = re.compile(r"\b(?:submit|requestSubmit)\s*(?:\(|\.call\()|\.click\(\s*\)")
# Headers of blocks that run at once or when the page has loaded.
_AT_LOAD = re.compile(
    r"load\b|ready|setTimeout|requestAnimationFrame|DOMContentLoaded|\b(?:if|else|try|finally|do)\b|^\W*$"
)
_IMMEDIATE = re.compile(r"^\s*[(!+;]*\s*\(?\s*(?:async\s+)?(?:function\s*\w*\s*\(\s*\)|\(\s*\)\s*=>)\s*$")
_LITERALS = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL)


def auto_submitted(forms: Sequence[Form], onload: str, scripts: Sequence[str]) -> Form | None:
    """The form that submits itself when the page has loaded; None if a person has to act.

    `onload` is the attribute of the body. Only a form with nothing to fill in and at most one button counts.
    """
    candidates = [form for form in forms if _needs_nobody(form)]
    if not candidates:
        return None
    calls = [onload] if _CALL.search(onload) else []
    called = set(re.findall(r"(\w+)\s*\(", onload))
    calls += [context for script in scripts for context in _calls_at_load(script, called)]
    for call in calls:
        named = next((form for form in candidates if _names(call, form)), None)
        if named is not None:
            return named
        if _names_by_index(call, forms, candidates) is not None:
            return _names_by_index(call, forms, candidates)
        if len(candidates) == 1 and len(forms) == 1:
            return candidates[0]
    # A script from elsewhere: the only way on without scripts is a button that people with scripts do not see.
    return next((form for form in candidates if form.buttons and all(b.in_noscript for b in form.buttons)), None)


def _needs_nobody(form: Form) -> bool:
    seen = [button for button in form.buttons if not button.in_noscript]
    return bool(form.fields) and not form.visible_fields and len(seen) <= 1


def _names(call: str, form: Form) -> bool:
    names = [name for name in (form.id, form.name, *(button.id for button in form.buttons)) if name]
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", call) for name in names)


def _names_by_index(call: str, forms: Sequence[Form], candidates: Sequence[Form]) -> Form | None:
    found = re.search(r"(?:forms|getElementsByTagName\(\s*['\"]form['\"]\s*\))\s*\[\s*(\d{1,3})\s*\]", call)
    if found is None or int(found[1]) >= len(forms):
        return None
    form = forms[int(found[1])]
    return form if form in candidates else None


def _calls_at_load(script: str, called: set[str]) -> list[str]:
    """The script, once for each call of `submit()` that runs by itself; `called` are functions that the body calls."""
    if not _CALL.search(script):
        return []
    # A call inside a string is one for setTimeout("...") and the like; elsewhere strings only hide braces.
    if re.search(r"setTimeout\(\s*['\"][^'\"]*submit\(", script):
        return [script]
    code = _LITERALS.sub(lambda literal: " " * len(literal[0]) if literal[0][0] == "/" else _blank(literal[0]), script)
    return [script for call in _CALL.finditer(code) if _runs_at_load(code[: call.start()], called)]


def _blank(literal: str) -> str:
    return re.sub(r"[{};]", " ", literal)


def _runs_at_load(before: str, called: set[str]) -> bool:
    """Whether every block that is open at the end of this code runs when the page loads."""
    headers: list[str] = []
    start = 0
    for index, character in enumerate(before):
        if character == "{":
            headers.append(before[start:index])
            start = index + 1
        elif character == "}":
            if headers:
                headers.pop()
            start = index + 1
        elif character == ";":
            start = index + 1
    return all(_header_runs(header, before, called) for header in headers)


def _header_runs(header: str, before: str, called: set[str]) -> bool:
    function = re.search(r"function\s+(\w+)\s*\(", header)
    if function is not None and re.search(rf"(?<!function )\b{function[1]}\b", before.replace(header, "")):
        return True
    if function is not None and function[1] in called:
        return True
    return _AT_LOAD.search(header) is not None or _IMMEDIATE.match(header) is not None
