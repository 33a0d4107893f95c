"""Write the next revision from the difference between the tables and the migrations.

Run as `make revision m="What changes"`. The result is a draft: read it, and mark it `Deploy: post`
if it takes away something that the released code still uses.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine
from sqlmodel import SQLModel

# Set before the tables are defined: only what has a name can be dropped again on SQLite.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

from app.store.migrate import alembic_config, upgrade  # noqa: E402 - it defines the tables

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


def write_revision(message: str) -> Path:
    number = f"{len(list(VERSIONS.glob('[0-9]*.py'))) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'before.db'}"
        upgrade(url)
        engine = create_engine(url)
        with engine.connect() as connection:
            command.revision(alembic_config(connection), message, autogenerate=True, rev_id=number)
        engine.dispose()
    (written,) = VERSIONS.glob(f"{number}_*.py")
    return written


def tidy(revision: Path) -> None:
    lines = revision.read_text().splitlines(keepends=True)
    revision.write_text("".join(line for line in lines if "# ###" not in line))
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", revision], check=True)


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit('Say what changes: make revision m="…"')
    tidy(write_revision(" ".join(sys.argv[1:])))
