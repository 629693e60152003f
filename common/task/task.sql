-- Statements of the room task.

-- ---- one task ---------------------------------------------------------------

-- name: task_insert
-- A new task.
-- $1 tenant bigint
-- $2 task bigint
-- $3 lead bigint
-- $4 title text
-- $5 body text
-- $6 kind text
-- $7 priority bigint
-- $8 assignee text
-- $9 due_at bigint
-- $10 now bigint
-- $11 who text
-- $12 parent bigint
-- $13 cause text
INSERT INTO task (tenant_id, task_id, lead_id, title, body, kind, priority,
	status, assignee, due_at, created_at, created_by, parent, cause,
	reminded, escalated)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12, $13, 0, 0)
ON CONFLICT (tenant_id, task_id) DO NOTHING;

-- name: task_of_cause
-- The task that this has caused.
-- $1 tenant bigint
-- $2 cause text
SELECT k.task_id FROM task AS k WHERE k.tenant_id = $1 AND k.cause = $2;

-- name: task_one
-- One task and its lead.
-- $1 tenant bigint
-- $2 task bigint
SELECT k.task_id, k.title, k.kind, k.priority, k.status, k.assignee, l.id,
	l.name, l.company, l.region, l.stage, k.due_at, k.created_at,
	k.created_by, k.started_at, k.closed_at, k.parent, k.body, k.touched_at,
	k.lead_id, l.email, l.phone
FROM task AS k
LEFT JOIN lead AS l ON l.tenant_id = k.tenant_id AND l.lead_id = k.lead_id
WHERE k.tenant_id = $1 AND k.task_id = $2;

-- name: task_all
-- Tasks and their leads: not those that are over ($2 0), or all of them (1).
-- $1 tenant bigint
-- $2 closed bigint
SELECT {{WHOLE_TENANT}}
	k.task_id, k.title, k.kind, k.priority, k.status, k.assignee, l.id,
	l.name, l.company, l.region, l.stage, k.due_at, k.created_at,
	k.created_by, k.started_at, k.closed_at, k.parent, k.body, k.touched_at,
	k.lead_id, l.email, l.phone
FROM task AS k
LEFT JOIN lead AS l ON l.tenant_id = k.tenant_id AND l.lead_id = k.lead_id
WHERE k.tenant_id = $1 AND ($2 = 1 OR k.closed_at IS NULL)
ORDER BY k.task_id;

-- name: task_of_lead
-- A lead's tasks that are not over.
-- $1 tenant bigint
-- $2 lead bigint
SELECT k.task_id FROM task AS k
WHERE k.tenant_id = $1 AND k.lead_id = $2 AND k.closed_at IS NULL
ORDER BY k.task_id;

-- name: task_holder
-- Whose the latest of a lead's tasks is that are not over.
-- $1 tenant bigint
-- $2 lead bigint
SELECT k.assignee FROM task AS k
WHERE k.tenant_id = $1 AND k.lead_id = $2 AND k.closed_at IS NULL
	AND k.assignee IS NOT NULL
ORDER BY k.task_id DESC LIMIT 1;

-- name: task_set_assignee
-- Gives it to somebody.
-- $1 tenant bigint
-- $2 task bigint
-- $3 assignee text
UPDATE task SET assignee = $3 WHERE tenant_id = $1 AND task_id = $2;

-- name: task_set_status
-- Begins, ends or reopens it.
-- $1 tenant bigint
-- $2 task bigint
-- $3 status bigint
-- $4 touched_at bigint
-- $5 started_at bigint
-- $6 closed_at bigint
UPDATE task SET status = $3, touched_at = $4, started_at = $5, closed_at = $6
WHERE tenant_id = $1 AND task_id = $2;

-- name: task_set_due
-- Another due moment, of which nobody was reminded yet.
-- $1 tenant bigint
-- $2 task bigint
-- $3 due_at bigint
UPDATE task SET due_at = $3, reminded = 0, escalated = 0
WHERE tenant_id = $1 AND task_id = $2;

-- name: task_touch
-- Somebody did something about it, perhaps for the first time.
-- $1 tenant bigint
-- $2 task bigint
-- $3 now bigint
UPDATE task SET touched_at = coalesce(touched_at, $3)
WHERE tenant_id = $1 AND task_id = $2;

-- name: task_note_add
-- What happened to it.
-- $1 tenant bigint
-- $2 task bigint
-- $3 at bigint
-- $4 who text
-- $5 action text
-- $6 note text
INSERT INTO task_note (tenant_id, task_id, number, at, who, action, note)
SELECT $1, $2, coalesce(max(n.number), 0) + 1, $3, $4, $5, $6
FROM task_note AS n WHERE n.tenant_id = $1 AND n.task_id = $2;

-- name: task_notes
-- All that happened to it.
-- $1 tenant bigint
-- $2 task bigint
SELECT n.at, n.who, n.action, n.note FROM task_note AS n
WHERE n.tenant_id = $1 AND n.task_id = $2 ORDER BY n.number;

-- ---- people -----------------------------------------------------------------

