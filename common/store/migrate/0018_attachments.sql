-- What messages carry, kept until they are sent: once for all that carry the
-- same.

CREATE TABLE attachment (
	tenant_id bigint NOT NULL,
	hash text NOT NULL,		-- SHA-256 of the content, in hexadecimal
	size bigint NOT NULL,		-- in bytes
	content {{BLOB}} NOT NULL,
	PRIMARY KEY (tenant_id, hash)
);

CREATE TABLE outbox_attachment (	-- who carries it
	tenant_id bigint NOT NULL,
	message_id bigint NOT NULL,
	hash text NOT NULL,
	PRIMARY KEY (tenant_id, message_id, hash)
) {{CLUSTERED}};
CREATE INDEX outbox_attachment_by_hash ON outbox_attachment (tenant_id, hash);

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('attachment', 'sqlite_autoindex_attachment_1', '10000 10000 1'),
	('outbox_attachment', 'outbox_attachment', '100000 100000 1 1'),
	('outbox_attachment', 'outbox_attachment_by_hash', '100000 100000 10');
{{END}}
