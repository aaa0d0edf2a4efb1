from __future__ import annotations

import base64
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from servicekit import settings
from servicekit.settings import CATALOGUE, Mode, SettingsError, read, setting

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database_url: str = setting("DATABASE_URL")
    mode: Mode = setting("GUICHET_MODE")
    port: int = setting("GUICHET_OPS_PORT")
    key: str = setting("GUICHET_SEAL_KEY")
    public_key: str = setting("GUICHET_CONTEXT_PUBLIC_KEY")
    peers: dict[str, str] = setting("GUICHET_OPS_PEERS")
    public_url: str = setting("GUICHET_PUBLIC_URL")


GOOD = {
    "DATABASE_URL": "postgresql://app:s3cret@localhost/db",
    "GUICHET_SEAL_KEY": Fernet.generate_key().decode(),
    "GUICHET_CONTEXT_PUBLIC_KEY": base64.b64encode(bytes(32)).decode(),
    "GUICHET_OPS_PEERS": "identity=http://127.0.0.1:9001, tenancy=http://127.0.0.1:9002/",
    "PATH": "/bin",
}


def faults(**changes: str) -> str:
    environ = {name: value for name, value in {**GOOD, **changes}.items() if value != "-"}
    with pytest.raises(SettingsError) as caught:
        read(Settings, environ)
    return str(caught.value)


def test_settings_come_out_with_their_types() -> None:
    found = read(Settings, GOOD)
    assert found.mode is Mode.PRODUCTION
    assert found.port == 9000
    assert found.peers == {
        "identity": "http://127.0.0.1:9001",
        "tenancy": "http://127.0.0.1:9002",
    }
    assert found.public_url == "http://localhost:8080"


def test_an_unknown_setting_is_refused_by_name() -> None:
    assert faults(GUICHET_OPS_PROT="1") == "GUICHET_OPS_PROT: unknown setting"


def test_a_setting_of_another_process_is_not_unknown() -> None:
    assert read(Settings, {**GOOD, "GUICHET_VAULT_KEY": "not looked at"})


def test_all_that_is_wrong_is_named_at_once() -> None:
    said = faults(DATABASE_URL="-", GUICHET_OPS_PORT="http", GUICHET_MODE="Demo")
    assert said.splitlines() == [
        f"DATABASE_URL: missing. {CATALOGUE['DATABASE_URL'].doc}",
        "GUICHET_MODE: expected one of production, demo, test (given: 'Demo')",
        "GUICHET_OPS_PORT: expected a whole number from 0 to 65535 (given: 'http')",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://app:s3cret@localhost/db"),
        ("GUICHET_SEAL_KEY", "s3cret"),
        ("GUICHET_CONTEXT_PUBLIC_KEY", "AAAA"),
        ("GUICHET_OPS_PORT", "70000"),
        ("GUICHET_OPS_PORT", "-1"),
        ("GUICHET_OPS_PORT", "1e3"),
        ("GUICHET_OPS_PEERS", "identity"),
        ("GUICHET_PUBLIC_URL", "https://host/path"),
        ("GUICHET_PUBLIC_URL", "localhost:8080"),
    ],
)
def test_a_malformed_setting_is_refused_without_telling_a_secret(name: str, value: str) -> None:
    said = faults(**{name: value})
    assert said.startswith(f"{name}: expected")
    assert "s3cret" not in said


def test_a_setting_that_is_not_in_the_catalogue_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="not in the catalogue"):
        setting("GUICHET_NEW")


def test_every_default_is_well_formed_and_every_setting_documented() -> None:
    for one in CATALOGUE.values():
        assert one.doc
        assert one.read_by
        if one.default is not None:
            one.parse(one.default)


def test_the_reference_page_is_current() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == settings.docs(), "python -m servicekit.settings docs > docs/settings.md"


def test_the_command_prints_the_page() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "servicekit.settings", "docs"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == settings.docs()
