"""Which process runs which test when the tests are shared between several (`make test`).

About half of what a test does is to wait, and each process has servers of its own. So a file goes
whole to one process, what takes longest first; files on the shared suite go to two processes
only, which start it once each, those in a browser to one of them; and tests marked `alone`, which
measure time, run when nothing else does. Within its kind a file comes when pytest-randomly says.
"""

from __future__ import annotations

import ast
import os
from enum import IntEnum
from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

# Whoever waits for a server leaves room for one more; beyond six there is too little to share.
MOST_PROCESSES = 6
_ALONE = " (alone)"


class Kind(IntEnum):
    """In the order in which they begin."""

    BROWSER = 0
    STACK = 1
    OWN_STACK = 2
    SERVERS = 3
    FUZZ = 4
    UNIT = 5


# How many processes may do it. One Chromium keeps a core busy by itself.
_AT_MOST = {Kind.BROWSER: 1, Kind.STACK: 2}


class SharedOut(LoadFileScheduling):
    """The first process is the one that stays for the tests marked `alone`."""

    def schedule(self) -> None:
        self.config.option.loadscopereorder = False
        super().schedule()

    def remove_node(self, node: WorkerController) -> str | None:
        crashed = super().remove_node(node)
        for other in self.nodes:
            # Twice: a process begins with a test once it knows what comes after it.
            self._reschedule(other)
            self._reschedule(other)
        return crashed

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        alone = test.partition("[")[0] in marked_alone(self.config.rootpath / file)
        return file + _ALONE if alone else file

    def _reschedule(self, node: WorkerController) -> None:
        if self.workqueue and not node.shutting_down and self._next(node) is None:
            self._nothing_for(node)
        else:
            super()._reschedule(node)

    def _assign_work_unit(self, node: WorkerController) -> None:
        unit = self._next(node)
        if unit is None:
            self._nothing_for(node)
        else:
            self.workqueue.move_to_end(unit, last=False)
            super()._assign_work_unit(node)

    def _nothing_for(self, node: WorkerController) -> None:
        if node is not self.nodes[0] and not node.shutting_down:
            node.shutdown()

    def _next(self, node: WorkerController) -> str | None:
        place, left_alone = self.nodes.index(node), self.nodes == [node]
        fitting = [
            unit
            for unit in self.workqueue
            if (left_alone or not unit.endswith(_ALONE))
            and place < _AT_MOST.get(self._kind(unit), len(self.nodes))
        ]
        return min(fitting, key=self._rank, default=None)

    def _rank(self, unit: str) -> tuple[bool, Kind]:
        return unit.endswith(_ALONE), self._kind(unit)

    def _kind(self, unit: str) -> Kind:
        return kind_of(self.config.rootpath / unit.removesuffix(_ALONE))


@cache
def kind_of(file: Path) -> Kind:
    """By the heaviest marker in it."""
    text = file.read_text(encoding="utf-8")
    if "mark.own_stack" in text:
        return Kind.OWN_STACK
    return next((kind for kind in Kind if f"mark.{kind.name.lower()}" in text), Kind.UNIT)


@cache
def marked_alone(file: Path) -> frozenset[str]:
    """Functions marked `alone`, one by one or by their file's `pytestmark`."""
    text = file.read_text(encoding="utf-8")
    if "mark.alone" not in text:
        return frozenset()
    whole, marked = False, set[str]()
    for one in ast.parse(text).body:
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "pytestmark":
            whole = "mark.alone" in ast.unparse(one.value)
        elif isinstance(one, ast.FunctionDef):
            marks = map(ast.unparse, one.decorator_list)
            if whole or any("mark.alone" in mark for mark in marks):
                marked.add(one.name)
    return frozenset(marked)


def processes_for(config: pytest.Config) -> int:
    """What `-n auto` means: one per core where tests reckon, one more where they wait."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return cores if config.option.markexpr == "unit" else min(cores + 1, MOST_PROCESSES)
