-- What is known of secrets that people gave: when they end, and how that is known. The twin is
-- ../postgres/0003_credentials.sql.

CREATE TABLE credentials (
    tenant_id BLOB NOT NULL,
    connection_id BLOB NOT NULL,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, connection_id)
) STRICT;
