-- What is known of secrets that people gave: when they end, and how that is known. The twin is
-- ../sqlite/0003_credentials.sql.

CREATE TABLE credentials (
    tenant_id UUID NOT NULL,
    connection_id UUID NOT NULL,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, connection_id)
);

ALTER TABLE credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE credentials FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON credentials
    USING (tenant_id = NULLIF(current_setting('bowline.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('bowline.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON credentials TO bowline_app;
