-- The first schema. Its twin with row policies is ../postgres/0001_start.sql; docs/data-at-rest.md says what
-- each table is for and how long a row lives. Instants are microseconds since 1970, ids are UUIDs, JSON is TEXT.

-- System tables: ids, hashes and times only.

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
-- Every claim draws a number that was never used before, so that a row which is deleted and made again cannot
-- repeat one. PostgreSQL has a sequence for it.
INSERT INTO settings (name, value) VALUES ('work_epoch', 0);

CREATE TABLE tenants (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE directory (
    tenant_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    key_hash BLOB NOT NULL,
    id TEXT NOT NULL,
    until_at INTEGER,
    PRIMARY KEY (kind, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX directory_id ON directory (tenant_id, id);

CREATE TABLE work (
    tenant_id BLOB NOT NULL,
    entity TEXT NOT NULL,
    lane INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    since_at INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until INTEGER,
    -- What was touched while somebody held the row; becomes lane, due_at and since_at when it is let go.
    next_lane INTEGER,
    next_due_at INTEGER,
    next_since_at INTEGER,
    PRIMARY KEY (tenant_id, entity)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_free ON work (lane, due_at) WHERE lease_owner IS NULL;
CREATE INDEX work_held ON work (lease_until) WHERE lease_owner IS NOT NULL;

-- Tenant-owned tables.

CREATE TABLE keys (
    tenant_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (tenant_id, kind, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE connections (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    tool TEXT NOT NULL,
    base_url TEXT NOT NULL,
    browse_url TEXT NOT NULL,
    sign_in TEXT NOT NULL,
    secret_id BLOB NOT NULL,
    intake TEXT NOT NULL,
    health TEXT NOT NULL,
    identity TEXT,
    settings TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
) STRICT;

CREATE TABLE profiles (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    left_connection BLOB NOT NULL,
    right_connection BLOB NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, left_connection) REFERENCES connections (tenant_id, id),
    FOREIGN KEY (tenant_id, right_connection) REFERENCES connections (tenant_id, id)
) STRICT;
CREATE INDEX profiles_left ON profiles (tenant_id, left_connection);
CREATE INDEX profiles_right ON profiles (tenant_id, right_connection);

CREATE TABLE tokens (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE watermarks (
    tenant_id BLOB NOT NULL,
    connection_id BLOB NOT NULL,
    swept_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, connection_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    connection_id BLOB NOT NULL,
    entity TEXT,
    -- The vendor's delivery id, and the entity as first understood. Both stay when the row moves to another
    -- entity, so that the vendor's retry is still recognised.
    delivery TEXT,
    hinted TEXT,
    hint TEXT,
    state TEXT NOT NULL,
    outcome TEXT,
    body BLOB,
    received_at INTEGER NOT NULL,
    closed_at INTEGER,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE UNIQUE INDEX inbox_delivery ON inbox (tenant_id, connection_id, delivery, COALESCE(hinted, ''))
    WHERE delivery IS NOT NULL;
CREATE INDEX inbox_pending ON inbox (tenant_id, entity, received_at, id) WHERE state = 'pending';
CREATE INDEX inbox_closed ON inbox (tenant_id, closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE shares (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    profile_id BLOB NOT NULL,
    left_connection BLOB NOT NULL,
    right_connection BLOB NOT NULL,
    left_id TEXT,
    left_kind TEXT,
    left_key TEXT,
    left_scope TEXT,
    left_url TEXT,
    left_seen INTEGER,
    left_heard INTEGER,
    right_id TEXT,
    right_kind TEXT,
    right_key TEXT,
    right_scope TEXT,
    right_url TEXT,
    right_seen INTEGER,
    right_heard INTEGER,
    source TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    creating_at INTEGER,
    missing_at INTEGER,
    troubled INTEGER NOT NULL,
    base BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, profile_id) REFERENCES profiles (tenant_id, id)
) STRICT;
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
    tenant_id BLOB NOT NULL,
    share_id BLOB NOT NULL,
    origin TEXT NOT NULL,
    origin_id TEXT NOT NULL,
    mirror_id TEXT,
    origin_body BLOB,
    mirror_body BLOB,
    origin_seen_at INTEGER,
    mirror_seen_at INTEGER,
    state TEXT NOT NULL,
    PRIMARY KEY (tenant_id, share_id, origin, origin_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX comment_pairs_origin ON comment_pairs (tenant_id, origin_id);
CREATE INDEX comment_pairs_mirror ON comment_pairs (tenant_id, mirror_id) WHERE mirror_id IS NOT NULL;

CREATE TABLE commands (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    share_id BLOB NOT NULL,
    target TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    fields TEXT NOT NULL,
    before TEXT,
    comment TEXT,
    code TEXT,
    sent_at INTEGER NOT NULL,
    settled_at INTEGER,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX commands_sending ON commands (tenant_id, share_id, sent_at, id) WHERE state = 'sending';
CREATE INDEX commands_settled ON commands (tenant_id, settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE findings (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    cause TEXT NOT NULL,
    code TEXT NOT NULL,
    connection_id BLOB,
    profile_id BLOB,
    subject TEXT,
    state TEXT NOT NULL,
    -- Whether it was raised about no entity: then it stays open when the last entity is free of it.
    whole INTEGER NOT NULL,
    entities INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    words BLOB,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, cause)
) STRICT;

CREATE TABLE finding_entities (
    tenant_id BLOB NOT NULL,
    finding_id BLOB NOT NULL,
    entity TEXT NOT NULL,
    share_id BLOB,
    PRIMARY KEY (tenant_id, finding_id, entity)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_entities_entity ON finding_entities (tenant_id, entity);

CREATE TABLE activities (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    share_id BLOB NOT NULL,
    deed TEXT NOT NULL,
    target TEXT,
    left_key TEXT NOT NULL,
    right_key TEXT NOT NULL,
    fields TEXT NOT NULL,
    delay_us INTEGER,
    code TEXT,
    done_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE losers (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    share_id BLOB NOT NULL,
    field TEXT NOT NULL,
    side TEXT NOT NULL,
    sealed BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX losers_expires ON losers (tenant_id, expires_at);
