"""The unprivileged account PostgreSQL needs when everything else runs as root."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

NAME = "guichet-postgres"


def account_for_postgres() -> str | None:
    """None when this process is not root: PostgreSQL then runs as its user."""
    if os.geteuid() != 0:
        return None
    if _exists(NAME):
        return NAME
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if useradd is None:
        return "nobody"
    argv = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    argv += ["--shell", "/usr/sbin/nologin", NAME]
    made = subprocess.run(argv, capture_output=True, check=False)
    # Two installations starting at once both try; the loser finds the account there.
    return NAME if made.returncode == 0 or _exists(NAME) else "nobody"


def give_to(account: str, folder: Path) -> None:
    entry = pwd.getpwnam(account)
    os.chown(folder, entry.pw_uid, entry.pw_gid)


def as_account(
    account: str, argv: tuple[str, ...], *, reaches: tuple[Path, ...]
) -> tuple[str, ...]:
    """The command that runs `argv` as `account`, able to enter the folders `reaches` lie in.

    Under /root (mode 0700) the account could reach neither its data nor the wheel's binaries.
    Opening other people's folders to everyone is not ours to do, so the process is given the one
    capability that lets it walk through them; it still owns nothing but its own data.
    """
    entry = pwd.getpwnam(account)
    become: tuple[str, ...] = (
        "setpriv",
        f"--reuid={entry.pw_uid}",
        f"--regid={entry.pw_gid}",
        "--clear-groups",
    )
    if not all(_open_to_all(path) for path in reaches):
        walk = _capability_to_walk()
        # Without the secure bit access(2), which initdb asks before it runs anything, would look
        # at the user alone. All other capabilities are lost with the exec.
        become += ("--securebits=+no_setuid_fixup", f"--inh-caps=-all,+{walk}")
        become += (f"--ambient-caps=-all,+{walk}",)
    return (*become, "--", *argv)


def _capability_to_walk() -> str:
    """Containers often withhold the narrow one from root and leave it the wide one."""
    status = Path("/proc/self/status").read_text()
    bounding = int(status.split("CapBnd:")[1].split()[0], 16)
    return "dac_read_search" if bounding & (1 << _DAC_READ_SEARCH) else "dac_override"


# linux/capability.h
_DAC_READ_SEARCH = 2


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
