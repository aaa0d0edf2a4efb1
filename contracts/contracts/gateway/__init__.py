"""Gateway: sessions, applications and consents, which it answers itself.

One file a noun; whoever calls imports from here.
"""

from contracts.gateway.clients import *
from contracts.gateway.consents import *
from contracts.gateway.contract import *
from contracts.gateway.events import *
from contracts.gateway.metadata import *
from contracts.gateway.own_data import *
from contracts.gateway.provider_clients import *
from contracts.gateway.sessions import *
