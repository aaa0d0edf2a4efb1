-- Users of a tenant are edited, disabled, invited.
SELECT 1;
