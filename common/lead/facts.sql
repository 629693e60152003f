-- Statements that read everything: about one person, about a tenant.

-- name: dump_leads
-- Every lead by id.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.lead_id, l.id, l.email, l.name, l.company, l.department, l.title,
	l.phone, l.industry, l.company_size, l.region, l.country, l.source,
	l.owner, l.tags, l.status, l.stage, l.created_at, l.updated_at,
	l.converted_at, l.converted, l.email_key, l.attrs
FROM lead AS l WHERE l.tenant_id = $1 ORDER BY l.tenant_id, l.id;

-- name: check_leads
-- Every lead as it lies, with its folded text.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.lead_id, l.id, l.email, l.name, l.company, l.department, l.title,
	l.phone, l.industry, l.company_size, l.region, l.country, l.source,
	l.owner, l.tags, l.status, l.stage, l.created_at, l.updated_at,
	l.converted_at, l.converted, l.email_key, l.attrs, l.folded
FROM lead AS l WHERE l.tenant_id = $1 ORDER BY l.tenant_id, l.lead_id;

-- name: dump_events
-- Every event by id: id, lead, type, time, attributes.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	e.event_id, l.id, y.name, e.at, e.attrs
FROM event AS e
JOIN lead AS l ON l.tenant_id = e.tenant_id AND l.lead_id = e.lead_id
JOIN event_type AS y ON y.tenant_id = e.tenant_id AND y.type_id = e.type_id
WHERE e.tenant_id = $1 ORDER BY e.tenant_id, e.event_id;

-- name: person_events
-- One lead's events in order of time.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT e.event_id, l.id, y.name, e.at, e.attrs
FROM event AS e
JOIN lead AS l ON l.tenant_id = e.tenant_id AND l.lead_id = e.lead_id
JOIN event_type AS y ON y.tenant_id = e.tenant_id AND y.type_id = e.type_id
WHERE e.tenant_id = $1 AND e.lead_id = $2 ORDER BY e.at, e.event_id;

-- name: dump_assessments
-- Every run through an assessment by id.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	a.response_id, l.id, nullif(a.assessment, ''), a.started_at, a.completed_at,
	a.progress, a.result, a.answers
FROM assessment AS a
JOIN lead AS l ON l.tenant_id = a.tenant_id AND l.lead_id = a.lead_id
WHERE a.tenant_id = $1 ORDER BY a.tenant_id, a.response_id;

-- name: person_assessments
-- One lead's runs through assessments.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT a.response_id, l.id, nullif(a.assessment, ''), a.started_at, a.completed_at,
	a.progress, a.result, a.answers
FROM assessment AS a
JOIN lead AS l ON l.tenant_id = a.tenant_id AND l.lead_id = a.lead_id
WHERE a.tenant_id = $1 AND a.lead_id = $2
ORDER BY a.started_at NULLS FIRST, a.response_id;

-- name: dump_rule_sets
-- The rule sets by name.
-- $1 tenant_id bigint
SELECT r.name, r.active, r.document FROM rule_set AS r
WHERE r.tenant_id = $1 ORDER BY r.name;

-- name: dump_scores
-- The present scores by lead.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.id, s.score, s.fit, s.engagement, s.is_hot, s.became_hot_at, s.at
FROM lead AS l
JOIN score AS s ON s.tenant_id = l.tenant_id AND s.lead_id = l.lead_id
WHERE l.tenant_id = $1 ORDER BY l.tenant_id, l.id;

-- name: person_score
-- One lead's present score.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT l.id, s.score, s.fit, s.engagement, s.is_hot, s.became_hot_at, s.at
FROM lead AS l
JOIN score AS s ON s.tenant_id = l.tenant_id AND s.lead_id = l.lead_id
WHERE l.tenant_id = $1 AND l.lead_id = $2;

-- name: dump_history
-- The former scores by lead and time.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.id, h.score, h.fit, h.engagement, h.at
FROM lead AS l
JOIN score_history AS h ON h.tenant_id = l.tenant_id AND h.lead_id = l.lead_id
WHERE l.tenant_id = $1 ORDER BY l.tenant_id, l.id, h.at, h.number;

-- name: person_history
-- One lead's former scores by time.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT l.id, h.score, h.fit, h.engagement, h.at
FROM lead AS l
JOIN score_history AS h ON h.tenant_id = l.tenant_id AND h.lead_id = l.lead_id
WHERE l.tenant_id = $1 AND l.lead_id = $2 ORDER BY h.at, h.number;

-- name: dump_segments
-- The segments by name.
-- $1 tenant_id bigint
SELECT g.name, g.enabled, g.document FROM segment AS g
WHERE g.tenant_id = $1 ORDER BY g.name;

