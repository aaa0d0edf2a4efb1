"""Run by test_hashing.py in a process of its own: does the hub turn while passwords are hashed?

Prints the longest time the hub stood still, as a share of one hash.
"""

from servicekit import green

green.patch()

import sys  # noqa: E402
import time  # noqa: E402

import eventlet  # noqa: E402

from identity.clients.hashing import Cost, Hasher, SameThread  # noqa: E402
from servicekit.native import NativeThreads  # noqa: E402

HEAVY = Cost(passes=8, memory_kib=64 * 1024, lanes=1)


def main() -> None:
    threads = SameThread() if "--undo" in sys.argv else NativeThreads(2)
    hasher = Hasher(threads=threads, room=8, cost=HEAVY)
    began = time.perf_counter()
    hasher.verify(None, "warm up")
    one_hash = time.perf_counter() - began
    burst = [eventlet.spawn(hasher.verify, None, "x") for _ in range(6)]
    longest, last = 0.0, time.perf_counter()
    while not all(one.dead for one in burst):
        eventlet.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    print(longest / one_hash)


main()
