"""The ops app of a service: alive, ready, and what it counts. Nothing about its business."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.wrappers import Response as WsgiResponse

Check = Callable[[], bool]


def ops_app(*, service: str, checks: Mapping[str, Check]) -> Flask:
    """``checks`` by name; the service is ready when each of them says so.

    /livez    200 while the process turns over
    /readyz   200 or 503, with each check's outcome
    /metrics  Prometheus
    """
    app = Flask(f"{service}.ops", static_folder=None)

    def livez() -> Response:
        return jsonify(service=service, alive=True)

    def readyz() -> tuple[Response, int]:
        outcomes = {name: bool(check()) for name, check in checks.items()}
        ready = all(outcomes.values())
        return jsonify(service=service, ready=ready, checks=outcomes), 200 if ready else 503

    def metrics() -> WsgiResponse:
        return WsgiResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    app.add_url_rule("/livez", view_func=livez)
    app.add_url_rule("/readyz", view_func=readyz)
    app.add_url_rule("/metrics", view_func=metrics)
    return app
