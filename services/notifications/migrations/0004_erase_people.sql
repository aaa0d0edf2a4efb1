-- A person who was erased: nothing is mailed to him any more, and what was mailed cannot be sent
-- again. Constant defaults: no rewrite.
ALTER TABLE readers ADD COLUMN erased boolean NOT NULL DEFAULT false;
ALTER TABLE mails ADD COLUMN erased boolean NOT NULL DEFAULT false;

-- His mails are found to be handed out, and to be erased.
CREATE INDEX mails_of_person ON mails (person_id, mail_id DESC);
