-- The first schema. Its twin without row policies is ../sqlite/0001_start.sql; docs/data-at-rest.md says what
-- each table is for and how long a row lives. Instants are microseconds since 1970, ids are UUIDs, JSON is TEXT.
-- Runs as `bowline_owner`; the roles are made beforehand (src/pg/roles.rs), because they belong to the cluster.

-- System tables: ids, hashes and times only.

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);
-- Every claim draws a number that was never used before, so that a row which is deleted and made again cannot
-- repeat one. SQLite counts in `settings`.
CREATE SEQUENCE work_epochs;

CREATE TABLE tenants (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE directory (
    tenant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    key_hash BYTEA NOT NULL,
    id TEXT NOT NULL,
    until_at BIGINT,
    PRIMARY KEY (kind, key_hash)
);
CREATE INDEX directory_id ON directory (tenant_id, id);

CREATE TABLE work (
    tenant_id UUID NOT NULL,
    entity TEXT NOT NULL,
    lane SMALLINT NOT NULL,
    due_at BIGINT NOT NULL,
    since_at BIGINT NOT NULL,
    touched BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    epoch BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT,
    -- What was touched while somebody held the row; becomes lane, due_at and since_at when it is let go.
    next_lane SMALLINT,
    next_due_at BIGINT,
    next_since_at BIGINT,
    PRIMARY KEY (tenant_id, entity)
);
CREATE INDEX work_free ON work (lane, due_at) WHERE lease_owner IS NULL;
CREATE INDEX work_held ON work (lease_until) WHERE lease_owner IS NOT NULL;

-- Tenant-owned tables.

CREATE TABLE keys (
    tenant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, kind, version)
);

