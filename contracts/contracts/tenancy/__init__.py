"""Tenancy: organisations, tenants and their contracts, the clock of a simulated installation.

One file a noun; whoever calls imports from here.
"""

from contracts.tenancy.clock import *
from contracts.tenancy.contract import *
from contracts.tenancy.contracts import *
from contracts.tenancy.opening import *
from contracts.tenancy.outlook import *
from contracts.tenancy.own_data import *
