-- Layers in front of a tool: client certificates, gateways, and where a Jira behind one is reached. The twin is
-- ../postgres/0003_layers.sql.

ALTER TABLE connections ADD COLUMN transport TEXT;
ALTER TABLE connections ADD COLUMN gateway TEXT;
ALTER TABLE oauth_clients ADD COLUMN api_url TEXT;
