"""Vigie, the application beside the portal: people who are signed in there enter it as well.

It is of the local installation alone: no image and no package of the suite has it.
"""

from typing import Any

from local.installation import PYTHON, VIGIE, Installation
from local.plan import surroundings
from local.process import Command, Watchdog
from local.services import ServicePart


def second_application_part(installation: Installation, *, watchdog: Watchdog) -> ServicePart:
    url = installation.ops_url(VIGIE)
    command = Command(
        name=VIGIE,
        argv=(PYTHON, "-m", VIGIE),
        log=installation.data / "logs" / f"{VIGIE}.log",
        env=surroundings()
        | {
            "PYTHONUNBUFFERED": "1",
            "VIGIE_URL": url,
            "VIGIE_ISSUER": installation.url,
            "VIGIE_CLIENT_ID": VIGIE,
            "VIGIE_CLIENT_SECRET": installation.secrets["vigie_client_secret"],
            "VIGIE_PROVIDER": installation.brand,
        },
        cwd=installation.data,
    )
    return ServicePart(VIGIE, command, ready_url=f"{url}/readyz", watchdog=watchdog)


def second_application_client(installation: Installation) -> dict[str, Any]:
    """As the provider registers it: of somebody else, so people are asked once."""
    url = installation.ops_url(VIGIE)
    return {
        "client_id": VIGIE,
        "client_secret": installation.secrets["vigie_client_secret"],
        "name": "Vigie",
        "grants": ["authorization_code", "refresh_token"],
        "scopes": ["openid", "profile", "contracts.read"],
        "tenants": [],
        "redirect_uri": f"{url}/callback",
        "post_logout_redirect_uri": f"{url}/signed-out",
        "backchannel_logout_uri": f"{url}/backchannel-logout",
        "first_party": False,
        "who": f"the second application, {url}",
    }
