-- Tries from one address, and of all addresses together.
SELECT 1;
