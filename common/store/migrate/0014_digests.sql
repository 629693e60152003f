-- Messages that are said together with others, in one.

ALTER TABLE outbox ADD COLUMN batch text;	-- with which; NULL: alone
ALTER TABLE outbox ADD COLUMN part_of bigint;	-- the message that says it
CREATE INDEX outbox_by_batch ON outbox (tenant_id, channel, batch, recipient,
	message_id) WHERE batch IS NOT NULL AND next_at IS NOT NULL;
CREATE INDEX outbox_by_part ON outbox (tenant_id, part_of)
	WHERE part_of IS NOT NULL;

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('outbox', 'outbox_by_batch', '2000 2000 400 20 5 1'),
	('outbox', 'outbox_by_part', '200000 200000 10');
{{END}}
