"""`make test` shares the tests out: none is left out, and those that measure time are alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.shared_out import Kind, SharedOut, kind_of, marked_alone

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "test_pages.py": "pytestmark = [pytest.mark.browser, pytest.mark.stack]",
    "test_story.py": "pytestmark = pytest.mark.stack",
    "test_kill.py": "pytestmark = [pytest.mark.stack, pytest.mark.own_stack]",
    "test_store.py": "pytestmark = pytest.mark.servers",
    "test_rule.py": "pytestmark = pytest.mark.unit",
    "test_clock.py": "pytestmark = [pytest.mark.stack, pytest.mark.alone]\ndef test_c(): ...",
    "test_mixed.py": """
pytestmark = pytest.mark.servers
@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.alone
def test_quick(n): ...
def test_right(): ...
""",
}


class Process:
    """A worker as the scheduler sees it; `work` is what it was told to run and has not run yet."""

    def __init__(self, name: str, tests: Sequence[str]) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.tests, self.work, self.shutting_down = tests, list[int](), False

    def send_runtest_some(self, indices: list[int]) -> None:
        assert not self.shutting_down
        self.work += indices

    def shutdown(self) -> None:
        self.shutting_down = True


class Run:
    """Processes that take turns until nobody has anything to do, as pytest-xdist lets them."""

    def __init__(self, folder: Path, tests: list[str], *, processes: int) -> None:
        for name, text in FILES.items():
            (folder / name).write_text(text)
        option = SimpleNamespace(tx=["popen"] * processes, loadscopereorder=True)
        config: Any = SimpleNamespace(rootpath=folder, option=option, getvalue=lambda _: option.tx)
        config.option.usepdb = False
        self.sched = SharedOut(config)
        self.alive = [Process(f"gw{n}", tests) for n in range(processes)]
        self.ran: list[tuple[str, str, int]] = []
        for process in self.alive:
            self.sched.add_node(process)
            self.sched.add_node_collection(process, tests)

    def to_the_end(self) -> list[tuple[str, str, int]]:
        """(process, test, how many processes there were)"""
        self.sched.schedule()
        while self.alive:
            turns = [self.turn(process) for process in list(self.alive)]
            assert any(turns), "nobody goes on"
        return self.ran

    def turn(self, process: Process) -> bool:
        # As a worker does: a test begins once it is known what comes after it.
        if len(process.work) > 1 or (process.work and process.shutting_down):
            index = process.work.pop(0)
            self.ran.append((process.gateway.id, process.tests[index], len(self.alive)))
            self.sched.mark_test_complete(process, index)
            return True
        if process.shutting_down:
            self.alive.remove(process)
            if process in self.sched.nodes:
                self.sched.remove_node(process)
            return True
        return False


TESTS = [
    *(f"test_rule.py::test_{n}" for n in range(9)),
    "test_clock.py::test_c",
    *(f"test_store.py::test_{n}" for n in range(5)),
    "test_mixed.py::test_quick[1]",
    "test_mixed.py::test_right",
    "test_mixed.py::test_quick[2]",
    *(f"test_story.py::test_{n}" for n in range(3)),
    "test_kill.py::test_one",
    *(f"test_pages.py::test_{n}" for n in range(2)),
]
ALONE = {"test_clock.py::test_c", "test_mixed.py::test_quick[1]", "test_mixed.py::test_quick[2]"}


@pytest.mark.parametrize("processes", range(1, 7))
@pytest.mark.parametrize(
    "tests",
    [TESTS, TESTS[:9], TESTS[9:10], TESTS[18:], sorted(ALONE), [*sorted(ALONE), TESTS[0]]],
    ids=["all", "one file", "one test", "on suites", "alone", "alone but one"],
)
def test_every_test_runs_once(tmp_path: Path, tests: list[str], processes: int) -> None:
    ran = Run(tmp_path, tests, processes=processes).to_the_end()
    assert sorted(test for _, test, _ in ran) == sorted(tests)


@pytest.mark.parametrize("processes", range(1, 5))
def test_what_measures_time_runs_last_and_alone(tmp_path: Path, processes: int) -> None:
    ran = Run(tmp_path, TESTS, processes=processes).to_the_end()
    assert {test for _, test, _ in ran[-3:]} == ALONE
    assert {others for _, test, others in ran if test in ALONE} == {1}


def test_the_shared_suite_is_started_twice_at_most_and_the_browser_once(tmp_path: Path) -> None:
    tests = list(TESTS)
    for n in range(6):
        for kind, name in (("browser", "page"), ("stack", "journey")):
            (tmp_path / f"test_{name}_{n}.py").write_text(f"pytestmark = pytest.mark.{kind}")
            tests += [f"test_{name}_{n}.py::test_1", f"test_{name}_{n}.py::test_2"]
    ran = Run(tmp_path, tests, processes=4).to_the_end()
    pages = {one for one, test, _ in ran if test.startswith("test_page")}
    journeys = {one for one, test, _ in ran if test.startswith(("test_journey", "test_story"))}
    assert len(pages) == 1
    assert len(pages | journeys) == 2


def test_as_many_processes_as_are_asked_for_have_work(tmp_path: Path) -> None:
    tests = [f"test_store_{n}.py::test_{m}" for n in range(40) for m in range(2)]
    for n in range(40):
        (tmp_path / f"test_store_{n}.py").write_text("pytestmark = pytest.mark.servers")
    ran = Run(tmp_path, tests, processes=9).to_the_end()
    assert len({process for process, _, _ in ran}) == 9


def test_a_file_is_not_torn_apart(tmp_path: Path) -> None:
    ran = Run(tmp_path, TESTS, processes=3).to_the_end()
    for file in FILES:
        together = {one for one, test, _ in ran if test.startswith(file) and test not in ALONE}
        assert len(together) <= 1, file


def test_files_keep_the_order_of_the_collection_within_their_kind(tmp_path: Path) -> None:
    order = [f"test_{name}.py::test_{n}" for name in ("rule", "store", "kill") for n in range(2)]
    for file in ("test_later.py", "test_sooner.py"):
        (tmp_path / file).write_text("pytestmark = pytest.mark.servers")
    order += ["test_later.py::test_1", *(f"test_sooner.py::test_{n}" for n in range(8))]
    ran = [test.partition("::")[0] for _, test, _ in Run(tmp_path, order, processes=1).to_the_end()]
    files = [file.removeprefix("test_").removesuffix(".py") for file in dict.fromkeys(ran)]
    assert files == ["kill", "store", "later", "sooner", "rule"]


def test_the_work_of_a_process_that_dies_is_done_by_another(tmp_path: Path) -> None:
    run = Run(tmp_path, TESTS, processes=3)
    run.sched.schedule()
    lost = run.alive.pop(0)
    crashed = run.sched.remove_node(lost)
    ran = [test for _, test, _ in run.to_the_end()]
    assert sorted({*ran, crashed}) == sorted(TESTS)


def test_who_starts_a_suite_for_himself_says_so() -> None:
    """Else his file is kept for the processes that have the shared one."""
    modules = [one for top in ("tests", "deploy") for one in (ROOT / top).rglob("test_*.py")]
    starting = [one for one in modules if "fresh_stack: " in one.read_text(encoding="utf-8")]
    assert starting
    assert [one.name for one in starting if kind_of(one) is not Kind.OWN_STACK] == []


def test_kinds_are_read_from_the_markers(tmp_path: Path) -> None:
    Run(tmp_path, TESTS, processes=1)
    kinds = {name: kind_of(tmp_path / name) for name in FILES}
    assert kinds["test_pages.py"] is Kind.BROWSER
    assert kinds["test_kill.py"] is Kind.OWN_STACK
    assert kinds["test_mixed.py"] is Kind.SERVERS
    assert marked_alone(tmp_path / "test_mixed.py") == {"test_quick"}
    assert marked_alone(tmp_path / "test_clock.py") == {"test_c"}
    assert marked_alone(tmp_path / "test_story.py") == frozenset()
    assert marked_alone(Path(__file__)) == frozenset(), "here it is only spoken of"
