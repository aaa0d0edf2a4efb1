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
