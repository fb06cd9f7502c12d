-- What was there before: the hosts of a framework in another language. Its programs go on reading this table, so that
-- nothing of it is changed but rows.
CREATE TABLE atlassian_host (
    client_key                 VARCHAR(255) NOT NULL PRIMARY KEY,
    public_key                 VARCHAR(512),
    oauth_client_id            VARCHAR(255),
    shared_secret              VARCHAR(255),
    base_url                   VARCHAR(255),
    display_url                VARCHAR(255),
    product_type               VARCHAR(255),
    description                VARCHAR(255),
    service_entitlement_number VARCHAR(255),
    entitlement_id             VARCHAR(255),
    installation_id            VARCHAR(255),
    addon_installed            BOOLEAN NOT NULL,
    created_date               TIMESTAMP,
    last_modified_date         TIMESTAMP,
    created_by                 VARCHAR(255),
    last_modified_by           VARCHAR(255)
);
