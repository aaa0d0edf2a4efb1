from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from servicekit.migrate import (
    HOUSE_MIGRATIONS,
    MigrationError,
    migrate,
    migrations_of,
    read_migrations,
    run_migrations,
)
from servicekit.postgres import psycopg

FIRST = "CREATE TABLE first (id int)"
SECOND = "CREATE TABLE second (id int)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, first=FIRST)


def write(folder: Path, **files: str) -> Path:
    for number, (name, text) in enumerate(files.items(), start=1):
        (folder / f"{number:04d}_{name}.sql").write_text(text)
        (folder / "HEAD").write_text(f"{number:04d}_{name}\n")
    return folder


@pytest.fixture
def empty(new_database: Any) -> Any:
    return new_database()


@pytest.mark.servers
def test_each_file_is_applied_once(empty: Any, folder: Path) -> None:
    assert migrate(empty.owner_url, folder, app_role=empty.names.app)[-1] == "service/0001_first"
    assert migrate(empty.owner_url, folder, app_role=empty.names.app) == []
    write(folder, first=FIRST, second=SECOND)
    assert migrate(empty.owner_url, folder, app_role=empty.names.app) == ["service/0002_second"]


@pytest.mark.servers
def test_concurrent_runners_wait_for_one_another(empty: Any, folder: Path) -> None:
    def run(_: int) -> list[str]:
        return migrate(empty.owner_url, folder, app_role=empty.names.app)

    with ThreadPoolExecutor(4) as threads:
        applied = list(threads.map(run, range(4)))
    house = len(list(HOUSE_MIGRATIONS.glob("*.sql")))
    assert sorted(map(len, applied)) == [0, 0, 0, house + 1]


@pytest.mark.servers
def test_a_file_changed_after_it_was_applied_is_refused(empty: Any, folder: Path) -> None:
    migrate(empty.owner_url, folder, app_role=empty.names.app)
    write(folder, first="CREATE TABLE first (id bigint)")
    with pytest.raises(MigrationError, match="0001_first was changed after it was applied"):
        migrate(empty.owner_url, folder, app_role=empty.names.app)


@pytest.mark.servers
def test_a_failing_migration_leaves_nothing_behind(empty: Any, folder: Path) -> None:
    write(folder, first=FIRST, second="CREATE TABLE second (id int); SELECT 1/0")
    with pytest.raises(MigrationError, match="0002_second"):
        migrate(empty.owner_url, folder, app_role=empty.names.app)
    with psycopg.connect(empty.owner_url) as connection:
        names = connection.execute("SELECT name FROM house.migrations WHERE source = 'service'")
        assert names.fetchall() == [("0001_first",)]
        assert connection.execute("SELECT to_regclass('second')").fetchone() == (None,)


@pytest.mark.servers
def test_an_older_version_may_run_after_a_newer_one(
    empty: Any, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    newer = write(tmp_path_factory.mktemp("newer"), first=FIRST, second=SECOND)
    migrate(empty.owner_url, newer, app_role=empty.names.app)
    assert migrate(empty.owner_url, folder, app_role=empty.names.app) == []


@pytest.mark.servers
def test_a_migration_that_vanished_from_the_middle_is_refused(
    empty: Any, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    migrate(empty.owner_url, folder, app_role=empty.names.app)
    other = write(tmp_path_factory.mktemp("other"), renamed=FIRST, second=SECOND)
    with pytest.raises(MigrationError, match="0001_first was applied but is not among the files"):
        migrate(empty.owner_url, other, app_role=empty.names.app)


@pytest.mark.servers
def test_a_migration_may_touch_guarded_rows(empty: Any, tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        guarded="CREATE TABLE owned (tenant text, n int); SELECT house.guard('owned');"
        " INSERT INTO owned VALUES ('OCB0000001', 1)",
        filled="UPDATE owned SET n = 2",
    )
    migrate(empty.owner_url, folder, app_role=empty.names.app)
    with psycopg.connect(empty.owner_url) as connection:
        connection.execute("SET guichet.tenant = 'OCB0000001'")
        assert connection.execute("SELECT n FROM owned").fetchall() == [(2,)]


@pytest.mark.servers
def test_the_command_reads_the_owners_url_and_role(empty: Any) -> None:
    with pytest.raises(MigrationError, match="GUICHET_OWNER_DATABASE_URL is not set"):
        run_migrations("notifications", {})
    environ = {
        "GUICHET_OWNER_DATABASE_URL": empty.owner_url,
        "GUICHET_APP_ROLE": empty.names.app,
    }
    assert "house/0001_create_house" in run_migrations("notifications", environ)


@pytest.mark.unit
def test_numbers_have_no_gap(folder: Path) -> None:
    (folder / "0003_third.sql").write_text("SELECT 1")
    with pytest.raises(MigrationError, match="expected 0002_name"):
        read_migrations(folder, source="service")


@pytest.mark.unit
def test_head_names_the_newest(folder: Path) -> None:
    (folder / "0002_second.sql").write_text(SECOND)
    with pytest.raises(MigrationError, match="newest migration is '0002_second'"):
        read_migrations(folder, source="service")


@pytest.mark.unit
def test_the_house_keeps_its_own_rules() -> None:
    assert read_migrations(HOUSE_MIGRATIONS, source="house")


@pytest.mark.unit
def test_a_services_migrations_are_found_beside_its_package() -> None:
    assert migrations_of("notifications").parts[-3:] == ("services", "notifications", "migrations")
