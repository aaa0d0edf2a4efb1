"""Run by test_connections.py in a process of its own: the pool under eventlet."""

from servicekit import green

green.patch()

import os  # noqa: E402
import sys  # noqa: E402

if "--undo" in sys.argv:
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_c"  # what psycopg would do without eventlet
    import psycopg  # noqa: F401

import time  # noqa: E402

import eventlet  # noqa: E402

from contracts.codes import TenantCode  # noqa: E402
from servicekit.db import Database  # noqa: E402

TENANT = TenantCode("OCB0000001")


def ask(db: Database, seconds: float) -> float:
    began = time.perf_counter()
    with db.read(tenant=TENANT) as tx:
        tx.value("SELECT pg_sleep(%(seconds)s)", {"seconds": seconds})
    return time.perf_counter() - began


def main() -> None:
    with Database(sys.argv[1], pool_size=12, service="tenancy") as db:
        warm = eventlet.GreenPool(12)
        list(warm.imap(lambda _: ask(db, 0.05), range(12)))
        began = time.perf_counter()
        slow = [eventlet.spawn(ask, db, 0.3) for _ in range(10)]
        eventlet.sleep(0.05)
        print("quick", ask(db, 0))
        for one in slow:
            one.wait()
        print("slow", time.perf_counter() - began)
        for option in sys.argv:
            if option.startswith("--lose="):
                lose(option.removeprefix("--lose="), sys.argv[1])
                print("after", sum(ask(db, 0) >= 0 for _ in range(12)))


def lose(admin_url: str, url: str) -> None:
    from servicekit.postgres import psycopg

    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s AND"
            " pid <> pg_backend_pid()",
            (psycopg.conninfo.conninfo_to_dict(url)["user"],),
        )


if __name__ == "__main__":
    main()
    os._exit(0)
