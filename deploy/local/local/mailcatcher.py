"""A mail server that delivers to nobody: SMTP in, Mailpit's read calls and a page out."""

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response as AnyResponse

from local import mailpit
from local.mailstore import Caught, MailStore
from local.ports import LOOPBACK

SIZE_LIMIT_BYTES = 30 * 1024 * 1024
PAGE_LENGTH = 50

# The mails hold sign-in links. A page elsewhere could point its own name at 127.0.0.1 and read
# them (DNS rebinding); only requests made to these names are answered.
OWN_NAMES = frozenset({"localhost", LOOPBACK, "[::1]"})

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What a mail may do: show itself. Its links open elsewhere; nothing runs, nothing is fetched.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


class Summaries:
    """What a list says of each mail, read once: a list is asked for again and again."""

    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._known: dict[str, dict[str, Any]] = {}

    def newest_first(self) -> list[dict[str, Any]]:
        notes = self._store.newest_first()
        found = {note.id: self._of(note) for note in notes}
        self._known = {mail_id: one for mail_id, one in found.items() if one is not None}
        read = {note.id: note.read for note in notes}
        return [{**one, "Read": read[mail_id]} for mail_id, one in self._known.items()]

    def _of(self, note: Caught) -> dict[str, Any] | None:
        """None for one that has been dropped since it was listed."""
        known = self._known.get(note.id)
        if known is not None:
            return known
        try:
            return mailpit.summary(note, self._store.raw(note))
        except FileNotFoundError:
            return None


class Catcher:
    """The SMTP side: every recipient is accepted, every message kept."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        recipients = tuple(str(one) for one in envelope.rcpt_tos)
        self._store.add(raw, sender=envelope.mail_from or "", recipients=recipients)
        return "250 OK: caught"


def create_app(store: MailStore) -> Flask:
    app = Flask("local")
    app.json.sort_keys = False

    @app.before_request
    def only_own_names() -> None:
        name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        if name not in OWN_NAMES:
            abort(403)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    summaries = Summaries(store)
    _add_api(app, store, summaries)
    _add_pages(app, store, summaries)
    return app


def _add_api(app: Flask, store: MailStore, summaries: Summaries) -> None:
    @app.get("/api/v1/messages")
    def list_messages() -> Response:
        return _messages(store, found=summaries.newest_first())

    @app.get("/api/v1/search")
    def search_messages() -> Response:
        return _messages(store, found=_search(summaries, request.args.get("query", "")))

    @app.delete("/api/v1/messages")
    def remove_messages() -> str:
        body = request.get_json(silent=True) or {}
        store.remove([str(one) for one in body["IDs"]] if body.get("IDs") else None)
        return "ok"

    @app.get("/api/v1/message/<mail_id>")
    def read_message(mail_id: str) -> Response:
        note = _get(store, mail_id)
        store.mark_read(note)
        return jsonify(mailpit.whole(note, _raw(store, note)))

    @app.get("/api/v1/message/<mail_id>/headers")
    def read_headers(mail_id: str) -> Response:
        return jsonify(mailpit.headers_of(_raw(store, _get(store, mail_id))))

    @app.get("/api/v1/message/<mail_id>/raw")
    def read_raw(mail_id: str) -> Response:
        return Response(_raw(store, _get(store, mail_id)), mimetype="text/plain")

    @app.get("/api/v1/info")
    def info() -> Response:
        notes = store.newest_first()
        return jsonify(
            Version="guichet mail catcher",
            Messages=len(notes),
            Unread=sum(not note.read for note in notes),
            Tags={},
        )

    @app.get("/livez")
    @app.get("/readyz")
    def ready() -> str:
        return "ok"


def _add_pages(app: Flask, store: MailStore, summaries: Summaries) -> None:
    @app.get("/")
    def mails() -> str:
        query = request.args.get("q", "").strip()
        start = max(0, request.args.get("start", 0, type=int))
        found = _search(summaries, query)
        return render_template(
            "mails.html",
            mails=found[start : start + PAGE_LENGTH],
            total=len(found),
            start=start,
            step=PAGE_LENGTH,
            query=query,
        )

    @app.get("/mails/<mail_id>")
    def mail(mail_id: str) -> str:
        note = _get(store, mail_id)
        store.mark_read(note)
        raw = _raw(store, note)
        shown = mailpit.whole(note, raw)
        views = ["html"] * bool(shown["HTML"]) + ["text", "source"]
        view = request.args.get("view", views[0])
        return render_template(
            "mail.html",
            mail=shown,
            views=views,
            view=view if view in views else views[0],
            source=raw.decode("utf-8", "replace"),
        )

    @app.get("/mails/<mail_id>/body.html")
    def body(mail_id: str) -> Response:
        html = mailpit.html_of(mailpit.parse(_raw(store, _get(store, mail_id))))
        response = Response('<base target="_blank">' + html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = MAIL_POLICY
        return response

    @app.post("/empty")
    def empty() -> AnyResponse:
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            abort(403)
        store.remove()
        return redirect(url_for("mails"))


def _messages(store: MailStore, *, found: list[dict[str, Any]]) -> Response:
    start = max(0, request.args.get("start", 0, type=int))
    limit = min(1000, max(0, request.args.get("limit", PAGE_LENGTH, type=int)))
    notes = store.newest_first()
    unread = sum(not note.read for note in notes)
    return jsonify(
        total=len(notes),
        unread=unread,
        count=len(found),
        messages_count=len(found),
        messages_unread=unread,
        start=start,
        tags=[],
        messages=found[start : start + limit],
    )


def _search(summaries: Summaries, query: str) -> list[dict[str, Any]]:
    return [one for one in summaries.newest_first() if mailpit.matches(one, query)]


def _get(store: MailStore, mail_id: str) -> Caught:
    note = store.find(mail_id)
    if note is None:
        abort(404)
    return note


def _raw(store: MailStore, note: Caught) -> bytes:
    try:
        return store.raw(note)
    except FileNotFoundError:  # dropped, as the oldest are, since it was found
        abort(404)


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The tests poll; a line each would bury the rest."""


def serve(*, folder: Path, smtp_port: int, http_port: int) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    store = MailStore(folder)
    smtp = Controller(
        Catcher(store),
        hostname=LOOPBACK,
        port=smtp_port,
        data_size_limit=SIZE_LIMIT_BYTES,
        enable_SMTPUTF8=True,
        ident="Guichet mail catcher",
    )
    app = create_app(store)
    pages = make_server(LOOPBACK, http_port, app, threaded=True, request_handler=_QuietHandler)
    smtp.start()
    try:
        pages.serve_forever()
    finally:
        pages.server_close()
        smtp.stop()
