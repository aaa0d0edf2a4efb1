-- The tenant whose administrators registered a client: it acts within that tenant alone. Null: the
-- provider's own, registered by the command line.
ALTER TABLE clients ADD COLUMN owned_by text CHECK (owned_by ~ '^OCB[0-9]{7}$');
CREATE INDEX clients_owner ON clients (owned_by, client_id) WHERE owned_by IS NOT NULL;

-- A client that was removed ends with every token of it; a consent that was taken back ends the
-- families that grew on it.
ALTER TABLE endings DROP CONSTRAINT endings_kind_check;
ALTER TABLE endings ADD CONSTRAINT endings_kind_check
    CHECK (kind IN ('session', 'family', 'token', 'client')) NOT VALID;
ALTER TABLE token_families DROP CONSTRAINT token_families_ended_by_check;
ALTER TABLE token_families ADD CONSTRAINT token_families_ended_by_check
    CHECK (ended_by IN ('code-replay', 'refresh-reuse', 'revocation', 'session', 'consent'))
    NOT VALID;

-- Who made a secret (a person's id); null: the provider's own, made by the command line.
ALTER TABLE client_secrets ADD COLUMN created_by uuid;

-- Whether the authorization request itself asked the person to prove who he is and he did: for
-- applications that are not the provider's no other proof counts for sensitive acts.
ALTER TABLE authorization_codes ADD COLUMN proved_here boolean NOT NULL DEFAULT false;
ALTER TABLE token_families ADD COLUMN proved_here boolean NOT NULL DEFAULT false;
