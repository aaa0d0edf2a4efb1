-- outside a transaction
--
-- What 0011 needs of a table that is large already.

CREATE INDEX CONCURRENTLY IF NOT EXISTS portal_sessions_view ON portal_sessions (view_grant)
    WHERE view_grant IS NOT NULL;
ALTER TABLE portal_sessions VALIDATE CONSTRAINT portal_sessions_view_check;
