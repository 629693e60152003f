-- Exports: who may have what, what became of each, and jobs that can be gone
-- on with.

CREATE TABLE export_policy (
	tenant_id bigint NOT NULL,
	document text NOT NULL,
	updated_at bigint NOT NULL,
	PRIMARY KEY (tenant_id)
) {{CLUSTERED}};

CREATE TABLE export_run (
	tenant_id bigint NOT NULL,
	run_id bigint NOT NULL,		-- in their order
	job text,			-- its name; NULL: it has none
	what text NOT NULL,		-- leads, events ...
	who text NOT NULL,
	host text NOT NULL,		-- where its files are
	began_at bigint NOT NULL,
	changed_at bigint NOT NULL,
	state text NOT NULL,		-- running, finishing, done, failed,
					-- refused, abandoned, purged or kept
	why text,			-- it failed or was refused
	request text NOT NULL,		-- JSON: what was asked for
	terms text,			-- checksum of what the policy made of it
	erasures bigint NOT NULL,	-- people erased before it was read
	rows_read bigint NOT NULL,
	rows_written bigint NOT NULL,	-- while it runs: that may be, at most,
					-- where the policy counts them
	rows_rejected bigint NOT NULL,
	bytes bigint NOT NULL,
	sha256 text,
	file text,			-- of a job: where it is to be
	part text,			-- and under which name it is made
	progress text,			-- JSON: how much of it is complete
	expires_at bigint,		-- NULL: never, or its files are gone
	PRIMARY KEY (tenant_id, run_id)
) {{CLUSTERED}};
CREATE INDEX export_run_by_job ON export_run (tenant_id, job, run_id)
	WHERE job IS NOT NULL;
CREATE INDEX export_run_by_who ON export_run (tenant_id, who, began_at);
CREATE INDEX export_run_by_file ON export_run (tenant_id, expires_at)
	WHERE expires_at IS NOT NULL;

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('export_policy', 'export_policy', '100 1'),
	('export_run', 'export_run', '100000 100000 1'),
	('export_run', 'export_run_by_job', '20000 20000 200 1'),
	('export_run', 'export_run_by_who', '100000 100000 1000 2'),
	('export_run', 'export_run_by_file', '1000 1000 2');
{{END}}
