-- What each address, person and client has spent of its quota, over all gateway processes. The
-- holder is a digest: no address and no person can be read here. Lost in a crash without harm.
-- full_at has no index on purpose: it changes with every exchange, and without one the change
-- stays on its page. The sweep reads the table whole, every few minutes.
CREATE UNLOGGED TABLE spent_quotas (
    holder bytea PRIMARY KEY CHECK (length(holder) = 16),
    since timestamptz NOT NULL,
    full_at timestamptz NOT NULL
) WITH (fillfactor = 50);