-- name: task_people
-- Who may get tasks today, with their regions and, when it is asked ($3 1), how
-- many they have.
-- $1 tenant bigint
-- $2 today text
-- $3 counted bigint
SELECT m.email, m.region, CASE WHEN $3 = 1 THEN (SELECT count(*) FROM task AS k
	WHERE k.tenant_id = $1 AND k.assignee = m.email AND k.closed_at IS NULL)
	ELSE 0 END
FROM member AS m
WHERE m.tenant_id = $1 AND m.active = 1 AND m.role = 'sales'
	AND NOT EXISTS (SELECT 1 FROM absence AS a WHERE a.tenant_id = $1
	AND a.email = m.email AND a.from_day <= $2 AND a.until_day >= $2)
ORDER BY m.email;

-- name: task_member
-- Whether somebody is one of the tenant's people.
-- $1 tenant bigint
-- $2 email text
SELECT m.active FROM member AS m WHERE m.tenant_id = $1 AND m.email = $2;

-- name: task_turn_read
-- Who got the latest task of a pool.
-- $1 tenant bigint
-- $2 pool text
SELECT r.latest FROM task_turn AS r WHERE r.tenant_id = $1 AND r.pool = $2;

-- name: task_turn_write
-- Somebody gets a task of a pool.
-- $1 tenant bigint
-- $2 pool text
-- $3 latest text
INSERT INTO task_turn (tenant_id, pool, latest) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, pool) DO UPDATE SET latest = excluded.latest;

-- name: absence_write
-- Somebody is away.
-- $1 tenant bigint
-- $2 email text
-- $3 from_day text
-- $4 until_day text
INSERT INTO absence (tenant_id, email, from_day, until_day)
VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, email, from_day)
DO UPDATE SET until_day = excluded.until_day;

-- name: absence_remove
-- Somebody is not away then.
-- $1 tenant bigint
-- $2 email text
-- $3 from_day text
-- $4 until_day text
DELETE FROM absence WHERE tenant_id = $1 AND email = $2
	AND from_day <= $4 AND until_day >= $3;

-- name: absence_all
-- Who is away when.
-- $1 tenant bigint
SELECT a.email, a.from_day, a.until_day FROM absence AS a
WHERE a.tenant_id = $1 ORDER BY a.email, a.from_day;

-- ---- the calendar -----------------------------------------------------------

-- name: holiday_write
-- A day on which nobody works.
-- $1 tenant bigint
-- $2 day text
-- $3 name text
INSERT INTO holiday (tenant_id, day, name) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, day) DO UPDATE SET name = excluded.name;

-- name: holiday_count
-- How many there are.
-- $1 tenant bigint
SELECT count(*) FROM holiday AS h WHERE h.tenant_id = $1;

-- name: holiday_all
-- All of them in order.
-- $1 tenant bigint
SELECT h.day, h.name FROM holiday AS h
WHERE h.tenant_id = $1 ORDER BY h.day;

-- ---- reminders and figures --------------------------------------------------

-- name: task_to_tell
-- Tasks of which there is something to tell by now: a day before they are due,
-- of those with two days or more, and when they are due. (As the index
-- task_by_telling has it.)
-- $1 tenant bigint
-- $2 now bigint
SELECT k.task_id, k.lead_id, l.id, k.title, k.assignee, m.manager, k.due_at
FROM task AS k
LEFT JOIN lead AS l ON l.tenant_id = k.tenant_id AND l.lead_id = k.lead_id
LEFT JOIN member AS m ON m.tenant_id = k.tenant_id AND m.email = k.assignee
WHERE k.tenant_id = $1 AND k.closed_at IS NULL AND k.due_at IS NOT NULL
	AND k.escalated = 0
	AND (CASE WHEN k.reminded = 0 AND k.due_at - k.created_at >= 172800000
	THEN k.due_at - 86400000 ELSE k.due_at END) <= $2
ORDER BY k.due_at, k.task_id;

-- name: task_next_telling
-- The first moment after one at which there will be.
-- $1 tenant bigint
-- $2 after bigint
SELECT min(CASE WHEN k.reminded = 0 AND k.due_at - k.created_at >= 172800000
	THEN k.due_at - 86400000 ELSE k.due_at END)
FROM task AS k
WHERE k.tenant_id = $1 AND k.closed_at IS NULL AND k.due_at IS NOT NULL
	AND k.escalated = 0
	AND (CASE WHEN k.reminded = 0 AND k.due_at - k.created_at >= 172800000
	THEN k.due_at - 86400000 ELSE k.due_at END) > $2;

-- name: task_told
-- Somebody was told of its due moment.
-- $1 tenant bigint
-- $2 task bigint
-- $3 escalated bigint
UPDATE task SET reminded = 1, escalated = $3
WHERE tenant_id = $1 AND task_id = $2;

-- name: task_figures
-- Tasks made in a span of time, for figures.
-- $1 tenant bigint
-- $2 since bigint
-- $3 until bigint
SELECT {{WHOLE_TENANT}}
	k.assignee, k.status, k.created_at, k.touched_at, k.closed_at, k.due_at
FROM task AS k
WHERE k.tenant_id = $1 AND k.created_at >= $2 AND k.created_at < $3
ORDER BY coalesce(k.assignee, ''), k.task_id;
