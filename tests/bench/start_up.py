"""How long a command takes, as a whole process."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path


def start_up(rounds: int) -> dict[str, float]:
    """Median wall time in milliseconds of each command, measured in turn."""
    ssocli = str(Path(sys.executable).with_name("ssocli"))
    if not Path(ssocli).exists():
        ssocli = shutil.which("ssocli") or "ssocli"
    commands = {
        "bare python": [sys.executable, "-c", "pass"],
        "ssocli --version": [ssocli, "--version"],
        "ssocli --help": [ssocli, "--help"],
        "ssocli login": [ssocli, "login", "--state", ":memory:"],
        "ssocli login --provider acme-saml": [ssocli, "login", "--state", ":memory:", "--provider", "acme-saml"],
        "ssocli login --provider github": [ssocli, "login", "--state", ":memory:", "--provider", "github"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for counted in range(-1, rounds):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            if counted >= 0:
                times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}
