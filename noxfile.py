"""Everything that can be checked, as nox sessions: `nox -l` lists them, `nox` runs the quick ones."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nox

nox.options.sessions = ["tests", "lint", "types", "docs", "wheel"]
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False

ROOT = Path(__file__).parent
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHONS = [version for version in ("3.11", "3.12", "3.13") if version == HERE or shutil.which(f"python{version}")]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The unit suite, on every Python that is present."""
    session.install("-e", ".[test]")
    session.run("pytest", *session.posargs)


@nox.session(python=HERE)
def lint(session: nox.Session) -> None:
    """ruff: style, mistakes, security."""
    session.install("ruff>=0.14")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(python=HERE)
def types(session: nox.Session) -> None:
    """mypy, strict."""
    session.install("-e", ".[test]", "mypy>=1.18")
    session.run("mypy")


@nox.session(python=HERE)
def docs(session: nox.Session) -> None:
    """The commands of the README and the documentation run; generated pages are up to date; links resolve."""
    session.install("-e", ".[test]")
    session.run("pytest", "tests/docs", *session.posargs)


@nox.session(python=HERE)
def wheel(session: nox.Session) -> None:
    """The wheel, installed alone in an environment outside the checkout, logs in."""
    session.install("build")
    out = Path(session.create_tmp()).resolve()
    session.run("python", "-m", "build", "--outdir", str(out / "dist"), str(ROOT))
    [built] = (out / "dist").glob("*.whl")
    session.run("python", "-m", "venv", "--clear", str(out / "venv"))
    python = str(out / "venv" / "bin" / "python")
    session.run(python, "-m", "pip", "install", "--quiet", str(built), external=True)
    with session.chdir(out):
        session.run(str(out / "venv" / "bin" / "ssocli"), "login", "--state", ":memory:", external=True)
    built.unlink()


@nox.session(python=HERE)
def interop(session: nox.Session) -> None:
    """Real relying parties, a real provider and a real browser; installs them from Debian, npm and PyPI."""
    session.install("-e", ".[test]", "flask>=3", "selenium>=4.30", "pysaml2>=7.5", "django>=5", "schemathesis>=4")
    session.run("bash", str(ROOT / "tests" / "foreign" / "install"), external=True)
    session.run("pytest", "tests/foreign", "-n", "2", *session.posargs, env={"SSOCLI_INTEROP": "1"})


@nox.session(python=HERE)
def bench(session: nox.Session) -> None:
    """Speed side by side with peers in one run; a table on stdout and JSON in artifacts/."""
    session.install(".", "oidc-provider-mock")
    quiet = ("--silent", "--no-audit", "--no-fund", "--no-package-lock")
    session.run("npm", "install", *quiet, "--prefix", str(ROOT / "tests" / "bench"), external=True)
    session.run("python", str(ROOT / "tests" / "bench" / "run.py"), *session.posargs)
