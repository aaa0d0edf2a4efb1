-- The state of a tenant's contract and the number of the change that brought it there. Null: it was
-- opened, and nothing was told since. Columns without a default: the version before does not mind.
ALTER TABLE tenants
    ADD COLUMN status text,
    ADD COLUMN status_number integer;
