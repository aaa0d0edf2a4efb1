"""Make the process green: the first two lines of each service's ``__main__``, before any import.

Everything imported earlier would keep blocking sockets, locks and threads, and one such call
stops every other one in the process.
"""

from __future__ import annotations

import os
import sys
import warnings


def patch() -> None:
    """Monkey-patch the standard library for eventlet; calling it again changes nothing."""
    # psycopg's own wait in C blocks every green thread; the pure one goes through select.
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"
    # The system's resolver knows /etc/hosts, search domains and IPv6 better than eventlet's.
    os.environ["EVENTLET_NO_GREENDNS"] = "yes"
    too_early = [name for name in ("psycopg", "kombu", "nameko", "amqp") if name in sys.modules]
    if too_early and not patched():
        raise RuntimeError(f"green.patch() comes after the import of {', '.join(too_early)}")
    with warnings.catch_warnings():
        # nameko runs on it and on nothing else; said at each start it would only be noise.
        warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
        import eventlet

    eventlet.monkey_patch()


def patched() -> bool:
    """Whether sockets are green in this process."""
    if "eventlet" not in sys.modules:
        return False
    from eventlet import patcher

    return bool(patcher.is_monkey_patched("socket"))
