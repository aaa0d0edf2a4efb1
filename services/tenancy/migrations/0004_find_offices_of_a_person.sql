-- What is held of one person: handed out to himself, and erased.
CREATE INDEX offices_of_person ON offices (person_id) WHERE person_id IS NOT NULL;
