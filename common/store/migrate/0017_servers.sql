-- Servers that failed and are left alone for a while; all tenants share them.

CREATE TABLE aside (
	tenant_id bigint NOT NULL,	-- 0
	channel text NOT NULL,
	server text NOT NULL,
	until bigint NOT NULL,
	failures bigint NOT NULL,	-- in a row
	why text NOT NULL,
	PRIMARY KEY (tenant_id, channel, server)
) {{CLUSTERED}};

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('aside', 'aside', '10 10 5 1');
{{END}}