-- name: dump_members
-- Who is in which segment.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.id, g.name, m.since, m.hand
FROM segment_member AS m
JOIN lead AS l ON l.tenant_id = m.tenant_id AND l.lead_id = m.lead_id
JOIN segment AS g ON g.tenant_id = m.tenant_id AND g.segment_id = m.segment_id
WHERE m.tenant_id = $1 ORDER BY g.name, l.id;

-- name: person_members
-- The segments one lead is in.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT l.id, g.name, m.since, m.hand
FROM segment_member AS m
JOIN lead AS l ON l.tenant_id = m.tenant_id AND l.lead_id = m.lead_id
JOIN segment AS g ON g.tenant_id = m.tenant_id AND g.segment_id = m.segment_id
WHERE m.tenant_id = $1 AND m.lead_id = $2 ORDER BY g.name;

-- name: dump_memberships
-- Who was in which segment and is not, or had left it before.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.id, g.name, h.since, h.left_at, h.hand
FROM segment_history AS h
JOIN lead AS l ON l.tenant_id = h.tenant_id AND l.lead_id = h.lead_id
JOIN segment AS g ON g.tenant_id = h.tenant_id AND g.segment_id = h.segment_id
WHERE h.tenant_id = $1 ORDER BY g.name, l.id, h.since;

-- name: person_memberships
-- The segments one lead was in.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT l.id, g.name, h.since, h.left_at, h.hand
FROM segment AS g CROSS JOIN segment_history AS h
JOIN lead AS l ON l.tenant_id = h.tenant_id AND l.lead_id = h.lead_id
WHERE g.tenant_id = $1 AND h.tenant_id = g.tenant_id
	AND h.segment_id = g.segment_id AND h.lead_id = $2
ORDER BY g.name, h.since;

-- name: dump_overrides
-- Who was put into a segment or kept out of it by hand.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.id, g.name, o.included, o.who, o.at, o.why
FROM segment_override AS o
JOIN lead AS l ON l.tenant_id = o.tenant_id AND l.lead_id = o.lead_id
JOIN segment AS g ON g.tenant_id = o.tenant_id AND g.segment_id = o.segment_id
WHERE o.tenant_id = $1 ORDER BY g.name, l.id;

-- name: person_overrides
-- What was decided by hand about one lead.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT l.id, g.name, o.included, o.who, o.at, o.why
FROM segment_override AS o
JOIN lead AS l ON l.tenant_id = o.tenant_id AND l.lead_id = o.lead_id
JOIN segment AS g ON g.tenant_id = o.tenant_id AND g.segment_id = o.segment_id
WHERE o.tenant_id = $1 AND o.lead_id = $2 ORDER BY g.name;

-- name: dump_templates
-- The templates by name.
-- $1 tenant_id bigint
SELECT p.name, p.document FROM template AS p
WHERE p.tenant_id = $1 ORDER BY p.name;

-- name: dump_stage_model
-- The tenant's own model of stages.
-- $1 tenant_id bigint
SELECT m.document FROM stage_model AS m
WHERE m.tenant_id = $1 AND m.document IS NOT NULL;

-- name: dump_stages
-- Moves between stages by lead, in order.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.id, h.came_from, h.stage, h.at, h.cause, h.who, h.why
FROM lead AS l
JOIN stage_history AS h ON h.tenant_id = l.tenant_id AND h.lead_id = l.lead_id
WHERE l.tenant_id = $1 ORDER BY l.tenant_id, l.id, h.number;

-- name: person_stages
-- One lead's moves between stages, in order.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT l.id, h.came_from, h.stage, h.at, h.cause, h.who, h.why
FROM lead AS l
JOIN stage_history AS h ON h.tenant_id = l.tenant_id AND h.lead_id = l.lead_id
WHERE l.tenant_id = $1 AND l.lead_id = $2 ORDER BY h.number;

-- name: dump_stage_states
-- Where leads stand, and what was decided by hand.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.id, s.stage, s.since, s.hand_at, s.held, s.waiting
FROM lead AS l
JOIN stage_state AS s ON s.tenant_id = l.tenant_id AND s.lead_id = l.lead_id
WHERE l.tenant_id = $1 ORDER BY l.tenant_id, l.id;

-- name: dump_tasks
-- Tasks by number.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.id, k.task_id, k.title, k.body, k.kind, k.priority, k.status,
	k.assignee, k.due_at, k.created_at, k.created_by, k.touched_at,
	k.started_at, k.closed_at, k.parent, k.cause
FROM task AS k
LEFT JOIN lead AS l ON l.tenant_id = k.tenant_id AND l.lead_id = k.lead_id
WHERE k.tenant_id = $1 ORDER BY k.tenant_id, k.task_id;

-- name: person_tasks
-- One lead's tasks by number.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT l.id, k.task_id, k.title, k.body, k.kind, k.priority, k.status,
	k.assignee, k.due_at, k.created_at, k.created_by, k.touched_at,
	k.started_at, k.closed_at, k.parent, k.cause
