-- What that table has no place for, in tables of our own beside it.
CREATE TABLE IF NOT EXISTS bowline_host (
    client_key     TEXT PRIMARY KEY,
    revision       INTEGER NOT NULL,
    switched_off   BOOLEAN NOT NULL,
    legacy         BOOLEAN NOT NULL,
    previous       TEXT,
    previous_since INTEGER,
    previous_until INTEGER
);
CREATE TABLE IF NOT EXISTS bowline_used_token (
    token BLOB PRIMARY KEY,
    body  BLOB NOT NULL,
    until INTEGER NOT NULL
);
