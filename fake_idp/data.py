"""Where the bundled fixtures are."""

from __future__ import annotations

from pathlib import Path


def fixtures() -> Path:
    """The folder of people, clients, issuers, shapes and keys: the package's own, or the checkout's."""
    package = Path(__file__).parent
    installed = package / "_fixtures"
    return installed if installed.is_dir() else package.parent / "fixtures" / "idp"
