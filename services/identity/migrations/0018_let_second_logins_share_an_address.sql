-- The index of 0017 takes the place of the rule before, under its name.
ALTER TABLE persons DROP CONSTRAINT persons_email_key;
ALTER INDEX persons_own_email_key RENAME TO persons_email_key;