FROM task AS k
LEFT JOIN lead AS l ON l.tenant_id = k.tenant_id AND l.lead_id = k.lead_id
WHERE k.tenant_id = $1 AND k.lead_id = $2 ORDER BY k.task_id;

-- name: dump_task_notes
-- What happened to tasks, in order.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	n.task_id, n.at, n.who, n.action, n.note
FROM task_note AS n
WHERE n.tenant_id = $1 ORDER BY n.tenant_id, n.task_id, n.number;

-- name: person_task_notes
-- What happened to one lead's tasks, in order.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT n.task_id, n.at, n.who, n.action, n.note
FROM task AS k
JOIN task_note AS n ON n.tenant_id = k.tenant_id AND n.task_id = k.task_id
WHERE k.tenant_id = $1 AND k.lead_id = $2 ORDER BY n.task_id, n.number;

-- name: dump_absences
-- Who is away when.
-- $1 tenant_id bigint
SELECT a.email, a.from_day, a.until_day FROM absence AS a
WHERE a.tenant_id = $1 ORDER BY a.email, a.from_day;

-- name: dump_holidays
-- Days on which nobody works.
-- $1 tenant_id bigint
SELECT h.day, h.name FROM holiday AS h
WHERE h.tenant_id = $1 ORDER BY h.day;

-- name: dump_messages
-- The messages to the outside by id.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	o.id, l.id, o.channel, o.recipient, o.kind, o.cause, o.critical,
	o.locale, o.template, o.content, o.created_at, o.due_at, o.state,
	o.next_at, o.changed_at, o.code, o.answer, o.batch, p.id
FROM outbox AS o
LEFT JOIN lead AS l ON l.tenant_id = o.tenant_id AND l.lead_id = o.lead_id
LEFT JOIN outbox AS p ON p.tenant_id = o.tenant_id AND p.message_id = o.part_of
WHERE o.tenant_id = $1 ORDER BY o.tenant_id, o.id;

-- name: person_messages
-- Those about one lead, or to it.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT
	o.id, l.id, o.channel, o.recipient, o.kind, o.cause, o.critical,
	o.locale, o.template, o.content, o.created_at, o.due_at, o.state,
	o.next_at, o.changed_at, o.code, o.answer, o.batch, p.id
FROM outbox AS o
LEFT JOIN lead AS l ON l.tenant_id = o.tenant_id AND l.lead_id = o.lead_id
LEFT JOIN outbox AS p ON p.tenant_id = o.tenant_id AND p.message_id = o.part_of
WHERE o.tenant_id = $1 AND (o.lead_id = $2 OR o.address = (SELECT m.email_key FROM lead AS m
	WHERE m.tenant_id = $1 AND m.lead_id = $2))
ORDER BY o.message_id;

-- name: dump_attempts
-- What was tried to deliver messages.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	o.id, a.number, a.at, a.outcome, a.code, a.answer
FROM outbox AS o
JOIN outbox_attempt AS a ON a.tenant_id = o.tenant_id
	AND a.message_id = o.message_id
WHERE o.tenant_id = $1 ORDER BY o.tenant_id, o.id, a.number;

-- name: person_attempts
-- The same of messages about one lead, or to it.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT o.id, a.number, a.at, a.outcome, a.code, a.answer
FROM outbox AS o
JOIN outbox_attempt AS a ON a.tenant_id = o.tenant_id
	AND a.message_id = o.message_id
WHERE o.tenant_id = $1 AND (o.lead_id = $2 OR o.address = (SELECT m.email_key FROM lead AS m
	WHERE m.tenant_id = $1 AND m.lead_id = $2))
ORDER BY o.message_id, a.number;

-- name: dump_attachments
-- What messages carry that may still be sent.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	a.hash, a.size, a.content
FROM attachment AS a WHERE a.tenant_id = $1 ORDER BY a.tenant_id, a.hash;

-- name: person_attachments
-- What messages about one lead, or to it, carry.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT a.hash, a.size, a.content FROM attachment AS a
WHERE a.tenant_id = $1 AND a.hash IN (SELECT c.hash FROM outbox AS o
	JOIN outbox_attachment AS c ON c.tenant_id = o.tenant_id
		AND c.message_id = o.message_id
	WHERE o.tenant_id = $1 AND (o.lead_id = $2 OR o.address = (
	SELECT m.email_key FROM lead AS m
	WHERE m.tenant_id = $1 AND m.lead_id = $2)))
ORDER BY a.hash;

-- name: dump_suppressions
-- Who must not be written to.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	s.hash, s.address, s.reason, s.note, s.who, s.at
FROM suppression AS s WHERE s.tenant_id = $1
ORDER BY s.tenant_id, s.hash;

