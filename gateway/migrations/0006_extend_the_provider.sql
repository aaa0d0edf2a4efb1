-- Authorization requests that came from the client itself (RFC 9126): the browser carries their
-- name only. opened_at: a browser came with it, once; it then has the time of an interaction.
ALTER TABLE clients
    ADD COLUMN require_pushed_authorization_requests boolean NOT NULL DEFAULT false;

CREATE TABLE pushed_requests (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    parameters jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    opened_at timestamptz
);
CREATE INDEX pushed_requests_client ON pushed_requests (client_id);
CREATE INDEX pushed_requests_expiry ON pushed_requests (expires_at);

-- Devices without a browser (RFC 8628): the person types the user code into a page of ours. The
-- family's id is fixed at once: a device code that comes back knows what to end.
CREATE TABLE device_requests (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    user_code text NOT NULL CONSTRAINT device_requests_user_code_key UNIQUE
        CHECK (user_code ~ '^[BCDFGHJKLMNPQRSTVWXZ]{8}$'),
    family_id uuid NOT NULL CONSTRAINT device_requests_family_key UNIQUE,
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    scopes text[] NOT NULL,
    -- From where the device asked: the person is shown it.
    address text,
    interval_seconds integer NOT NULL CHECK (interval_seconds BETWEEN 1 AND 60),
    polled_at timestamptz,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decision text CHECK (decision IN ('allowed', 'denied')),
    person_id uuid,
    session_id uuid,
    auth_time timestamptz,
    amr text[],
    used_at timestamptz,
    CHECK (decision IS NULL OR session_id IS NOT NULL)
);
CREATE INDEX device_requests_client ON device_requests (client_id);
CREATE INDEX device_requests_expiry ON device_requests (expires_at);

-- User codes are short: who tries others than his own is stopped.
CREATE TABLE device_guesses (
    person_id uuid PRIMARY KEY,
    failures integer NOT NULL,
    since timestamptz NOT NULL
);
CREATE INDEX device_guesses_since ON device_guesses (since);

-- Clients that prove themselves with a key (private_key_jwt): their public keys, as registered.
ALTER TABLE clients ADD COLUMN jwks jsonb;

-- Signed proofs serve once: the SHA-256 of whose it was and its jti, until it has expired.
CREATE TABLE used_proofs (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    expires_at timestamptz NOT NULL
);
CREATE INDEX used_proofs_expiry ON used_proofs (expires_at);

-- Tokens bound to a key of the client (DPoP, RFC 9449): its thumbprint. A public client's refresh
-- tokens are bound too; a confidential one proves itself when it refreshes.
ALTER TABLE clients ADD COLUMN dpop_bound_access_tokens boolean NOT NULL DEFAULT false;
ALTER TABLE authorization_codes
    ADD COLUMN dpop_jkt text,
    ADD CONSTRAINT authorization_codes_dpop_jkt_check CHECK (length(dpop_jkt) = 43) NOT VALID;
ALTER TABLE token_families
    ADD COLUMN dpop_jkt text,
    ADD CONSTRAINT token_families_dpop_jkt_check CHECK (length(dpop_jkt) = 43) NOT VALID;

-- Back-channel logout: which application is to be told that which session has ended. due_at: when
-- it is tried next; whoever claims a row puts it off first, so that a crash costs a retry only.
ALTER TABLE clients ADD COLUMN backchannel_logout_uri text;

CREATE TABLE logout_deliveries (
    session_id uuid NOT NULL,
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    person_id uuid NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    closed_at timestamptz,
    outcome text CHECK (outcome IN ('delivered', 'refused', 'given-up')),
    PRIMARY KEY (session_id, client_id),
    CHECK ((closed_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX logout_deliveries_client ON logout_deliveries (client_id);
CREATE INDEX logout_deliveries_due ON logout_deliveries (due_at) WHERE closed_at IS NULL;
CREATE INDEX logout_deliveries_closed ON logout_deliveries (closed_at) WHERE closed_at IS NOT NULL;
