"""Subscriptions: what can be ordered, what was ordered, what runs until when.

One file a noun; whoever calls imports from here.
"""

from contracts.subscriptions.catalogue import *
from contracts.subscriptions.contract import *
from contracts.subscriptions.inventory import *
from contracts.subscriptions.orders import *
from contracts.subscriptions.subscriptions import *