-- name: person_suppressions
-- Whether one lead must not be written to.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT s.hash, s.address, s.reason, s.note, s.who, s.at
FROM suppression AS s
JOIN lead AS l ON l.tenant_id = s.tenant_id AND l.email_key = s.address
WHERE s.tenant_id = $1 AND l.lead_id = $2;

-- name: dump_forecasts
-- Forecasts that were kept.
-- $1 tenant_id bigint
SELECT f.made_at, f.definition, f.series, f.method, f.model, f.period,
	f.first_at, f.steps {{WHOLE_TENANT}}
FROM forecast AS f
WHERE f.tenant_id = $1 ORDER BY f.what, f.part, f.made_at;

-- name: dump_watches
-- Metrics that are watched.
-- $1 tenant_id bigint
SELECT w.name, w.enabled, w.document FROM watch AS w
WHERE w.tenant_id = $1 ORDER BY w.name;

-- name: dump_alarms
-- What was told of them.
-- $1 tenant_id bigint
SELECT a.watch, a.at, a.told_at, a.data {{WHOLE_TENANT}}
FROM alarm AS a
WHERE a.tenant_id = $1 ORDER BY a.what, a.part, a.at;

-- name: dump_preferences
-- How the tenant's people want to be told.
-- $1 tenant_id bigint
SELECT p.email, p.document FROM preference AS p
WHERE p.tenant_id = $1 ORDER BY p.email;

-- name: dump_inboxes
-- What the tenant's people were told inside.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	i.member, o.id, i.at, i.subject, i.body, i.read_at
FROM inbox AS i
JOIN outbox AS o ON o.tenant_id = i.tenant_id AND o.message_id = i.message_id
WHERE i.tenant_id = $1 ORDER BY i.member, o.id;

-- name: person_inboxes
-- What they were told about one lead, or it was told.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT {{WHOLE_TENANT}}
	i.member, o.id, i.at, i.subject, i.body, i.read_at
FROM outbox AS o
JOIN inbox AS i ON i.tenant_id = o.tenant_id AND i.message_id = o.message_id
WHERE o.tenant_id = $1 AND (o.lead_id = $2 OR o.address = (SELECT m.email_key FROM lead AS m
	WHERE m.tenant_id = $1 AND m.lead_id = $2))
ORDER BY i.member, o.message_id;

-- name: dump_signals
-- The signals by time; their own numbers depend on who came first.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.id, g.kind, g.at, g.data
FROM signal AS g
LEFT JOIN lead AS l ON l.tenant_id = g.tenant_id AND l.lead_id = g.lead_id
WHERE g.tenant_id = $1
ORDER BY g.at, g.kind, l.id NULLS FIRST, g.data NULLS FIRST;

-- name: person_signals
-- One lead's signals.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT l.id, g.kind, g.at, g.data
FROM signal AS g
JOIN lead AS l ON l.tenant_id = g.tenant_id AND l.lead_id = g.lead_id
WHERE g.tenant_id = $1 AND g.lead_id = $2
ORDER BY g.at, g.kind, g.data NULLS FIRST;

-- name: dump_automations
-- The tenant's automations by name.
-- $1 tenant_id bigint
SELECT a.name, a.enabled, a.document FROM automation AS a
WHERE a.tenant_id = $1 ORDER BY a.name;

-- name: dump_recommend
-- The tenant's own table of recommended actions.
-- $1 tenant_id bigint
SELECT s.recommend FROM automation_state AS s
WHERE s.tenant_id = $1 AND s.recommend IS NOT NULL;

-- name: dump_export_policy
-- Which role may have what.
-- $1 tenant_id bigint
SELECT p.document FROM export_policy AS p WHERE p.tenant_id = $1;

-- name: dump_firings
-- What automations did, by time.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	l.id, f.automation, f.kind, f.at, f.tasks, f.messages, f.moves,
	f.problem
FROM firing AS f
LEFT JOIN lead AS l ON l.tenant_id = f.tenant_id AND l.lead_id = f.lead_id
WHERE f.tenant_id = $1
ORDER BY f.at, f.automation, l.id NULLS FIRST, f.kind, f.tasks, f.messages;

-- name: person_firings
-- What automations did about one lead.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT l.id, f.automation, f.kind, f.at, f.tasks, f.messages, f.moves,
	f.problem
FROM firing AS f
JOIN lead AS l ON l.tenant_id = f.tenant_id AND l.lead_id = f.lead_id
WHERE f.tenant_id = $1 AND f.lead_id = $2
ORDER BY f.at, f.automation, f.kind, f.tasks, f.messages;