CREATE TABLE secrets (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE connections (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    tool TEXT NOT NULL,
    base_url TEXT NOT NULL,
    browse_url TEXT NOT NULL,
    sign_in TEXT NOT NULL,
    secret_id UUID NOT NULL,
    intake TEXT NOT NULL,
    health TEXT NOT NULL,
    identity TEXT,
    settings TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

CREATE TABLE profiles (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    left_connection UUID NOT NULL,
    right_connection UUID NOT NULL,
    state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, left_connection) REFERENCES connections (tenant_id, id),
    FOREIGN KEY (tenant_id, right_connection) REFERENCES connections (tenant_id, id)
);
CREATE INDEX profiles_left ON profiles (tenant_id, left_connection);
CREATE INDEX profiles_right ON profiles (tenant_id, right_connection);

CREATE TABLE tokens (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE watermarks (
    tenant_id UUID NOT NULL,
    connection_id UUID NOT NULL,
    swept_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, connection_id)
);

CREATE TABLE inbox (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    connection_id UUID NOT NULL,
    entity TEXT,
    -- The vendor's delivery id, and the entity as first understood. Both stay when the row moves to another
    -- entity, so that the vendor's retry is still recognised.
    delivery TEXT,
    hinted TEXT,
    hint TEXT,
    state TEXT NOT NULL,
    outcome TEXT,
    body BYTEA,
    received_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX inbox_delivery ON inbox (tenant_id, connection_id, delivery, COALESCE(hinted, ''))
    WHERE delivery IS NOT NULL;
CREATE INDEX inbox_pending ON inbox (tenant_id, entity, received_at, id) WHERE state = 'pending';
CREATE INDEX inbox_closed ON inbox (tenant_id, closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE shares (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    profile_id UUID NOT NULL,
    left_connection UUID NOT NULL,
    right_connection UUID NOT NULL,
    left_id TEXT,
    left_kind TEXT,
    left_key TEXT,
    left_scope TEXT,
    left_url TEXT,
    left_seen BIGINT,
    left_heard BIGINT,
    right_id TEXT,
    right_kind TEXT,
    right_key TEXT,
    right_scope TEXT,
    right_url TEXT,
    right_seen BIGINT,
    right_heard BIGINT,
    source TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    creating_at BIGINT,
    missing_at BIGINT,
    troubled BOOLEAN NOT NULL,
    base BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, profile_id) REFERENCES profiles (tenant_id, id)
);
-- One index per side both finds shares by item and keeps an item from being tied twice: NULLs never collide, so
-- shares that no longer tie, and ends that do not exist yet, are free.
CREATE UNIQUE INDEX shares_left ON shares (tenant_id, left_connection, left_id, profile_id,
    (CASE WHEN state IN ('tombstoned', 'unlinked') THEN NULL ELSE 1 END));
CREATE UNIQUE INDEX shares_right ON shares (tenant_id, right_connection, right_id, profile_id,
    (CASE WHEN state IN ('tombstoned', 'unlinked') THEN NULL ELSE 1 END));
CREATE INDEX shares_profile ON shares (tenant_id, profile_id, state, id);
CREATE INDEX shares_state ON shares (tenant_id, state, id) WHERE state <> 'active';
CREATE INDEX shares_left_key ON shares (tenant_id, left_key) WHERE left_key <> left_id;
CREATE INDEX shares_right_key ON shares (tenant_id, right_key) WHERE right_key <> right_id;

CREATE TABLE comment_pairs (
    tenant_id UUID NOT NULL,
    share_id UUID NOT NULL,
    origin TEXT NOT NULL,
    origin_id TEXT NOT NULL,
    mirror_id TEXT,
    origin_body BYTEA,
    mirror_body BYTEA,
    origin_seen_at BIGINT,
    mirror_seen_at BIGINT,
    state TEXT NOT NULL,
    PRIMARY KEY (tenant_id, share_id, origin, origin_id)
);
CREATE INDEX comment_pairs_origin ON comment_pairs (tenant_id, origin_id);
CREATE INDEX comment_pairs_mirror ON comment_pairs (tenant_id, mirror_id) WHERE mirror_id IS NOT NULL;

CREATE TABLE commands (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    share_id UUID NOT NULL,
    target TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    fields TEXT NOT NULL,
    before TEXT,
    comment TEXT,
    code TEXT,
    sent_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX commands_sending ON commands (tenant_id, share_id, sent_at, id) WHERE state = 'sending';
CREATE INDEX commands_settled ON commands (tenant_id, settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE findings (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    cause TEXT NOT NULL,
    code TEXT NOT NULL,
    connection_id UUID,
    profile_id UUID,
    subject TEXT,
    state TEXT NOT NULL,
    -- Whether it was raised about no entity: then it stays open when the last entity is free of it.
    whole BOOLEAN NOT NULL,
    entities BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    words BYTEA,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, cause)
);

CREATE TABLE finding_entities (
    tenant_id UUID NOT NULL,
    finding_id UUID NOT NULL,
    entity TEXT NOT NULL,
    share_id UUID,
    PRIMARY KEY (tenant_id, finding_id, entity)
);
CREATE INDEX finding_entities_entity ON finding_entities (tenant_id, entity);

CREATE TABLE activities (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    share_id UUID NOT NULL,
    deed TEXT NOT NULL,
    target TEXT,
    left_key TEXT NOT NULL,
    right_key TEXT NOT NULL,
    fields TEXT NOT NULL,
    delay_us BIGINT,
    code TEXT,
    done_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE losers (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    share_id UUID NOT NULL,
    field TEXT NOT NULL,
    side TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX losers_expires ON losers (tenant_id, expires_at);

-- Work rows are rewritten all the time and the table stays small: vacuum by count, not by share of the table.
ALTER TABLE work SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
-- A share is rewritten at each sync, mostly without touching an index: room on the page keeps that cheap.
ALTER TABLE shares SET (fillfactor = 85);

-- Row policies. A connection that named no tenant sees nothing and can write nothing; the start-up check
-- (src/pg/guard.rs) refuses to serve if a table lacks any of this.
DO $$
DECLARE
    tenant_table TEXT;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'keys', 'secrets', 'connections', 'profiles', 'tokens', 'watermarks', 'inbox', 'shares',
        'comment_pairs', 'commands', 'findings', 'finding_entities', 'activities', 'losers'
    ] LOOP
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

GRANT SELECT, INSERT, UPDATE, DELETE ON settings, tenants, directory, work TO bowline_app;
GRANT USAGE ON SEQUENCE work_epochs TO bowline_app;
GRANT SELECT ON migrations TO bowline_app;
