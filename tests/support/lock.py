"""Write down the exact versions and hashes of everything that gets installed.

Run as `make lock`. One file for all supported versions of Python and all platforms; the files name
no package index, so that they serve behind a mirror as well.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPILE = (
    sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--upgrade",
    "--universal", "--python-version", "3.11", "--fork-strategy", "fewest",
    "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links",
    "--custom-compile-command", "make lock",
)  # fmt: skip
LOCKS = {
    "requirements.txt": ("pyproject.toml",),
    # The other two choose the same versions, for all are installed into one environment.
    "requirements-dev.txt": ("pyproject.toml", "--group", "dev", "-c", "requirements.txt"),
    "requirements-build.txt": ("--group", "build", "-c", "requirements-dev.txt"),
}

for name, options in LOCKS.items():
    subprocess.run([*COMPILE, *options, "--output-file", name], check=True, cwd=ROOT)
