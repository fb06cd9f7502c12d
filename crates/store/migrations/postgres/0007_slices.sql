-- Slices of limits that several processes share. System tables: names of limits (ids), names of processes, numbers and
-- times only. The twin is ../sqlite/0007_slices.sql.

CREATE TABLE slices (
    -- A connection's printed id, or the name of an app's quota. Compared byte by byte, as SQLite does.
    name TEXT COLLATE "C" NOT NULL,
    -- Nobody's row ('') is there to be locked: who leases first holds it until the commit.
    owner TEXT COLLATE "C" NOT NULL,
    -- Hundredths of the limit.
    part BIGINT NOT NULL,
    wants BIGINT NOT NULL,
    -- Of a quota, in the window that ends at resets_at: by this owner; by everybody, as the vendor told.
    spent BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    size BIGINT NOT NULL,
    resets_at BIGINT,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (name, owner)
);
CREATE INDEX slices_until ON slices (until_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON slices TO bowline_app;

-- Waits that vendors asked for.
CREATE TABLE holds (
    name TEXT COLLATE "C" NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (name, what)
);
CREATE INDEX holds_until ON holds (until_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON holds TO bowline_app;
