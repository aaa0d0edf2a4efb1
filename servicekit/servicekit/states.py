"""A transition table, drawn: the pages ``docs/states-*.md`` come from the code and stay true to it.

A service's domain keeps each table as ``{(state, act): state}``, or the states of which facts of
the thing decide; the state None is before the thing exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)
Act = TypeVar("Act", bound=StrEnum)
Transitions = Mapping[tuple[State | None, Act], State | tuple[State, ...]]


def diagram(transitions: Transitions[State, Act]) -> str:
    """Mermaid. What leads from one state to another by several acts is one arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for start, act, end in _arrows(transitions):
        arrows.setdefault((_name(start), end.value), []).append(act.value)
    lines = [f"    {start} --> {end}: {' / '.join(acts)}" for (start, end), acts in arrows.items()]
    return "\n".join(["stateDiagram-v2", *lines])


def unreached(states: type[State], transitions: Transitions[State, Act]) -> tuple[str, ...]:
    """States of the vocabulary that no act leads to yet."""
    reached = {end for _start, _act, end in _arrows(transitions)}
    return tuple(state.value for state in states if state not in reached)


def chapter(*, title: str, states: type[State], transitions: Transitions[State, Act]) -> str:
    """A section of such a page, in Markdown."""
    waiting = unreached(states, transitions)
    note = f"\nNo act leads to these yet: {', '.join(waiting)}.\n" if waiting else ""
    return f"## {title}\n\n```mermaid\n{diagram(transitions)}\n```\n{note}"


def page(*, title: str, command: str, chapters: tuple[str, ...]) -> str:
    made = f"Made by `{command}`: change the transition table, not this page."
    return "\n".join([f"# {title}\n", f"{made}\n", *chapters])


def _arrows(transitions: Transitions[State, Act]) -> Iterator[tuple[State | None, Act, State]]:
    for (start, act), ends in transitions.items():
        for end in ends if isinstance(ends, tuple) else (ends,):
            yield start, act, end


def _name(state: StrEnum | None) -> str:
    return "[*]" if state is None else state.value
