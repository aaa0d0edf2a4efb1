"""Virtual hosts of a broker that has its management plug-in, made and removed in milliseconds."""

import base64
import json
import urllib.request
from urllib.parse import quote, urlsplit, urlunsplit

PATIENCE_SECONDS = 20.0


class VirtualHosts:
    def __init__(self, *, amqp_url: str, management_url: str) -> None:
        self._amqp = urlsplit(amqp_url)
        self._management_url = management_url

    def add(self, name: str) -> str:
        """The AMQP URL of a fresh virtual host."""
        host, user = quote(name, safe=""), quote(str(self._amqp.username), safe="")
        self._ask("PUT", f"/api/vhosts/{host}")
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        self._ask("PUT", f"/api/permissions/{host}/{user}", everything)
        return urlunsplit(self._amqp._replace(path=f"/{host}"))

    def remove(self, name: str) -> None:
        self._ask("DELETE", f"/api/vhosts/{quote(name, safe='')}")

    def _ask(self, method: str, path: str, body: object = None) -> None:
        login = f"{self._amqp.username}:{self._amqp.password}".encode()
        request = urllib.request.Request(  # noqa: S310 - always the loopback address given above
            self._management_url + path,
            method=method,
            data=json.dumps(body or {}).encode(),
            headers={
                "Authorization": f"Basic {base64.b64encode(login).decode()}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            answer.read()
