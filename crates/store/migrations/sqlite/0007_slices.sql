-- Slices of limits that several processes share. System tables: names of limits (ids), names of processes, numbers and
-- times only. The twin is ../postgres/0007_slices.sql.

CREATE TABLE slices (
    -- A connection's printed id, or the name of an app's quota.
    name TEXT NOT NULL,
    -- Nobody's row ('') is there to be locked: who leases first holds it until the commit.
    owner TEXT NOT NULL,
    -- Hundredths of the limit.
    part INTEGER NOT NULL,
    wants INTEGER NOT NULL,
    -- Of a quota, in the window that ends at resets_at: by this owner; by everybody, as the vendor told.
    spent INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    size INTEGER NOT NULL,
    resets_at INTEGER,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (name, owner)
) STRICT, WITHOUT ROWID;
CREATE INDEX slices_until ON slices (until_at);

-- Waits that vendors asked for.
CREATE TABLE holds (
    name TEXT NOT NULL,
    what TEXT NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (name, what)
) STRICT, WITHOUT ROWID;
CREATE INDEX holds_until ON holds (until_at);
