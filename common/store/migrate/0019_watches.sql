-- Metrics that are watched, and what was told of them.

CREATE TABLE watch (
	tenant_id bigint NOT NULL,
	name text NOT NULL,
	document text NOT NULL,
	enabled bigint NOT NULL,
	updated_at bigint NOT NULL,
	due_at bigint NOT NULL,		-- when there is something to judge
	judged_until bigint,		-- steps that begin before were judged;
					-- NULL: none yet
	PRIMARY KEY (tenant_id, name)
) {{CLUSTERED}};

CREATE TABLE alarm (
	tenant_id bigint NOT NULL,
	what text NOT NULL,		-- hash of the definition
	part text NOT NULL,		-- hash of the series
	at bigint NOT NULL,		-- when its step begins
	upwards bigint NOT NULL,
	severity bigint NOT NULL,	-- 0 minor, 1 major, 2 critical
	told_at bigint NOT NULL,
	watch text NOT NULL,
	data text NOT NULL,		-- JSON: as in the signal
	PRIMARY KEY (tenant_id, what, part, at)
) {{CLUSTERED}};

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('watch', 'watch', '100 100 1'),
	('alarm', 'alarm', '100000 100000 1000 50 1');
{{END}}
