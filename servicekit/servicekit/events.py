"""Telling and hearing facts: see ``relay``, ``subscriber``, ``topology`` and ``facts``.

In a service, methods hear events by ``servicekit.rpc.hears``.
"""

from servicekit.facts import Fact, Unreadable
from servicekit.relay import Relay
from servicekit.subscriber import Subscriber

__all__ = ["Fact", "Relay", "Subscriber", "Unreadable"]
