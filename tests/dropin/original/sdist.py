"""Fetch source distributions from the package index by name."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path


def fetch(requirement: str, folder: Path) -> Path:
    """Return the folder inside *folder* into which the sdist of *requirement* was unpacked."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*command, "-d", str(folder), requirement], check=True)
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        if sys.version_info >= (3, 12):
            tar.extractall(folder, filter="data")
        else:
            tar.extractall(folder)
    return folder / archive.name.removesuffix(".tar.gz")
