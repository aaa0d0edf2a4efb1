-- The time of the fact that gave a tenant its name; null: the name it was opened with.
ALTER TABLE tenants ADD COLUMN named_as_of timestamptz;
