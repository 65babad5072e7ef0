"""Speed side by side with peers, in one run: start-up, cold start of the provider, logins per second, memory.

Machines are noisy, so all is interleaved, and a median is printed beside its ratio to a yardstick of the same run.
Not a test: it asserts nothing. `--quick` makes fewer rounds; the figures go to stdout and to artifacts/bench.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from cold_start import cold_start
from control import control_ms
from forging import forging
from har import har
from logins import logins
from saml import saml_logins, verification_ms
from simulate import simulation
from start_up import start_up

ARTIFACTS = Path(__file__).parents[2] / "artifacts"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    quick = parser.parse_args().quick
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users run compiled modules; so does the first, uncounted round
    rounds = 5 if quick else 21
    result: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine()}
    print(f"Python {result['python']}, {result['machine']}; medians of {rounds} interleaved rounds\n")

    result["start_up"] = start_up(rounds)
    table("Start-up of the whole process", result["start_up"], "bare python", "ms")

    result["cold_start"] = cold_start(rounds)
    table("Provider: start to its first discovery response", result["cold_start"], "http.server", "ms")

    result["logins"] = logins(seconds=2.0 if quick else 6.0, total=2_000 if quick else 10_000)
    print("Logins per second (authorization request + token request, RS256 ID token; higher is better)")
    print(f"  {'':<24}{'1 worker':>12}{'8 workers':>12}{'MB before':>12}{'MB after':>12}")
    for name, row in result["logins"].items():
        figures = f"{row['1']:>12.0f}{row['8']:>12.0f}{row['rss_before']:>12.1f}{row['rss_after']:>12.1f}"
        print(f"  {name:<24}{figures}   ({row['logins']} logins in between)")
    best = {
        workers: max(row[workers] for name, row in result["logins"].items() if name != "fake_idp") for workers in "18"
    }
    ours = result["logins"]["fake_idp"]
    print(f"  fake_idp / best peer: {ours['1'] / best['1']:.2f} with 1 worker, {ours['8'] / best['8']:.2f} with 8\n")

    result["saml_logins"] = saml_logins(seconds=2.0 if quick else 6.0)
    print("SAML logins per second (one AuthnRequest, one signed assertion; higher is better)")
    for name, row in result["saml_logins"].items():
        print(f"  {name:<24}{row['1']:>12.0f}{row['8']:>12.0f}{row['rss']:>12.1f} MB")
    ours, theirs = result["saml_logins"]["fake_idp"], result["saml_logins"]["samlp (npm)"]
    print(f"  fake_idp / samlp: {ours['1'] / theirs['1']:.2f} with 1 worker, {ours['8'] / theirs['8']:.2f} with 8\n")

    result["saml_verification_ms"] = verification_ms(50 if quick else 300)
    print(f"Reading, verifying and judging one signed SAML response: {result['saml_verification_ms']:.2f} ms\n")

    result["forging"] = row = forging(2 if quick else 7)
    print(
        f"Forged SAML responses: {row['forged_ms'] / row['good_ms']:.2f} times a good login of {row['good_ms']:.2f} ms"
    )
    print(f"  (median of {row['faults']} faults; slowest {row['slowest']}, {row['slowest_ms']:.2f} ms)\n")

    result["simulation"] = row = simulation()
    print(f"Simulation: {row['ms_per_fault']:.1f} ms per fault ({row['faults']:.0f} faults), and")
    print(f"  {row['waiting_seconds']:.1f} s for the {row['waiting_faults']:.0f} that wait by nature\n")

    result["control_ms"] = control_ms(50 if quick else 300)
    print("Ordering a failure")
    for name, milliseconds in result["control_ms"].items():
        print(f"  {name:<44}{milliseconds:>8.2f} ms")
    print()

    result["har"] = har()
    print("A capture read, its login found and rebuilt, in a process of its own")
    for name, row in result["har"].items():
        print(f"  {name:<24}{row['seconds']:>9.2f} s{row['memory_ratio']:>9.2f} x its size in memory")
    print()

    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "bench.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def table(title: str, rows: dict[str, float], yardstick: str, unit: str) -> None:
    print(title)
    for name, value in rows.items():
        print(f"  {name:<40}{value:>9.1f} {unit}{value / rows[yardstick]:>8.2f} x {yardstick}")
    print()


if __name__ == "__main__":
    main()
