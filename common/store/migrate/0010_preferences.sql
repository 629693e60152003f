-- How the tenant's people want to be told.

CREATE TABLE preference (
	tenant_id bigint NOT NULL,
	email text NOT NULL,		-- normalised, as in member
	document text NOT NULL,		-- JSON: "quiet", "mute", "use"
	updated_at bigint NOT NULL,
	PRIMARY KEY (tenant_id, email)
) {{CLUSTERED}};

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('preference', 'preference', '2000 200 1');
{{END}}