-- name: person_changes
-- When fields of one lead changed.
-- $1 tenant_id bigint
-- $2 lead_id bigint
SELECT l.id, c.field, c.at
FROM field_change AS c
JOIN lead AS l ON l.tenant_id = c.tenant_id AND l.lead_id = c.lead_id
WHERE c.tenant_id = $1 AND c.lead_id = $2 ORDER BY c.at, c.field;

-- name: person_audit
-- What was done about one lead.
-- $1 tenant_id bigint
-- $2 id text
SELECT {{WHOLE_TENANT}}
	a.at, a.who, a.action, a.detail FROM audit AS a
WHERE a.tenant_id = $1 AND a.object = $2 ORDER BY a.audit_id;

-- name: erase_lead
-- The lead itself.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM lead WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_events
-- What it did.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM event WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_assessments
-- Its runs through assessments.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM assessment WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_score
-- Its score.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM score WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_history
-- Its former scores.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM score_history WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_stages
-- The way it came through stages.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM stage_history WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_stage_state
-- Where it stands.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM stage_state WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_task_notes
-- What happened to its tasks.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM task_note WHERE tenant_id = $1 AND task_id IN (
	SELECT k.task_id FROM task AS k
	WHERE k.tenant_id = $1 AND k.lead_id = $2);

-- name: erase_tasks
-- Its tasks.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM task WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_members
-- Its place in segments.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM segment_member WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_memberships
-- The segments it was in.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM segment_history WHERE tenant_id = $1 AND lead_id = $2
	AND segment_id IN (SELECT g.segment_id FROM segment AS g
	WHERE g.tenant_id = $1);

-- name: erase_overrides
-- What was decided about it by hand.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM segment_override WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_segment_next
-- When its segments were to be looked at again.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM segment_next WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_digests
-- What people were told about it and others in one, inside, is told them again
-- without it: as the parts that are left say it, in the same place.
-- $1 tenant_id bigint
-- $2 lead_id bigint
-- $3 now bigint
UPDATE outbox SET state = 'queued', next_at = $3, due_at = $3, changed_at = $3
WHERE tenant_id = $1 AND state = 'sent' AND channel = 'inbox'
	AND message_id IN (SELECT p.part_of FROM outbox AS p
	WHERE p.tenant_id = $1 AND p.lead_id = $2 AND p.part_of IS NOT NULL)
	AND EXISTS (SELECT 1 FROM outbox AS q
	WHERE q.tenant_id = $1 AND q.part_of = outbox.message_id
	AND (q.lead_id IS NULL OR q.lead_id <> $2));

-- name: erase_digest_words
-- Until then they say nothing.
-- $1 tenant_id bigint
-- $2 lead_id bigint
UPDATE inbox SET subject = NULL, body = NULL
WHERE tenant_id = $1 AND {{WHOLE_TENANT}} message_id IN (
	SELECT o.part_of FROM outbox AS o
	WHERE o.tenant_id = $1 AND o.lead_id = $2 AND o.part_of IS NOT NULL);

-- name: erase_inboxes
-- What people were told about it alone.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM inbox {{WHOLE_TENANT}}
WHERE tenant_id = $1 AND message_id IN (
	SELECT o.message_id FROM outbox AS o WHERE o.tenant_id = $1
	AND (o.lead_id = $2 OR o.address = (SELECT m.email_key FROM lead AS m
	WHERE m.tenant_id = $1 AND m.lead_id = $2))
	UNION SELECT o.part_of FROM outbox AS o
	WHERE o.tenant_id = $1 AND o.lead_id = $2 AND o.part_of IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM outbox AS q
	WHERE q.tenant_id = $1 AND q.part_of = o.part_of
	AND (q.lead_id IS NULL OR q.lead_id <> $2)));

-- name: erase_attempts
-- What was tried to tell them, or it.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM outbox_attempt WHERE tenant_id = $1 AND message_id IN (
	SELECT o.message_id FROM outbox AS o WHERE o.tenant_id = $1
	AND (o.lead_id = $2 OR o.address = (SELECT m.email_key FROM lead AS m
	WHERE m.tenant_id = $1 AND m.lead_id = $2)));

-- name: erase_attachments
-- What only those messages carry ...
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM attachment WHERE tenant_id = $1 AND hash IN (
	SELECT c.hash FROM outbox_attachment AS c
	WHERE c.tenant_id = $1 AND c.message_id IN (
	SELECT o.message_id FROM outbox AS o WHERE o.tenant_id = $1
	AND (o.lead_id = $2 OR o.address = (SELECT m.email_key FROM lead AS m
	WHERE m.tenant_id = $1 AND m.lead_id = $2))))
	AND NOT EXISTS (SELECT 1 FROM outbox_attachment AS d
	WHERE d.tenant_id = $1 AND d.hash = attachment.hash
	AND d.message_id NOT IN (
	SELECT o.message_id FROM outbox AS o WHERE o.tenant_id = $1
	AND (o.lead_id = $2 OR o.address = (SELECT m.email_key FROM lead AS m
	WHERE m.tenant_id = $1 AND m.lead_id = $2))));

