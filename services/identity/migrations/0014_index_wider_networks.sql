-- outside a transaction
--
-- What 0013 needs of guesses, which are many in the hour of an attack: built while people sign in.

CREATE INDEX CONCURRENTLY IF NOT EXISTS guesses_56_idx
    ON guesses (network_of(source, 56), kind, at);
CREATE INDEX CONCURRENTLY IF NOT EXISTS guesses_48_idx
    ON guesses (network_of(source, 48), kind, at);
ALTER TABLE guesses VALIDATE CONSTRAINT guesses_kind_check;
