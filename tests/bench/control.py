"""What ordering a failure costs a test: a namespace for itself, an armed fault, by call and over the control API."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from collections.abc import Callable

from fake_idp import FakeIdP

WARM_UP = 10


def control_ms(rounds: int) -> dict[str, float]:
    """Medians in milliseconds."""
    with FakeIdP() as idp:
        connection = http.client.HTTPConnection("127.0.0.1", idp.port)

        def ask(method: str, url: str, body: object = None) -> None:
            headers = {"Content-Type": "application/json"}
            connection.request(method, url.removeprefix(idp.url), None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"{method} {url}: {answer.status}")

        def use_namespace(number: int) -> None:
            ask("GET", idp.metadata_url(namespace=f"bench-{number}"))

        def order_namespace(number: int) -> None:
            ask("POST", idp.control_url() + "/namespaces", {"name": f"ordered-{number}"})
            ask("DELETE", idp.control_url() + f"/namespaces/ordered-{number}")

        def arm(_number: int) -> None:
            idp.faults().disarm(idp.arm("id_token.expired", user="alice", times=1))

        def order_fault(_number: int) -> None:
            body = {"fault": "id_token.expired", "match": {"user": "alice"}, "schedule": {"times": 1}}
            ask("POST", idp.control_url() + "/faults", body)

        def clear_faults(_number: int) -> None:
            ask("DELETE", idp.control_url() + "/faults")

        try:
            return {
                "a namespace, by its first request": _median_ms(use_namespace, rounds),
                "a namespace, ordered and dropped over HTTP": _median_ms(order_namespace, rounds),
                "arming and disarming by call": _median_ms(arm, rounds),
                "arming over HTTP": _median_ms(order_fault, rounds),
                "clearing over HTTP": _median_ms(clear_faults, rounds),
            }
        finally:
            connection.close()


def _median_ms(action: Callable[[int], None], rounds: int) -> float:
    times = []
    for number in range(rounds + WARM_UP):
        begun = time.perf_counter()
        action(number)
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times[WARM_UP:])
