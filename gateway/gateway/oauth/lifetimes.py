"""How long each thing lives."""

from __future__ import annotations

from datetime import timedelta

CODE = timedelta(seconds=60)
DEVICE_CODE = timedelta(minutes=10)
DEVICE_GUESSES = timedelta(minutes=15)  # how long wrong user codes are held against a person
PUSHED_REQUEST = timedelta(seconds=60)  # from the client's push until a browser comes with it
ACCESS_TOKEN_OF_PERSON = timedelta(minutes=5)
ACCESS_TOKEN_OF_CLIENT = timedelta(minutes=15)
ID_TOKEN = timedelta(minutes=5)
LOGOUT_TOKEN = timedelta(minutes=2)
LOGOUT_DELIVERY = timedelta(days=30)  # how long it is known how one went
REFRESH_TOKEN = timedelta(hours=12)
REFRESH_RETRY = timedelta(seconds=30)  # an answer that got lost is given again

SESSION_IDLE_MINUTES = 60  # where no rule says less
SESSION_LONGEST = timedelta(hours=12)
SESSION_SEEN_STEP = timedelta(minutes=1)  # a row is not written at every page

# From the password to the last step after it.
PENDING_SIGN_IN = timedelta(minutes=10)

# A form waits for who proves again who he is.
KEPT_FORM = timedelta(minutes=15)

# From the question to the answer: signing in, agreeing.
INTERACTION = timedelta(minutes=15)

# Within it every process knows that a client was changed or removed; until then one that kept it
# may still give it a token.
CLIENT_IS_KNOWN = timedelta(seconds=2)

# Longer than any access token lives, with room for clocks that differ.
ENDING = ACCESS_TOKEN_OF_CLIENT + timedelta(minutes=1)

# A used code is remembered as long as anything that grew from it may live.
USED_CODE = SESSION_LONGEST

KEY_SIGNS = timedelta(days=30)
KEY_RETIRES = timedelta(days=1)  # ID tokens come back as hints at sign-out
JWKS_KEPT = timedelta(minutes=5)  # what we tell those who fetch the keys
# By then every process has read it, and everybody who kept the key set has it in there.
KEY_IS_KNOWN = JWKS_KEPT + timedelta(minutes=1)