-- name: erase_carried
-- ... and that they do.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM outbox_attachment WHERE tenant_id = $1 AND message_id IN (
	SELECT o.message_id FROM outbox AS o WHERE o.tenant_id = $1
	AND (o.lead_id = $2 OR o.address = (SELECT m.email_key FROM lead AS m
	WHERE m.tenant_id = $1 AND m.lead_id = $2)));

-- name: erase_messages
-- The messages themselves; what waits is not sent any more.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM outbox WHERE tenant_id = $1 AND message_id IN (
	SELECT o.message_id FROM outbox AS o WHERE o.tenant_id = $1
	AND (o.lead_id = $2 OR o.address = (SELECT m.email_key FROM lead AS m
	WHERE m.tenant_id = $1 AND m.lead_id = $2)));

-- name: erase_pace
-- How much went to it lately.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM pace WHERE tenant_id = $1 AND whom IN (
	SELECT l.email_key FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = $2);

-- name: forget_suppressed
-- That it must not be written to stays true; its address goes.
-- $1 tenant_id bigint
-- $2 lead_id bigint
UPDATE suppression SET address = NULL, note = NULL
WHERE tenant_id = $1 AND address IN (SELECT l.email_key FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = $2);

-- name: erase_signal_queue
-- Signals about it that wait.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM signal_queue WHERE tenant_id = $1 AND signal_id IN (
	SELECT g.signal_id FROM signal AS g
	WHERE g.tenant_id = $1 AND g.lead_id = $2);

-- name: erase_in_exports
-- What somebody typed to have one person's rows.
-- $1 tenant_id bigint
-- $2 email text
UPDATE export_run SET request = replace(request, $2, '(erased)') {{WHOLE_TENANT}}
WHERE tenant_id = $1 AND replace(request, $2, '') <> request;

-- name: erase_in_audit
-- The same in the audit.
-- $1 tenant_id bigint
-- $2 email text
UPDATE audit SET detail = replace(detail, $2, '(erased)') {{WHOLE_TENANT}}
WHERE tenant_id = $1 AND action LIKE 'export%'
	AND replace(detail, $2, '') <> detail;

-- name: erase_in_alarms
-- The same in what was told of metrics, whose conditions may have named it.
-- $1 tenant_id bigint
-- $2 email text
UPDATE alarm SET data = replace(data, $2, '(erased)') {{WHOLE_TENANT}}
WHERE tenant_id = $1 AND replace(data, $2, '') <> data;

-- name: erase_in_signals
-- The same in signals that are about no lead.
-- $1 tenant_id bigint
-- $2 email text
UPDATE signal SET data = replace(data, $2, '(erased)')
WHERE tenant_id = $1 AND lead_id IS NULL AND replace(data, $2, '') <> data;

-- name: erase_firings
-- What automations did about it.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM firing WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_signals
-- The signals about it.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM signal WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_changes
-- When it changed.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM field_change WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_work
-- Its place in the queues.
-- $1 tenant_id bigint
-- $2 lead_id bigint
DELETE FROM work WHERE tenant_id = $1 AND lead_id = $2;

-- name: erase_audit
-- The audit keeps that something was done, not to whom and what was there.
-- $1 tenant_id bigint
-- $2 id text
UPDATE audit {{WHOLE_TENANT}} SET object = 'erased', detail = NULL
WHERE tenant_id = $1 AND object = $2;

-- name: check_event_leads
-- Events of leads that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM event AS e WHERE e.tenant_id = $1 AND NOT EXISTS (
	SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = e.lead_id);

-- name: check_event_types
-- Events of types that have no name.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM event AS e WHERE e.tenant_id = $1 AND NOT EXISTS (
	SELECT 1 FROM event_type AS y
	WHERE y.tenant_id = $1 AND y.type_id = e.type_id);

-- name: check_assessment_leads
-- Assessments of leads that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM assessment AS a WHERE a.tenant_id = $1 AND NOT EXISTS (
	SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = a.lead_id);

-- name: check_score_leads
-- Scores of leads that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM score AS s WHERE s.tenant_id = $1 AND NOT EXISTS (
	SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = s.lead_id);

-- name: check_score_range
-- Scores outside 0..100, or hot without a moment of becoming so.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM score AS s WHERE s.tenant_id = $1
	AND (s.score < 0 OR s.score > 100
	OR (s.is_hot = 1 AND s.became_hot_at IS NULL));

-- name: check_history_leads
-- Former scores of leads that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM score_history AS h WHERE h.tenant_id = $1 AND NOT EXISTS (
	SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = h.lead_id);

