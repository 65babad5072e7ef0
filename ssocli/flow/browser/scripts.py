"""Which form a page's script would submit by itself: read from the script's text, without running it.

Login pages call `submit()` in their click handlers as well, so a call counts only where it runs when the page loads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ssocli.flow.browser.forms import Form

_CALL = re.compile(r"\b(?:submit|requestSubmit)\s*(?:\(|\.call\()|\.click\(\s*\)")
_CALL_IN_TIMER = re.compile(r"setTimeout\(\s*['\"][^'\"]*\bsubmit\(")
# Blocks that run at once or when the page has loaded: handlers of load, plain statements, functions called on the spot.
_RUNS = re.compile(
    r"load\b|\bready\b|setTimeout|requestAnimationFrame|DOMContentLoaded|\b(?:if|else|try|finally|do)\b|^\W*$"
    r"|^\s*[(!+]+\s*(?:async\s+)?(?:function\b[^)]*\)|\([^)]*\)\s*=>)\s*$"
)
_FUNCTION = re.compile(r"\bfunction\s+(\w+)\s*\([^)]*\)\s*$")
_STARTED_BY_NAME = re.compile(r"(?:onload\s*=|load['\"]\s*,|DOMContentLoaded['\"]\s*,|setTimeout\()\s*(\w+)\b(?!\s*\()")
_PLAIN_CALL = re.compile(r"(?<![\w.])(?<!function )(\w+)\s*\(\s*\)")
_LITERALS = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL)
# A script that only submits a form is short; a long one is an application, and guessing at it is no use.
_LONGEST_SCRIPT = 20_000
_MOST_CALLS = 20


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
        indexed = _names_by_index(call, forms, candidates)
        if indexed is not None:
            return indexed
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
    if len(script) > _LONGEST_SCRIPT or not _CALL.search(script):
        return []
    if _CALL_IN_TIMER.search(script):
        return [script]
    # Without comments and without braces in strings; then without strings, where a call is only text.
    code = _LITERALS.sub(lambda found: _blank(found[0], r"." if found[0][0] == "/" else r"[{};]"), script)
    bare = _LITERALS.sub(lambda found: _blank(found[0], r"."), code)
    started = called | set(_STARTED_BY_NAME.findall(code))
    plain = list(_PLAIN_CALL.finditer(bare))[:_MOST_CALLS]
    started |= {call[1] for call in plain if _runs_at_load(code[: call.start()], set())}
    calls = list(_CALL.finditer(bare))[:_MOST_CALLS]
    return [script for call in calls if _runs_at_load(code[: call.start()], started)]


def _blank(text: str, pattern: str) -> str:
    return re.sub(pattern, " ", text, flags=re.DOTALL)


def _runs_at_load(before: str, started: set[str]) -> bool:
    """Whether every block that is open at the end of this code runs when the page loads."""
    headers: list[str] = []
    start = 0
    for found in re.finditer(r"[{};]", before):
        if found[0] == "{":
            headers.append(before[start : found.start()])
        elif found[0] == "}" and headers:
            headers.pop()
        start = found.end()
    return all(_header_runs(header, started) for header in headers)


def _header_runs(header: str, started: set[str]) -> bool:
    function = _FUNCTION.search(header)
    if function is not None and function[1] in started:
        return True
    return _RUNS.search(header) is not None
