-- Installations: sites that installed our app, and lifecycle tokens that were used. The twin is
-- ../postgres/0006_installations.sql.

CREATE TABLE installations (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    -- The site's own name for the app.
    client_key TEXT NOT NULL,
    connection_id BLOB,
    secret_id BLOB,
    previous_id BLOB,
    previous_until_at INTEGER,
    document TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_key)
) STRICT;
CREATE INDEX installations_previous ON installations (tenant_id, previous_until_at)
    WHERE previous_until_at IS NOT NULL;

-- A system table: a token may come from a site that nobody knows. Hashes and times only.
CREATE TABLE used_tokens (
    token_hash BLOB NOT NULL PRIMARY KEY,
    body_hash BLOB NOT NULL,
    until_at INTEGER NOT NULL
) STRICT;
CREATE INDEX used_tokens_until ON used_tokens (until_at);
