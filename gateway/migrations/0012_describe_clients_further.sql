-- How a client proves itself. Null: by a secret in either way or by its keys, as before it could be
-- said. jwks_uri: where its public keys are published; they are fetched and never kept here.
ALTER TABLE clients
    ADD COLUMN token_endpoint_auth_method text,
    ADD COLUMN jwks_uri text,
    ADD COLUMN backchannel_logout_session_required boolean NOT NULL DEFAULT false,
    -- Seconds since the proof, where an authorization request does not say.
    ADD COLUMN default_max_age integer,
    -- What the provider lets this one ask for, in place of the installation's setting.
    ADD COLUMN quota_amount integer,
    ADD COLUMN quota_seconds integer,
    ADD CONSTRAINT clients_token_endpoint_auth_method_check CHECK (
        token_endpoint_auth_method IN
            ('client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none')) NOT VALID,
    ADD CONSTRAINT clients_one_source_of_keys CHECK (jwks IS NULL OR jwks_uri IS NULL) NOT VALID,
    ADD CONSTRAINT clients_default_max_age_check
        CHECK (default_max_age BETWEEN 0 AND 86400) NOT VALID,
    ADD CONSTRAINT clients_quota_check CHECK (
        (quota_amount IS NULL) = (quota_seconds IS NULL)
        AND quota_amount BETWEEN 1 AND 99999999 AND quota_seconds BETWEEN 1 AND 9999) NOT VALID;
