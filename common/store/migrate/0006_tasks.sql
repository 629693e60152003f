-- Tasks: what is to be done, what happened to each, whose turn it is, who is
-- away and when nobody works.

CREATE TABLE task (
	tenant_id bigint NOT NULL,
	task_id bigint NOT NULL,	-- the number people know it by
	lead_id bigint,
	title text NOT NULL,
	body text,
	kind text NOT NULL,
	priority bigint NOT NULL CHECK (priority BETWEEN 0 AND 3),
	status bigint NOT NULL CHECK (status BETWEEN 0 AND 3),
	assignee text,			-- e-mail of a member
	due_at bigint,
	created_at bigint NOT NULL,
	created_by text NOT NULL,
	touched_at bigint,		-- somebody did something about it
	started_at bigint,
	closed_at bigint,		-- done or cancelled
	parent bigint,			-- the task it follows up
	cause text,			-- what made it, at most once
	reminded bigint NOT NULL CHECK (reminded IN (0, 1)),
	escalated bigint NOT NULL CHECK (escalated IN (0, 1)),
	PRIMARY KEY (tenant_id, task_id)
) {{CLUSTERED}};
CREATE UNIQUE INDEX task_by_cause ON task (tenant_id, cause)
	WHERE cause IS NOT NULL;
CREATE INDEX task_by_lead ON task (tenant_id, lead_id);
CREATE INDEX task_by_assignee ON task (tenant_id, assignee, closed_at);
CREATE INDEX task_by_due ON task (tenant_id, due_at)
	WHERE closed_at IS NULL AND due_at IS NOT NULL;

CREATE TABLE task_note (		-- all that happened to a task
	tenant_id bigint NOT NULL,
	task_id bigint NOT NULL,
	number bigint NOT NULL,		-- from 1
	at bigint NOT NULL,
	who text NOT NULL,
	action text NOT NULL,		-- added, assigned, started, note ...
	note text,
	PRIMARY KEY (tenant_id, task_id, number)
) {{CLUSTERED}};

CREATE TABLE task_turn (		-- who got the latest of those in turn
	tenant_id bigint NOT NULL,
	pool text NOT NULL,		-- empty: everybody; else a region
	latest text NOT NULL,
	PRIMARY KEY (tenant_id, pool)
) {{CLUSTERED}};

CREATE TABLE absence (
	tenant_id bigint NOT NULL,
	email text NOT NULL,
	from_day text NOT NULL,		-- 2026-01-15
	until_day text NOT NULL,	-- included
	PRIMARY KEY (tenant_id, email, from_day)
) {{CLUSTERED}};

CREATE TABLE holiday (
	tenant_id bigint NOT NULL,
	day text NOT NULL,
	name text,
	PRIMARY KEY (tenant_id, day)
) {{CLUSTERED}};

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('task', 'task', '1000000 1000000 1'),
	('task', 'task_by_cause', '1000000 1000000 1'),
	('task', 'task_by_lead', '1000000 1000000 2'),
	('task', 'task_by_assignee', '1000000 1000000 20000 2'),
	('task', 'task_by_due', '100000 100000 2'),
	('task_note', 'task_note', '3000000 3000000 3 1'),
	('task_turn', 'task_turn', '50 50 1'),
	('absence', 'absence', '1000 1000 5 1'),
	('holiday', 'holiday', '1000 1000 1');
{{END}}
