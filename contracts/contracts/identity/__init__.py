"""Identity: people and their portal login, IAM users and their API login, roles, links.

One file a noun; whoever calls imports from here.
"""

from contracts.identity.account import *
from contracts.identity.administrators import *
from contracts.identity.contract import *
from contracts.identity.events import *
from contracts.identity.explaining import *
from contracts.identity.factor_facts import *
from contracts.identity.factors import *
from contracts.identity.iam_users import *
from contracts.identity.impersonation import *
from contracts.identity.links import *
from contracts.identity.offices import *
from contracts.identity.own_data import *
from contracts.identity.people import *
from contracts.identity.people_events import *
from contracts.identity.policies import *
from contracts.identity.proving import *
from contracts.identity.recoveries import *
from contracts.identity.rights import *
from contracts.identity.signing_in import *
from contracts.identity.signing_in_events import *
from contracts.identity.staff import *
from contracts.identity.users import *
