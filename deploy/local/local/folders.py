"""Folders that others must not look into."""

from pathlib import Path


def private_folder(folder: Path) -> Path:
    """Made where it is missing, and closed: logs tell the demo logins, mails hold links."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
