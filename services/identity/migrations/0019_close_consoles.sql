-- A contract that is suspended or closed has no technical console: neither login opens it, and no
-- right on it counts. state_number is that of the change of state which told so, console_changed_at
-- its time; null: it was opened, and nothing was told since.
ALTER TABLE tenants
    ADD COLUMN console_closed boolean NOT NULL DEFAULT false,
    ADD COLUMN console_changed_at timestamptz,
    ADD COLUMN state_number integer;
