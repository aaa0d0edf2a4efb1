-- Users of a tenant are edited, disabled, invited; a person changes his e-mail himself.

-- disabled: he stays a user and holds nothing there until he is enabled again. invited_until: the
-- invitation waits for him (and has run out after it); NULL once he has answered, or for whoever
-- was registered by it, once he has set his first password. Processes of the version before leave
-- it NULL: without accepted_at he is invited all the same, as if until he joined.
ALTER TABLE users
    ADD COLUMN disabled_at timestamptz,
    ADD COLUMN disabled_by uuid,
    ADD COLUMN invited_until timestamptz,
    ADD COLUMN invited_by uuid;

-- disabled_at (0007) closes the doors of the domain by hand as well as for being idle; disabled_by
-- is whoever did it by hand.
ALTER TABLE iam_users ADD COLUMN disabled_by uuid;

-- topic: what of several open links of one purpose this one is about, '' where there is one only;
-- an invitation's is its contract, so that one contract's mail does not end another's. It is no
-- column "tenant": a link is found by its token alone, by somebody who names no tenant.
ALTER TABLE links
    ADD COLUMN topic text NOT NULL DEFAULT '',
    ADD COLUMN payload jsonb NOT NULL DEFAULT '{}';
ALTER TABLE links DROP CONSTRAINT links_purpose_check;
ALTER TABLE links ADD CONSTRAINT links_purpose_check CHECK (purpose IN (
    'welcome', 'console_welcome', 'reset', 'mail_change', 'invitation', 'not_me')) NOT VALID;
