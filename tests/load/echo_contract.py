"""The one call of ``echo_service``."""

from __future__ import annotations

from contracts.declare import Contract, Effect
from contracts.fields import Strict, Text
from contracts.rights import gateway_only


class Word(Strict):
    word = Text(required=True)


echo = Contract("bench").call(
    "echo",
    request=Word,
    response=Word,
    right=gateway_only(),
    effect=Effect.READ,
    summary="Say it again.",
)
