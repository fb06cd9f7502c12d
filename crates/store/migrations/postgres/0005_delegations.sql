-- Delegations: who lets which connection write as themselves. The twin is ../sqlite/0005_delegations.sql.

CREATE TABLE delegations (
    tenant_id UUID NOT NULL,
    connection_id UUID NOT NULL,
    -- In the form in which the tool names authors. Compared byte by byte, as SQLite does.
    person TEXT COLLATE "C" NOT NULL,
    grant_id UUID NOT NULL,
    site TEXT NOT NULL,
    base_url TEXT,
    since BIGINT NOT NULL,
    consented_at BIGINT NOT NULL,
    -- JSON: why and when the tool refused the person's tokens, and when they are tried again.
    refused TEXT,
    PRIMARY KEY (tenant_id, connection_id, person),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id),
    FOREIGN KEY (tenant_id, grant_id) REFERENCES grants (tenant_id, id)
);
CREATE INDEX delegations_grant ON delegations (tenant_id, grant_id);

ALTER TABLE delegations ENABLE ROW LEVEL SECURITY;
ALTER TABLE delegations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON delegations
    USING (tenant_id = NULLIF(current_setting('bowline.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('bowline.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON delegations TO bowline_app;
