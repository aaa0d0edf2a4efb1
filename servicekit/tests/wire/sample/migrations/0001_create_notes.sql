CREATE TABLE notes (
    note_id uuid PRIMARY KEY,
    tenant text NOT NULL,
    text text NOT NULL
);
SELECT house.guard('notes');

-- What the listener made of the events: one row for each time an event took effect.
CREATE TABLE hearings (
    hearing_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL,
    text text NOT NULL,
    call_id text NOT NULL
);

CREATE TABLE tries (
    try_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what text NOT NULL
);
