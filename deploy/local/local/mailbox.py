"""Reading the mail catcher (or Mailpit) as a program: what the demo data and the tests do."""

import re
import time
from typing import Any

import requests

PATIENCE_SECONDS = 30.0
STEP_SECONDS = 0.1


class Mailbox:
    def __init__(self, url: str) -> None:
        self.url = url

    def messages(
        self, *, to: str = "", subject: str = "", limit: int = 500
    ) -> list[dict[str, Any]]:
        """Summaries, newest first. `to` is a whole address, `subject` the start of one."""
        answer = self._get("/api/v1/messages", limit=limit)
        return [one for one in answer["messages"] if _matches(one, to=to, subject=subject)]

    def read(self, message_id: str) -> dict[str, Any]:
        return self._get(f"/api/v1/message/{message_id}")

    def wait_for(
        self,
        *,
        to: str,
        subject: str = "",
        count: int = 1,
        seconds: float = PATIENCE_SECONDS,
    ) -> dict[str, Any]:
        """The newest whole message like that, once there are at least `count` of them."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.messages(to=to, subject=subject)
            if len(found) >= count:
                return self.read(found[0]["ID"])
            if time.monotonic() > deadline:
                there = [
                    (one["Subject"], [t["Address"] for t in one["To"]]) for one in self.messages()
                ]
                raise AssertionError(
                    f"no mail to {to!r} with subject {subject!r} within {seconds} s; "
                    f"there are {there[:20]}"
                )
            time.sleep(STEP_SECONDS)

    def remove_all(self) -> None:
        requests.delete(f"{self.url}/api/v1/messages", timeout=10).raise_for_status()

    def _get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = requests.get(self.url + path, params=query, timeout=10)
        answer.raise_for_status()
        return dict(answer.json())


def link_in(message: dict[str, Any], *, url: str, under: str = "links") -> str:
    """The one-time link that a mail of ours carries."""
    found = re.search(re.escape(url) + f"/{under}/[A-Za-z0-9_-]+", message["Text"])
    if found is None:
        raise AssertionError(f"no link to {url} in {message['Subject']!r}: {message['Text']}")
    return found.group(0)


def _matches(summary: dict[str, Any], *, to: str, subject: str) -> bool:
    addresses = {one["Address"].casefold() for one in summary["To"]}
    if to and to.casefold() not in addresses:
        return False
    return str(summary["Subject"]).startswith(subject)
