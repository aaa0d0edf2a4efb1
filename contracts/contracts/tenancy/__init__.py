"""Tenancy: organisations, tenants and their contracts, the clock of a simulated installation.

One file a noun; whoever calls imports from here.
"""

from contracts.tenancy.billing import *
from contracts.tenancy.clock import *
from contracts.tenancy.contract import *
from contracts.tenancy.contracts import *
from contracts.tenancy.forms import *
from contracts.tenancy.handovers import *
from contracts.tenancy.life import *
from contracts.tenancy.multi_tenant import *
from contracts.tenancy.online_opening import *
from contracts.tenancy.opening import *
from contracts.tenancy.order_forms import *
from contracts.tenancy.organisations import *
from contracts.tenancy.outlook import *
from contracts.tenancy.own_data import *
from contracts.tenancy.queue import *
from contracts.tenancy.recoveries import *
from contracts.tenancy.references import *
from contracts.tenancy.requests import *
from contracts.tenancy.support import *
from contracts.tenancy.termination import *
from contracts.tenancy.trial import *
