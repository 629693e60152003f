-- What a tenant says in its own words: templates of messages.

CREATE TABLE template (
	tenant_id bigint NOT NULL,
	name text NOT NULL,
	document text NOT NULL,		-- JSON as `dl-template show` prints it
	updated_at bigint NOT NULL,
	PRIMARY KEY (tenant_id, name)
) {{CLUSTERED}};

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('template', 'template', '100 100 1');
{{END}}
