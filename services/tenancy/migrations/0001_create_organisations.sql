-- The companies behind the contracts. Not owned by one tenant: an organisation may have many.
CREATE TABLE organisations (
    organisation_id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    created_at timestamptz NOT NULL
);
