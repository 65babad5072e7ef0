"""From Chromium's network events, as its driver logs them, to the entries of a HAR."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

LARGEST_BODY = 20_000


class Recorder:
    """Collects what the browser did. `take` is called while a page is there, because bodies go with it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        self.entries: list[dict[str, Any]] = []
        self._hops: dict[str, list[dict[str, Any]]] = {}
        # The headers as they went over the wire come in events of their own, before or after the others: in order.
        self._sent: dict[str, list[list[dict[str, str]]]] = {}
        self._got: dict[str, list[list[dict[str, str]]]] = {}

    def take(self) -> None:
        """Take in the events since the last time, and the bodies of what has just arrived."""
        for line in self.driver.get_log("performance"):
            event = json.loads(line["message"])["message"]
            handler = getattr(self, "_" + event["method"].replace("Network.", "").lower(), None)
            if handler is not None:
                handler(event["params"])

    def har(self) -> dict[str, Any]:
        """The whole file."""
        capabilities = self.driver.capabilities
        creator = {"name": "WebInspector", "version": "537.36"}
        browser = {"name": "Chromium", "version": capabilities["browserVersion"]}
        for identifier, hops in self._hops.items():
            for entry, headers in zip(hops, self._sent.get(identifier, ()), strict=False):
                entry["request"]["headers"] = headers
            for entry, headers in zip(hops, self._got.get(identifier, ()), strict=False):
                entry["response"]["headers"] = headers
        entries = [_plain(entry) for entry in self.entries if entry["request"]["url"].startswith("http")]
        return {"log": {"version": "1.2", "creator": creator, "browser": browser, "pages": [], "entries": entries}}

    def _requestwillbesent(self, event: dict[str, Any]) -> None:
        request, identifier = event["request"], event["requestId"]
        if "redirectResponse" in event:
            self._answered(identifier, event["redirectResponse"])
        entry = {
            "id": identifier,
            "_resourceType": event.get("type", "other").lower(),
            "startedDateTime": datetime.fromtimestamp(event["wallTime"], UTC).isoformat().replace("+00:00", "Z"),
            "at": event["timestamp"],
            "time": 0.0,
            "request": {
                "method": request["method"],
                "url": request["url"] + request.get("urlFragment", ""),
                "httpVersion": "http/1.1",
                "headers": _pairs(request["headers"]),
                "queryString": [],
                "cookies": [],
                "headersSize": -1,
                "bodySize": len(request.get("postData", "")),
            },
            "response": _nothing(),
            "cache": {},
            "timings": {"send": 0, "wait": 0, "receive": 0},
        }
        if "postData" in request:
            kind = next((v for k, v in request["headers"].items() if k.lower() == "content-type"), "")
            entry["request"]["postData"] = {"mimeType": kind, "text": request["postData"]}
        self._hops.setdefault(identifier, []).append(entry)
        self.entries.append(entry)

    def _requestwillbesentextrainfo(self, event: dict[str, Any]) -> None:
        self._sent.setdefault(event["requestId"], []).append(_pairs(event["headers"]))

    def _responsereceivedextrainfo(self, event: dict[str, Any]) -> None:
        self._got.setdefault(event["requestId"], []).append(_pairs(event["headers"]))

    def _responsereceived(self, event: dict[str, Any]) -> None:
        self._answered(event["requestId"], event["response"])

    def _loadingfinished(self, event: dict[str, Any]) -> None:
        entry = self._last(event["requestId"])
        if entry is None:
            return
        entry["time"] = (event["timestamp"] - entry["at"]) * 1000
        content = entry["response"]["content"]
        if not any(word in content["mimeType"] for word in ("html", "json")):
            return
        try:
            body = self.driver.execute_cdp_cmd("Network.getResponseBody", {"requestId": event["requestId"]})
        except Exception:  # noqa: BLE001 - the page is gone, and the body with it
            return
        text = base64.b64decode(body["body"]).decode() if body["base64Encoded"] else body["body"]
        if len(text) <= LARGEST_BODY:
            content["text"], content["size"] = text, len(text)

    def _loadingfailed(self, event: dict[str, Any]) -> None:
        entry = self._last(event["requestId"])
        if entry is not None and entry["response"]["status"] == 0:
            entry["response"]["_error"] = event["errorText"]

    def _last(self, identifier: str) -> dict[str, Any] | None:
        return next(reversed(self._hops.get(identifier, [])), None)

    def _answered(self, identifier: str, response: dict[str, Any]) -> None:
        entry = self._last(identifier)
        if entry is None:  # of a page before the recording
            return
        headers = _pairs(response["headers"])
        location = next((pair["value"] for pair in headers if pair["name"].lower() == "location"), "")
        entry["response"] |= {
            "status": response["status"],
            "statusText": response["statusText"],
            "headers": headers,
            "content": {"size": 0, "mimeType": response["mimeType"]},
            "redirectURL": location,
        }


def _pairs(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _nothing() -> dict[str, Any]:
    return {
        "status": 0,
        "statusText": "",
        "httpVersion": "http/1.1",
        "headers": [],
        "cookies": [],
        "content": {"size": 0, "mimeType": "x-unknown"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    }


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    entry["time"] = round(entry["time"], 3)
    return {name: value for name, value in entry.items() if name not in ("id", "at")}
