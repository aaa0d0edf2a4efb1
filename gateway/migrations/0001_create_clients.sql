-- Programs that may ask for tokens. A secret is kept as its SHA-256 only: it is 256 random bits,
-- so there is nothing a slow hash would protect.
CREATE TABLE clients (
    client_id text PRIMARY KEY CHECK (client_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    kind text NOT NULL CHECK (kind IN ('confidential', 'public')),
    -- Ours: no consent is asked.
    first_party boolean NOT NULL,
    redirect_uris text[] NOT NULL,
    post_logout_redirect_uris text[] NOT NULL,
    grants text[] NOT NULL,
    scopes text[] NOT NULL,
    -- Tenant codes a client acts for by its own right; {*}: every one.
    tenants text[] NOT NULL,
    -- Audiences whose tokens this client may introspect though they were issued to others.
    audiences text[] NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    disabled_at timestamptz
);

-- Two may live at once, so that a secret can be replaced without a pause.
CREATE TABLE client_secrets (
    secret_id uuid PRIMARY KEY,
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX client_secrets_client ON client_secrets (client_id);
