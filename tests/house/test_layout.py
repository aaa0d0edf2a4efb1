"""What the source tree itself promises: names, sizes, where time and SQL may stand."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager"}
SERVICES = ("identity", "tenancy", "subscriptions", "notifications")
TESTS = re.compile(r"(^|/)tests?/")
SQL = re.compile(r"\b(SELECT\b.+\bFROM|INSERT INTO|UPDATE\b.+\bSET|DELETE FROM)\b", re.DOTALL)
WALL_CLOCK = re.compile(
    r"datetime\.(utc)?now\(|date\.today\(|[^_]time\.time\(\)"
    r"|(?<![\w.])now\(\)\s*(?:[,;)]|at time zone)"
)
# Real time on purpose: tokens, deadlines and limits are compared with other people's clocks.
ON_REAL_TIME = (
    "servicekit/servicekit/clock.py",
    "servicekit/servicekit/context.py",
    "deploy/",
    "tools/",
)


def tracked(*patterns: str) -> list[Path]:
    """Files git tracks, and new ones it does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def sources() -> list[Path]:
    return [path for path in tracked("*.py") if not TESTS.search(str(path.relative_to(ROOT)))]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [path for path in tracked("*.py") if path.stem in FORBIDDEN_NAMES] == []


def test_no_file_is_past_600_lines() -> None:
    def lines(path: Path) -> int:
        return path.read_text(encoding="utf-8").count("\n")

    kinds = ("*.py", "*.html", "*.css", "*.sql", "*.sh")
    not_ours = {"vendor", "typed"}  # the latter is generated
    long = {str(path): lines(path) for path in tracked(*kinds) if not not_ours & set(path.parts)}
    assert {path: count for path, count in long.items() if count > 600} == {}


def test_services_have_the_rooms_and_no_other() -> None:
    known = {"domain", "store", "actions", "clients", "service", "templates", "__pycache__"}
    for service in SERVICES:
        rooms = {path.name for path in (ROOT / "services" / service / service).iterdir()}
        folders = {name for name in rooms if "." not in name}
        assert folders <= known, service
        assert {"domain", "store", "actions"} <= folders, service
        assert {"settings.py", "__main__.py"} <= rooms, service
        assert rooms & {"service.py", "service"}, service


def test_sql_stands_in_stores_and_migrations_only() -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.parts[len(ROOT.parts)] in ("services", "gateway", "contracts")
        and "store" not in path.parts
        and SQL.search(path.read_text(encoding="utf-8"))
    ]
    assert strays == []


def test_nobody_but_the_clock_asks_what_time_it_is() -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in sources()
        if not str(path.relative_to(ROOT)).startswith(ON_REAL_TIME)
        and WALL_CLOCK.search(path.read_text(encoding="utf-8"))
    ]
    assert strays == []


def test_no_migration_asks_the_database_for_the_time() -> None:
    asks = re.compile(r"\b(now\(\)|current_timestamp|clock_timestamp|current_date)", re.IGNORECASE)
    assert [
        str(path.relative_to(ROOT)) for path in tracked("*.sql") if asks.search(path.read_text())
    ] == []


@pytest.mark.parametrize("owner", [*SERVICES, "gateway"])
def test_migrations_are_numbered_without_gaps_and_head_is_pinned(owner: str) -> None:
    folder = ROOT / ("gateway" if owner == "gateway" else f"services/{owner}") / "migrations"
    names = sorted(path.stem for path in folder.glob("*.sql"))
    assert names, folder
    assert [int(name.split("_")[0]) for name in names] == list(range(1, len(names) + 1))
    assert (folder / "HEAD").read_text().strip() == names[-1]
