-- TOTP, passkeys, recovery codes.
SELECT 1;
