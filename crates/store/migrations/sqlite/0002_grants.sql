-- Grants: what providers of tokens let us do, our registrations there, and browser sign-ins under way. The twin is
-- ../postgres/0002_grants.sql.

CREATE TABLE oauth_clients (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    secret_id BLOB NOT NULL,
    scopes TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
) STRICT;

CREATE TABLE grants (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    client_id BLOB NOT NULL,
    -- The account that consented; one person has one grant for one registration.
    subject TEXT,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES oauth_clients (tenant_id, id)
) STRICT;
CREATE UNIQUE INDEX grants_subject ON grants (tenant_id, client_id, subject) WHERE state <> 'revoked';

CREATE TABLE grant_events (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    code TEXT,
    words TEXT,
    happened_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX grant_events_grant ON grant_events (tenant_id, grant_id, id);

CREATE TABLE authorizations (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    connection_id BLOB NOT NULL,
    browser BLOB NOT NULL,
    redirect_uri TEXT NOT NULL,
    sealed BLOB NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX authorizations_until ON authorizations (tenant_id, until_at);