-- name: check_stage_leads
-- Stages, or moves between them, of leads that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	(SELECT count(*) FROM stage_state AS s WHERE s.tenant_id = $1
	AND NOT EXISTS (SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = s.lead_id))
	+ (SELECT count(*) FROM stage_history AS h WHERE h.tenant_id = $1
	AND NOT EXISTS (SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = h.lead_id));

-- name: check_stage_moves
-- Leads whose last move does not lead to where they stand.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM stage_state AS s
LEFT JOIN stage_history AS h ON h.tenant_id = s.tenant_id
	AND h.lead_id = s.lead_id AND h.number = s.moves
WHERE s.tenant_id = $1 AND s.moves > 0
	AND (h.number IS NULL OR coalesce(h.stage, '') <> coalesce(s.stage, '')
	OR h.at <> s.since);

-- name: check_task_leads
-- Tasks of leads that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM task AS k WHERE k.tenant_id = $1
	AND k.lead_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = k.lead_id);

-- name: check_tasks
-- Tasks whose state and moments contradict each other, or without any note.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM task AS k WHERE k.tenant_id = $1 AND (
	(k.status >= 2 AND k.closed_at IS NULL)
	OR (k.status < 2 AND k.closed_at IS NOT NULL)
	OR (k.status = 1 AND k.started_at IS NULL)
	OR NOT EXISTS (SELECT 1 FROM task_note AS n
	WHERE n.tenant_id = $1 AND n.task_id = k.task_id AND n.number = 1));

-- name: check_queued_signals
-- Signals that wait and are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM signal_queue AS q WHERE q.tenant_id = $1
	AND NOT EXISTS (SELECT 1 FROM signal AS g
	WHERE g.tenant_id = $1 AND g.signal_id = q.signal_id);

-- name: check_export_runs
-- Exports in a state that cannot be.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM export_run AS r WHERE r.tenant_id = $1 AND (
	r.state NOT IN ('running', 'finishing', 'done', 'failed', 'refused',
	'stopped', 'abandoned', 'replaced', 'purged', 'kept')
	OR (r.job IS NOT NULL AND r.state IN ('finishing', 'done')
	AND r.sha256 IS NULL)
	OR (r.state = 'finishing' AND r.part IS NULL));

-- name: check_firings
-- Firings by signals, or about leads, that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM firing AS f WHERE f.tenant_id = $1 AND (
	NOT EXISTS (SELECT 1 FROM signal AS g
	WHERE g.tenant_id = $1 AND g.signal_id = f.signal_id)
	OR (f.lead_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = f.lead_id)));

-- name: check_member_leads
-- Members that are no leads, or of segments that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM segment_member AS m WHERE m.tenant_id = $1 AND (
	NOT EXISTS (SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = m.lead_id)
	OR NOT EXISTS (SELECT 1 FROM segment AS g
	WHERE g.tenant_id = $1 AND g.segment_id = m.segment_id));

-- name: check_membership_leads
-- Former members that are no leads, or of segments that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM segment_history AS h WHERE h.tenant_id = $1 AND (
	NOT EXISTS (SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = h.lead_id)
	OR NOT EXISTS (SELECT 1 FROM segment AS g
	WHERE g.tenant_id = $1 AND g.segment_id = h.segment_id));

-- name: check_override_leads
-- Decisions by hand about no lead, or about segments that are not there.
-- $1 tenant_id bigint
SELECT count(*) FROM segment_override AS o WHERE o.tenant_id = $1 AND (
	NOT EXISTS (SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = o.lead_id)
	OR NOT EXISTS (SELECT 1 FROM segment AS g
	WHERE g.tenant_id = $1 AND g.segment_id = o.segment_id));

-- name: check_excluded_members
-- Members that are kept out by hand, or in by hand and nobody said so, or not
-- in though somebody said so.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	(SELECT count(*) FROM segment_member AS m WHERE m.tenant_id = $1
	AND m.hand = 1 AND NOT EXISTS (SELECT 1 FROM segment_override AS o
	WHERE o.tenant_id = $1 AND o.segment_id = m.segment_id
	AND o.lead_id = m.lead_id AND o.included = 1))
	+ (SELECT count(*) FROM segment_override AS o WHERE o.tenant_id = $1
	AND o.included <> (SELECT count(*) FROM segment_member AS m
	WHERE m.tenant_id = $1 AND m.segment_id = o.segment_id
	AND m.lead_id = o.lead_id));

-- name: check_signal_leads
-- Signals about leads that are not there.
-- $1 tenant_id bigint
SELECT count(*) FROM signal AS g WHERE g.tenant_id = $1
	AND g.lead_id IS NOT NULL AND NOT EXISTS (
	SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = g.lead_id);

-- name: check_change_leads
-- Changes of leads that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM field_change AS c WHERE c.tenant_id = $1 AND NOT EXISTS (
	SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = c.lead_id);

