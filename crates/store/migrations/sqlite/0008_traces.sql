-- Traces: which request a piece of work is done for, as the headers `traceparent` and `tracestate` say it. The twin is
-- ../postgres/0008_traces.sql.

ALTER TABLE work ADD COLUMN trace TEXT;
-- The same for what was touched while somebody held the row.
ALTER TABLE work ADD COLUMN next_trace TEXT;

-- Raised when what was remembered of a tool turned out to be wrong, so that every process learns it anew.
ALTER TABLE connections ADD COLUMN era INTEGER NOT NULL DEFAULT 0;

-- Names of people at Atlassian's cloud that are kept with a grant: when each was read, when Atlassian is asked about it, and when
-- it is erased if nobody could ask.
CREATE TABLE kept_names (
    tenant_id BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    known_at INTEGER NOT NULL,
    report_at INTEGER NOT NULL,
    erase_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, grant_id)
) STRICT, WITHOUT ROWID;
