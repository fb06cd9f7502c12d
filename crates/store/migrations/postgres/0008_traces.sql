-- Traces: which request a piece of work is done for, as the headers `traceparent` and `tracestate` say it. The twin is
-- ../sqlite/0008_traces.sql.

ALTER TABLE work ADD COLUMN trace TEXT;
-- The same for what was touched while somebody held the row.
ALTER TABLE work ADD COLUMN next_trace TEXT;

-- Raised when what was remembered of a tool turned out to be wrong, so that every process learns it anew.
ALTER TABLE connections ADD COLUMN era BIGINT NOT NULL DEFAULT 0;

-- Names of people at Atlassian's cloud that are kept with a grant: when each was read, when Atlassian is asked about it, and when
-- it is erased if nobody could ask.
CREATE TABLE kept_names (
    tenant_id UUID NOT NULL,
    grant_id UUID NOT NULL,
    known_at BIGINT NOT NULL,
    report_at BIGINT NOT NULL,
    erase_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, grant_id)
);

ALTER TABLE kept_names ENABLE ROW LEVEL SECURITY;
ALTER TABLE kept_names FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kept_names
    USING (tenant_id = NULLIF(current_setting('bowline.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('bowline.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON kept_names TO bowline_app;