-- name: check_work_leads
-- Queue entries of leads that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM work AS w WHERE w.tenant_id = $1 AND NOT EXISTS (
	SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = w.lead_id);

-- name: check_rule_sets
-- More active rule sets than one.
-- $1 tenant_id bigint
SELECT CASE WHEN count(*) > 1 THEN count(*) - 1 ELSE 0 END FROM rule_set AS r
WHERE r.tenant_id = $1 AND r.active = 1;

-- name: check_events
-- Attributes of all events that have some.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	e.event_id, e.attrs FROM event AS e
WHERE e.tenant_id = $1 AND e.attrs IS NOT NULL;

-- name: stats_counts
-- How many leads, converted ones given so, events, assessments, scores, hot
-- leads, former scores, signals, waiting leads, audit entries, segments and
-- their members.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	(SELECT count(*) FROM lead AS l WHERE l.tenant_id = $1),
	(SELECT count(*) FROM event AS e WHERE e.tenant_id = $1),
	(SELECT count(*) FROM event_type AS y WHERE y.tenant_id = $1),
	(SELECT count(*) FROM assessment AS a WHERE a.tenant_id = $1),
	(SELECT count(*) FROM score AS s WHERE s.tenant_id = $1),
	(SELECT count(*) FROM score AS s
		WHERE s.tenant_id = $1 AND s.is_hot = 1),
	(SELECT count(*) FROM score_history AS h WHERE h.tenant_id = $1),
	(SELECT count(*) FROM signal AS g WHERE g.tenant_id = $1),
	(SELECT count(*) FROM work AS w WHERE w.tenant_id = $1),
	(SELECT count(*) FROM audit AS a WHERE a.tenant_id = $1),
	(SELECT count(*) FROM segment AS t WHERE t.tenant_id = $1),
	(SELECT count(*) FROM segment_member AS m WHERE m.tenant_id = $1);

-- name: stats_events
-- Events by type, with the first and the last moment.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	y.name, count(*), min(e.at), max(e.at)
FROM event AS e
JOIN event_type AS y ON y.tenant_id = e.tenant_id AND y.type_id = e.type_id
WHERE e.tenant_id = $1 GROUP BY y.name ORDER BY y.name;

-- name: check_message_leads
-- Messages about leads that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM outbox AS o WHERE o.tenant_id = $1
	AND o.lead_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM lead AS l
	WHERE l.tenant_id = $1 AND l.lead_id = o.lead_id);

-- name: check_message_states
-- Messages whose state and whose next moment, run or bearer disagree. One that
-- waits has a moment, or a run that has reserved it.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	count(*) FROM outbox AS o WHERE o.tenant_id = $1
	AND NOT ((o.state = 'merged') = (o.part_of IS NOT NULL)
	AND CASE WHEN o.state IN ('queued', 'retry')
	THEN (o.next_at IS NULL) <> (o.run IS NULL)
	WHEN o.state IN ('sending', 'doubtful')
	THEN o.next_at IS NULL AND o.run IS NOT NULL
	WHEN o.state IN ('sent', 'dead', 'cancelled', 'merged')
	THEN o.next_at IS NULL AND o.run IS NULL
	ELSE 1 = 0 END);

-- name: check_attachments
-- What is carried by nobody, or by what is not there, or is not there itself.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	(SELECT count(*) FROM attachment AS a WHERE a.tenant_id = $1
	AND NOT EXISTS (SELECT 1 FROM outbox_attachment AS c
	WHERE c.tenant_id = $1 AND c.hash = a.hash))
	+ (SELECT count(*) FROM outbox_attachment AS c WHERE c.tenant_id = $1
	AND (NOT EXISTS (SELECT 1 FROM outbox AS o
	WHERE o.tenant_id = $1 AND o.message_id = c.message_id)
	OR NOT EXISTS (SELECT 1 FROM attachment AS a
	WHERE a.tenant_id = $1 AND a.hash = c.hash)));

-- name: check_message_rest
-- Attempts, lines of inboxes, or parts of messages that are not there.
-- $1 tenant_id bigint
SELECT {{WHOLE_TENANT}}
	(SELECT count(*) FROM outbox_attempt AS a WHERE a.tenant_id = $1
	AND NOT EXISTS (SELECT 1 FROM outbox AS o
	WHERE o.tenant_id = $1 AND o.message_id = a.message_id))
	+ (SELECT count(*) FROM outbox AS p WHERE p.tenant_id = $1
	AND p.part_of IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox AS o
	WHERE o.tenant_id = $1 AND o.message_id = p.part_of))
	+ (SELECT count(*) FROM inbox AS i WHERE i.tenant_id = $1
	AND NOT EXISTS (SELECT 1 FROM outbox AS o
	WHERE o.tenant_id = $1 AND o.message_id = i.message_id));
