-- Installations: sites that installed our app, and lifecycle tokens that were used. The twin is
-- ../sqlite/0006_installations.sql.

CREATE TABLE installations (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    -- The site's own name for the app. Compared byte by byte, as SQLite does.
    client_key TEXT COLLATE "C" NOT NULL,
    connection_id UUID,
    secret_id UUID,
    previous_id UUID,
    previous_until_at BIGINT,
    document TEXT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_key)
);
CREATE INDEX installations_previous ON installations (tenant_id, previous_until_at)
    WHERE previous_until_at IS NOT NULL;

ALTER TABLE installations ENABLE ROW LEVEL SECURITY;
ALTER TABLE installations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON installations
    USING (tenant_id = NULLIF(current_setting('bowline.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('bowline.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON installations TO bowline_app;

-- A system table: a token may come from a site that nobody knows. Hashes and times only.
CREATE TABLE used_tokens (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    body_hash BYTEA NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX used_tokens_until ON used_tokens (until_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON used_tokens TO bowline_app;
