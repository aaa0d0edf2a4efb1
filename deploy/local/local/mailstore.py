"""Caught mails on disk: one .eml and one note about it each, the oldest dropped beyond a bound."""

import json
import secrets
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from local.folders import private_folder

KEPT = 500


@dataclass(frozen=True, slots=True)
class Caught:
    id: str
    received: float
    sender: str
    recipients: tuple[str, ...]
    size: int
    read: bool = False


class MailStore:
    def __init__(self, folder: Path, *, kept: int = KEPT) -> None:
        self._folder = private_folder(folder)
        self._kept = kept
        self._lock = threading.Lock()
        self._notes = {note.id: note for note in self._load()}

    def add(self, raw: bytes, *, sender: str, recipients: tuple[str, ...]) -> Caught:
        note = Caught(
            id=f"{time.time_ns():016x}{secrets.token_hex(3)}",
            received=time.time(),
            sender=sender,
            recipients=recipients,
            size=len(raw),
        )
        with self._lock:
            self._mail(note.id).write_bytes(raw)
            self._write(note)
            for old in sorted(self._notes)[: -self._kept]:
                self._remove(old)
        return note

    def newest_first(self) -> list[Caught]:
        with self._lock:
            return sorted(self._notes.values(), key=lambda note: note.id, reverse=True)

    def find(self, mail_id: str) -> Caught | None:
        if mail_id == "latest":
            newest = self.newest_first()[:1]
            return newest[0] if newest else None
        with self._lock:
            return self._notes.get(mail_id)

    def raw(self, note: Caught) -> bytes:
        return self._mail(note.id).read_bytes()

    def mark_read(self, note: Caught) -> None:
        with self._lock:
            if note.id in self._notes and not note.read:
                self._write(replace(note, read=True))

    def remove(self, ids: list[str] | None = None) -> None:
        """Those, or all."""
        with self._lock:
            for mail_id in list(self._notes) if ids is None else ids:
                self._remove(mail_id)

    def _load(self) -> list[Caught]:
        notes = []
        for file in sorted(self._folder.glob("*.json")):
            note = json.loads(file.read_text())
            if self._mail(note["id"]).exists():
                notes.append(Caught(**{**note, "recipients": tuple(note["recipients"])}))
        return notes

    def _write(self, note: Caught) -> None:
        file = self._folder / f"{note.id}.json"
        # Replaced whole: a note cut in half by a crash would keep the catcher from starting.
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(note)))
        fresh.replace(file)
        self._notes[note.id] = note

    def _remove(self, mail_id: str) -> None:
        if self._notes.pop(mail_id, None) is not None:
            (self._folder / f"{mail_id}.json").unlink(missing_ok=True)
            self._mail(mail_id).unlink(missing_ok=True)

    def _mail(self, mail_id: str) -> Path:
        return self._folder / f"{mail_id}.eml"
