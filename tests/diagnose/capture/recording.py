"""HAR files in a test: from the browser's side of our own logins, as Chrome would write them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ssocli.exchange import Exchange, Sender
from ssocli.trace import Trace

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def entry(exchange: Exchange, started: float | None = None) -> dict[str, Any]:
    """One entry of a HAR."""
    moment = START if started is None else datetime.fromtimestamp(started, UTC)
    response = exchange.response
    posted = exchange.request.body.decode()
    headers = [{"name": name, "value": value} for name, value in exchange.request.headers]
    kind = next((pair["value"] for pair in headers if pair["name"].lower() == "content-type"), "")
    return {
        "startedDateTime": moment.isoformat().replace("+00:00", "Z"),
        "time": 12.5,
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "httpVersion": "http/1.1",
            "headers": headers,
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": len(posted),
            **({"postData": {"mimeType": kind, "text": posted}} if posted else {}),
        },
        "response": {
            "status": response.status if response else 0,
            "statusText": "",
            "headers": [{"name": name, "value": value} for name, value in response.headers] if response else [],
            "cookies": [],
            "content": {
                "size": len(response.body) if response else 0,
                "mimeType": response.media_type if response else "",
                "text": response.body.decode("utf-8", "replace") if response else "",
            },
            "redirectURL": (response.header("Location") or "") if response else "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 12, "receive": 0.5},
    }


def har(entries: Iterable[dict[str, Any]]) -> bytes:
    """A whole file."""
    creator = {"name": "WebInspector", "version": "537.36"}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "pages": [], "entries": [*entries]}}).encode()


def entries_of(trace: Trace) -> list[dict[str, Any]]:
    """What the browser sent and got in a login of our own."""
    return [
        entry(exchange, step.started)
        for step in trace.steps
        for exchange in step.exchanges
        if exchange.sender is Sender.BROWSER
    ]
