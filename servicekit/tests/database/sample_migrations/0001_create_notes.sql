CREATE TABLE notes (
    note_id uuid PRIMARY KEY,
    tenant text NOT NULL,
    text text NOT NULL,
    CONSTRAINT notes_tenant_text UNIQUE (tenant, text)
);
SELECT house.guard('notes');
