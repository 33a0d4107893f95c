"""Should routes be asynchronous? The same look-up of one row, three ways (decision 0001).

`python -m benchmarks.async_or_sync [--json OUT]`
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx
from fastapi import FastAPI
from fastapi.responses import Response
from sqlalchemy import create_engine
from sqlmodel import Field, Session, SQLModel, select

from app.store.engine import Database
from benchmarks.measure import cpu_us

REQUESTS = 2_000
AT_ONCE = 16
ROWS = 1_000


class Row(SQLModel, table=True):
    """What is looked up."""

    __tablename__ = "benchmark_rows"
    id: int = Field(primary_key=True)
    body: str


def bare() -> FastAPI:
    """Build an application that answers at once: the limit."""
    app = FastAPI()

    @app.get("/rows/{row_id}")
    async def read(row_id: int) -> Response:
        return Response(b"x" * (row_id % 2 + 1000))

    return app


def synchronous(path: Path) -> FastAPI:
    """Build an application with `def` routes, each in a thread with its own session."""
    app = FastAPI()
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})

    @app.get("/rows/{row_id}")
    def read(row_id: int) -> Response:
        with Session(engine) as session:
            return Response(session.exec(select(Row).where(Row.id == row_id)).one().body)

    return app


def asynchronous(path: Path) -> FastAPI:
    """Build an application with `async def` routes over the asynchronous driver."""
    app = FastAPI()
    database = Database(f"sqlite:///{path}")

    @app.get("/rows/{row_id}")
    async def read(row_id: int) -> Response:
        async with database.reading() as session:
            return Response((await session.exec(select(Row).where(Row.id == row_id))).one().body)

    return app


async def measure(app: FastAPI) -> float:
    """Return CPU microseconds per request of one application."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
        return await cpu_us(client, lambda c: c.get("/rows/7"), REQUESTS, AT_ONCE)


def main() -> None:
    """Measure the three and print them as a table of ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.db"
        engine = create_engine(f"sqlite:///{path}")
        Row.__table__.create(engine)
        with Session(engine) as session:
            session.add_all(Row(id=number, body="x" * 1000) for number in range(ROWS))
            session.commit()
        cases: dict[str, Callable[[], FastAPI]] = {
            "bare": bare,
            "sync": lambda: synchronous(path),
            "async": lambda: asynchronous(path),
        }
        figures = {name: asyncio.run(measure(make())) for name, make in cases.items()}
    for name, value in figures.items():
        print(f"{name:6} {value:8.0f} µs CPU/request  {value / figures['bare']:5.2f} × bare")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
