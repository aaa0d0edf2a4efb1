-- Somebody who had a login before a tenant attached him by his e-mail is shown there as he was
-- typed, and what he does at the portal is not told there, until he signs in the next time
-- (accepted_at). The keys made of his own names wait beside those made of the typed ones.
--
-- Who is a user already has accepted: a constant default fills the rows without rewriting them,
-- and row-level security does not hide them from it.
ALTER TABLE users
    ADD COLUMN accepted_at timestamptz DEFAULT '1970-01-01 00:00:00+00',
    ADD COLUMN typed_given_name text,
    ADD COLUMN typed_family_name text,
    ADD COLUMN own_sort_key text COLLATE "C",
    ADD COLUMN own_search_key text;
ALTER TABLE users ALTER COLUMN accepted_at DROP DEFAULT;
