-- Delegations: who lets which connection write as themselves. The twin is ../postgres/0005_delegations.sql.

CREATE TABLE delegations (
    tenant_id BLOB NOT NULL,
    connection_id BLOB NOT NULL,
    -- In the form in which the tool names authors.
    person TEXT NOT NULL,
    grant_id BLOB NOT NULL,
    site TEXT NOT NULL,
    base_url TEXT,
    since INTEGER NOT NULL,
    consented_at INTEGER NOT NULL,
    -- JSON: why and when the tool refused the person's tokens, and when they are tried again.
    refused TEXT,
    PRIMARY KEY (tenant_id, connection_id, person),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id),
    FOREIGN KEY (tenant_id, grant_id) REFERENCES grants (tenant_id, id)
) STRICT;
CREATE INDEX delegations_grant ON delegations (tenant_id, grant_id);
