-- The impersonation grant by which, or about which, an entry was made: a copy of what its details
-- say, under the hash. A column of its own, because below row-level security PostgreSQL lets no
-- operator on jsonb choose an index (decision 4).
ALTER TABLE house.audit_entries ADD COLUMN grant_id text;
