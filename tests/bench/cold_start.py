"""From the start of a provider's process to its first discovery response."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from peers import PEERS, free_port, wait_for


def cold_start(rounds: int) -> dict[str, float]:
    """Median time in milliseconds, measured in turn; the yardstick is a bare http.server's first response."""
    times: dict[str, list[float]] = {"http.server": []} | {peer.name: [] for peer in PEERS}
    for counted in range(-1, rounds):
        port = free_port()
        command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _measure(times["http.server"], process, port, "/", started, counted)
        for peer in PEERS:
            port = free_port()
            started = time.perf_counter()
            _measure(times[peer.name], peer.spawn(port), port, peer.discovery, started, counted)
    return {name: statistics.median(values) for name, values in times.items()}


def _measure(
    times: list[float], process: subprocess.Popen[bytes], port: int, path: str, started: float, counted: int
) -> None:
    try:
        wait_for(port, path, process)
        if counted >= 0:
            times.append((time.perf_counter() - started) * 1000)
    finally:
        process.terminate()
        process.wait(timeout=10)
