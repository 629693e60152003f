-- Messages are too long for clustered rows: there SQLite keeps what is beyond
-- a kilobyte on a page of its own, for each row.

{{SQLITE}}
DROP INDEX outbox_by_id;
DROP INDEX outbox_by_next;
DROP INDEX outbox_by_run;
DROP INDEX outbox_by_lead;
DROP INDEX outbox_by_address;
ALTER TABLE outbox RENAME TO outbox_before;
CREATE TABLE outbox (
	tenant_id bigint NOT NULL,
	message_id bigint NOT NULL,
	id text NOT NULL,
	cause text NOT NULL,
	kind text NOT NULL,
	channel text NOT NULL,
	recipient text NOT NULL,
	address text,
	hash text,
	lead_id bigint,
	critical bigint NOT NULL CHECK (critical IN (0, 1)),
	locale text,
	template text,
	content text NOT NULL,
	created_at bigint NOT NULL,
	due_at bigint NOT NULL,
	state text NOT NULL,
	next_at bigint,
	attempts bigint NOT NULL,
	tries bigint NOT NULL,
	run text,
	changed_at bigint NOT NULL,
	code bigint,
	answer text,
	PRIMARY KEY (tenant_id, message_id)
);
INSERT INTO outbox SELECT * FROM outbox_before;
DROP TABLE outbox_before;
CREATE UNIQUE INDEX outbox_by_id ON outbox (tenant_id, id);
CREATE INDEX outbox_by_next ON outbox (tenant_id, channel, next_at, message_id)
	WHERE next_at IS NOT NULL;
CREATE INDEX outbox_by_run ON outbox (tenant_id, channel)
	WHERE run IS NOT NULL;
CREATE INDEX outbox_by_lead ON outbox (tenant_id, lead_id)
	WHERE lead_id IS NOT NULL;
CREATE INDEX outbox_by_address ON outbox (tenant_id, address)
	WHERE address IS NOT NULL;

ALTER TABLE inbox RENAME TO inbox_before;
CREATE TABLE inbox (
	tenant_id bigint NOT NULL,
	member text NOT NULL,
	message_id bigint NOT NULL,
	at bigint NOT NULL,
	subject text,
	body text,
	read_at bigint,
	PRIMARY KEY (tenant_id, member, message_id)
);
INSERT INTO inbox SELECT * FROM inbox_before;
DROP TABLE inbox_before;

DELETE FROM sqlite_stat1 WHERE tbl IN ('outbox', 'inbox');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('outbox', 'sqlite_autoindex_outbox_1', '2000000 2000000 1'),
	('outbox', 'outbox_by_id', '2000000 2000000 1'),
	('outbox', 'outbox_by_next', '20000 20000 4000 2 1'),
	('outbox', 'outbox_by_run', '50 50 10'),
	('outbox', 'outbox_by_lead', '2000000 2000000 3'),
	('outbox', 'outbox_by_address', '2000000 2000000 3'),
	('inbox', 'sqlite_autoindex_inbox_1', '100000 100000 1000 1');
{{END}}
