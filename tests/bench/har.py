"""How long a large capture takes, and how much memory: a login among megabytes of other people's pages and scripts."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RECORDING = Path(__file__).parents[2] / "fixtures" / "customers" / "har-healthy-saml" / "login.har"
MEGABYTE = 2**20


def har() -> dict[str, dict[str, float]]:
    """Seconds, and the growth of memory in sizes of the file, for each kind of file."""
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for megabytes, end in ((20, 1.0), (200, 1.0), (20, 0.9)):
            file = Path(folder) / "login.har"
            whole = large(megabytes)
            file.write_bytes(whole[: int(len(whole) * end)])
            command = [sys.executable, __file__, str(file)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[f"{megabytes} MB{', cut off' if end < 1 else ''}"] = json.loads(done.stdout)
        return found


def large(megabytes: int) -> bytes:
    """A recorded login with as much noise before it as makes that size."""
    document = json.loads(RECORDING.read_bytes())
    entries: list[Any] = []
    size = 0
    while size < megabytes * MEGABYTE:
        kind, text = [
            ("text/html", '<p class=\\"a\\">ü</p>' * 900),
            ("application/javascript", "var a={b:[1]};" * 9000),
        ][len(entries) % 2]
        entries.append(
            {
                "startedDateTime": "2026-01-05T09:00:00.000Z",
                "time": 1,
                "request": {"method": "GET", "url": f"https://app.example/{len(entries)}", "headers": []},
                "response": {"status": 200, "headers": [], "content": {"mimeType": kind, "text": text}},
            }
        )
        size += len(text)
    document["log"]["entries"] = entries + document["log"]["entries"]
    return json.dumps(document).encode()


def measure(file: Path) -> dict[str, float]:
    from ssocli.diagnose.capture import find_logins, read, rebuild

    warm = read(RECORDING.read_bytes(), "x")
    [rebuild(login) for login in find_logins(warm)]
    before = most_memory()
    started = time.perf_counter()
    data = file.read_bytes()
    [rebuild(login) for login in find_logins(read(data, file.name))]
    elapsed = time.perf_counter() - started
    return {"seconds": elapsed, "memory_ratio": (most_memory() - before) / len(data)}


def most_memory() -> int:
    """The most bytes that this process had so far; `ru_maxrss` would count what its parent had when it forked."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
