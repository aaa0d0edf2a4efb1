"""Where a redirect after sign-in may lead: to a path of this very site, or nowhere."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

# No backslash, no control character, no second slash: browsers read those as another host.
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_LONGEST = 4096
_WEB_ORIGIN = re.compile(
    r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?|https?://\[[0-9a-fA-F:]+\](:[0-9]{1,5})?"
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*")


def local_path(candidate: str | None) -> str | None:
    """The path itself when it leads to this site, else None."""
    if not candidate or len(candidate) > _LONGEST or not _LOCAL.fullmatch(candidate):
        return None
    split = urlsplit(candidate)
    return None if split.scheme or split.netloc else candidate


def origin_after(path: str | None) -> str | None:
    """The client's origin when ``path`` asks for an authorization: CSP's ``form-action`` covers
    the redirects that follow a form, so the sign-in form must be allowed to end there.
    """
    split = urlsplit(path or "")
    if split.path != "/oauth/authorize":
        return None
    target = urlsplit(parse_qs(split.query).get("redirect_uri", [""])[0])
    if target.scheme in ("http", "https"):
        origin = f"{target.scheme}://{target.netloc}"
        return origin if _WEB_ORIGIN.fullmatch(origin) else None
    forbidden = {"javascript", "data", "blob", "filesystem", "vbscript", "about", ""}
    if target.scheme in forbidden or not _SCHEME.fullmatch(target.scheme):
        return None
    return f"{target.scheme}:"
