-- The time of the fact that gave a tenant its name; null: the name it was opened with. A column
-- without a default: no rewrite, and the version before this one does not mind it.
ALTER TABLE tenants ADD COLUMN named_as_of timestamptz;
