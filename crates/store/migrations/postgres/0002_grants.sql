-- Grants: what providers of tokens let us do, our registrations there, and browser sign-ins under way. The twin is
-- ../sqlite/0002_grants.sql.

CREATE TABLE oauth_clients (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    secret_id UUID NOT NULL,
    scopes TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

CREATE TABLE grants (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    client_id UUID NOT NULL,
    -- The account that consented; one person has one grant for one registration.
    subject TEXT,
    state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES oauth_clients (tenant_id, id)
);
CREATE UNIQUE INDEX grants_subject ON grants (tenant_id, client_id, subject) WHERE state <> 'revoked';

CREATE TABLE grant_events (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    grant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    code TEXT,
    words TEXT,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX grant_events_grant ON grant_events (tenant_id, grant_id, id);

CREATE TABLE authorizations (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    grant_id UUID NOT NULL,
    connection_id UUID NOT NULL,
    browser BYTEA NOT NULL,
    redirect_uri TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX authorizations_until ON authorizations (tenant_id, until_at);

-- A grant is rewritten at each renewal without touching an index.
ALTER TABLE grants SET (fillfactor = 85);

DO $$
DECLARE
    tenant_table TEXT;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['oauth_clients', 'grants', 'grant_events', 'authorizations'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON %I'
            ' USING (tenant_id = NULLIF(current_setting(''bowline.tenant'', true), '''')::uuid)'
            ' WITH CHECK (tenant_id = NULLIF(current_setting(''bowline.tenant'', true), '''')::uuid)',
            tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO bowline_app', tenant_table);
    END LOOP;
END $$;
