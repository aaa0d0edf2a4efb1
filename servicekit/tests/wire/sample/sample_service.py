"""A whole service in one file, as a process of its own: what the wire side is tried on."""

from servicekit import green

green.patch()

import os  # noqa: E402
import sys  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import eventlet  # noqa: E402
import sample_contract as contract  # noqa: E402

from servicekit.clock import SystemClock  # noqa: E402
from servicekit.context import Context, ContextVerifier  # noqa: E402
from servicekit.db import EVERYONE, Database  # noqa: E402
from servicekit.errors import KINDS  # noqa: E402
from servicekit.ids import new_id  # noqa: E402
from servicekit.rpc import Fact, House, answers, hears  # noqa: E402
from servicekit.serve import serve  # noqa: E402
from servicekit.settings import read, setting  # noqa: E402

contract.register()

QUICK = (0.1, 0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database_url: str = setting("DATABASE_URL")
    amqp_url: str = setting("AMQP_URL")
    public_key: str = setting("GUICHET_CONTEXT_PUBLIC_KEY")
    ops_host: str = setting("GUICHET_OPS_HOST")
    ops_port: int = setting("GUICHET_OPS_PORT")
    workers: int = setting("GUICHET_WORKERS")
    db_pool: int = setting("GUICHET_DB_POOL")
    log_level: str = setting("GUICHET_LOG_LEVEL")
    log_format: str = setting("GUICHET_LOG_FORMAT")


@dataclass(frozen=True)
class Parts:
    db: Database
    clock: SystemClock
    verifier: ContextVerifier
    due_handlers: dict[str, Any] = field(default_factory=dict)


class SampleService:
    name = "sample"
    house = House()

    @answers(contract.echo)
    def echo(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    @answers(contract.fail)
    def fail(self, context: Context, payload: dict[str, Any]) -> None:
        raise KINDS[payload["kind"]](payload["code"], payload["details"])

    @answers(contract.crash)
    def crash(self, context: Context, payload: dict[str, Any]) -> None:
        raise RuntimeError(f"the inner secret is {payload['word']}")

    @answers(contract.misfit)
    def misfit(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return {"tenant": "OCB0000001", "text": "an answer without its id"}

    @answers(contract.wait)
    def wait(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        eventlet.sleep(payload["milliseconds"] / 1000)
        return {"word": "waited"}

    @answers(contract.ask_database)
    def ask_database(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        with self.house.db.read(tenant=EVERYONE, context=context) as tx:
            tx.value("SELECT pg_sleep(%(seconds)s)", {"seconds": payload["milliseconds"] / 1000})
        return {"word": "asked"}

    @answers(contract.add_note)
    def add_note(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        note = {"note_id": new_id(), **payload}
        with self.house.db.write(context, tenant=payload["tenant"]) as tx:
            tx.run(
                "INSERT INTO notes (note_id, tenant, text)"
                " VALUES (%(note_id)s, %(tenant)s, %(text)s)",
                note,
            )
            tx.emit(contract.NoteAdded, at=self.house.clock.now(), parts=[], **note)
            return tx.answer(note)

    @answers(contract.read_note)
    def read_note(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return {"note_id": new_id(), **payload}

    @answers(contract.lock_up)
    def lock_up(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return {"note_id": new_id(), **payload}

    @answers(contract.try_once)
    def try_once(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        with self.house.db.write(context, tenant=EVERYONE) as tx:
            tx.run("INSERT INTO tries (what) VALUES ('one')", {})
        eventlet.sleep(payload["milliseconds"] / 1000)
        return {"word": "tried"}

    @hears(contract.NoteAdded, delays=QUICK)
    def on_note_added(self, fact: Fact) -> None:
        text = fact.data["text"]
        if text.startswith("never"):
            raise RuntimeError("never")
        with self.house.db.write(fact.context, tenant=EVERYONE) as tx:
            if not tx.once(fact.id):
                return
            tx.run(
                "INSERT INTO hearings (event_id, text, call_id)"
                " VALUES (%(event_id)s, %(text)s, %(call_id)s)",
                {"event_id": fact.id, "text": text, "call_id": fact.call_id},
            )
            if text.startswith("slow"):
                eventlet.sleep(0.3)


def main() -> None:
    settings = read(Settings, os.environ)
    db = Database(settings.database_url, pool_size=settings.db_pool, service="sample")
    parts = Parts(db, SystemClock(), ContextVerifier(settings.public_key))
    serve(SampleService, parts, settings, migrations=Path(__file__).parent / "migrations")


if __name__ == "__main__":
    sys.exit(main())
