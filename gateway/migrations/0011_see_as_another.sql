-- The portal of an operator shows, for a while, what somebody of a tenant sees: by a grant that
-- identity keeps. view_ends_at is the grant's end on the installation's clock, for people to read;
-- view_until is real time, after which nothing is shown.
ALTER TABLE portal_sessions
    ADD COLUMN view_grant uuid,
    ADD COLUMN view_tenant text,
    ADD COLUMN view_person uuid,
    ADD COLUMN view_ends_at timestamptz,
    ADD COLUMN view_until timestamptz,
    ADD CONSTRAINT portal_sessions_view_check CHECK (
        num_nulls(view_grant, view_tenant, view_person, view_ends_at, view_until) IN (0, 5)) NOT VALID;
