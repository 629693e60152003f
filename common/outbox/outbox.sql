-- SPDX-License-Identifier: ISC
-- Statements of the room outbox.

-- bulk: outbox_pick (message_id bigint)

-- bulk: outbox_close (message_id bigint, state text, next_at bigint,
--	attempts bigint, tries bigint, code bigint, answer text)

-- bulk: outbox_wait (message_id bigint, until bigint, why text)

-- bulk: outbox_inbox (message_id bigint, member text, subject text, body text)

-- ---- the front door ---------------------------------------------------------

-- name: outbox_add
-- A message to be said.
-- $1 tenant bigint
-- $2 message bigint
-- $3 id text
-- $4 cause text
-- $5 kind text
-- $6 channel text
-- $7 recipient text
-- $8 address text
-- $9 hash text
-- $10 lead bigint
-- $11 critical bigint
-- $12 locale text
-- $13 template text
-- $14 content text
-- $15 now bigint
-- $16 due_at bigint
-- $17 batch text
INSERT INTO outbox (tenant_id, message_id, id, cause, kind, channel, recipient,
	address, hash, lead_id, critical, locale, template, content, created_at,
	due_at, state, next_at, attempts, tries, changed_at, batch)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
	'queued', $16, 0, 0, $15, $17)
ON CONFLICT (tenant_id, id) DO NOTHING;

-- ---- what messages carry -----------------------------------------------------

-- name: attachment_add
-- A content, unless it is there.
-- $1 tenant bigint
-- $2 hash text
-- $3 size bigint
-- $4 content blob
INSERT INTO attachment (tenant_id, hash, size, content)
VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, hash) DO NOTHING;

-- name: attachment_carry
-- A message carries it.
-- $1 tenant bigint
-- $2 message bigint
-- $3 hash text
INSERT INTO outbox_attachment (tenant_id, message_id, hash) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, message_id, hash) DO NOTHING;

-- name: attachment_read
-- A content.
-- $1 tenant bigint
-- $2 hash text
SELECT a.content FROM attachment AS a WHERE a.tenant_id = $1 AND a.hash = $2;

-- name: attachment_forget
-- What only those messages of bulk_outbox_pick carry that have been sent.
-- $1 tenant bigint
DELETE FROM attachment WHERE tenant_id = $1 AND hash IN (
	SELECT c.hash FROM outbox_attachment AS c
	JOIN outbox AS o ON o.tenant_id = c.tenant_id
		AND o.message_id = c.message_id
	WHERE c.tenant_id = $1 AND o.state = 'sent' AND c.message_id IN (
		SELECT b.message_id FROM bulk_outbox_pick AS b))
	AND NOT EXISTS (SELECT 1 FROM outbox_attachment AS d
	JOIN outbox AS p ON p.tenant_id = d.tenant_id
		AND p.message_id = d.message_id
	WHERE d.tenant_id = $1 AND d.hash = attachment.hash
		AND p.state <> 'sent');

-- name: attachment_lay_down
-- They carry nothing any more.
-- $1 tenant bigint
DELETE FROM outbox_attachment WHERE tenant_id = $1 AND message_id IN (
	SELECT o.message_id FROM outbox AS o
	WHERE o.tenant_id = $1 AND o.state = 'sent' AND o.message_id IN (
		SELECT b.message_id FROM bulk_outbox_pick AS b));

-- ---- the sender -------------------------------------------------------------

-- name: sender_read
-- Which store it is that sends.
-- $1 tenant bigint
SELECT s.host, s.path, s.id, s.claims FROM sender AS s WHERE s.tenant_id = $1;

-- name: sender_stamp
-- The store that the first message was written to, unless that is known.
-- $1 tenant bigint
-- $2 host text
-- $3 path text
INSERT INTO sender (tenant_id, host, path, claims) VALUES ($1, $2, $3, 0)
ON CONFLICT (tenant_id) DO NOTHING;

-- name: sender_adopt
-- This store it is from now on.
-- $1 tenant bigint
-- $2 host text
-- $3 path text
-- $4 id text
INSERT INTO sender (tenant_id, host, path, id, claims)
VALUES ($1, $2, $3, $4, 0)
ON CONFLICT (tenant_id) DO UPDATE SET host = excluded.host,
	path = excluded.path, id = excluded.id, claims = 0;

-- name: sender_count
-- So many more have been claimed.
-- $1 tenant bigint
-- $2 more bigint
UPDATE sender SET claims = claims + $2 WHERE tenant_id = $1
RETURNING claims;

-- ---- delivering -------------------------------------------------------------

-- name: outbox_due
-- What is due on a channel, the longest first.
-- $1 tenant bigint
-- $2 channel text
-- $3 now bigint
-- $4 limit bigint
SELECT o.message_id, o.id, o.cause, o.kind, o.recipient, o.address, l.id,
	o.critical, o.locale, o.template, o.content, o.created_at, o.due_at,
	o.attempts, o.tries, o.batch
FROM outbox AS o
LEFT JOIN lead AS l ON l.tenant_id = o.tenant_id AND l.lead_id = o.lead_id
WHERE o.tenant_id = $1 AND o.channel = $2 AND o.next_at <= $3
ORDER BY o.next_at, o.message_id LIMIT $4;

-- name: outbox_batches
-- What waits to be said together on a channel, where some of it is due and none
-- is late.
-- $1 tenant bigint
-- $2 channel text
-- $3 now bigint
-- $4 late bigint
SELECT o.batch, o.recipient FROM outbox AS o
WHERE o.tenant_id = $1 AND o.channel = $2 AND o.batch IS NOT NULL
	AND o.next_at IS NOT NULL AND o.due_at >= $4 AND o.state = 'queued'
	AND o.tries = 0
GROUP BY o.batch, o.recipient
HAVING min(o.next_at) <= $3 AND count(*) > 1
ORDER BY o.batch, o.recipient;

-- name: outbox_batch
-- One batch of it, as outbox_due.
-- $1 tenant bigint
-- $2 channel text
-- $3 batch text
-- $4 recipient text
-- $5 late bigint
-- $6 after bigint
-- $7 limit bigint
SELECT o.message_id, o.id, o.cause, o.kind, o.recipient, o.address, l.id,
	o.critical, o.locale, o.template, o.content, o.created_at, o.due_at,
	o.attempts, o.tries, o.batch
FROM outbox AS o
LEFT JOIN lead AS l ON l.tenant_id = o.tenant_id AND l.lead_id = o.lead_id
WHERE o.tenant_id = $1 AND o.channel = $2 AND o.batch = $3
	AND o.recipient = $4 AND o.next_at IS NOT NULL AND o.due_at >= $5
	AND o.state = 'queued' AND o.tries = 0 AND o.message_id > $6
ORDER BY o.message_id LIMIT $7;

-- name: outbox_merge
-- The messages of bulk_outbox_pick that wait are part of another.
-- $1 tenant bigint
-- $2 digest bigint
-- $3 now bigint
UPDATE outbox SET state = 'merged', next_at = NULL, part_of = $2,
	changed_at = $3, code = NULL, answer = NULL
WHERE tenant_id = $1 AND next_at IS NOT NULL
	AND message_id IN (SELECT b.message_id FROM bulk_outbox_pick AS b);

-- name: outbox_parts
-- What a message says in one, as outbox_due.
-- $1 tenant bigint
-- $2 digest bigint
SELECT o.message_id, o.id, o.cause, o.kind, o.recipient, o.address, l.id,
	o.critical, o.locale, o.template, o.content, o.created_at, o.due_at,
	o.attempts, o.tries, o.batch
FROM outbox AS o
LEFT JOIN lead AS l ON l.tenant_id = o.tenant_id AND l.lead_id = o.lead_id
WHERE o.tenant_id = $1 AND o.part_of = $2 ORDER BY o.message_id;

-- name: outbox_channels
-- The channels that something is due on or being sent by.
-- $1 tenant bigint
-- $2 now bigint
SELECT o.channel FROM outbox AS o {{WHOLE_TENANT}}
WHERE o.tenant_id = $1 AND o.next_at <= $2
UNION
SELECT o.channel FROM outbox AS o
WHERE o.tenant_id = $1 AND o.run IS NOT NULL
	AND o.state IN ('sending', 'queued', 'retry')
ORDER BY channel;

-- name: outbox_reserve
-- Messages of bulk_outbox_pick are a run's to send, those that still wait.
-- $1 tenant bigint
-- $2 run text
UPDATE outbox SET run = $2, next_at = NULL
WHERE tenant_id = $1 AND next_at IS NOT NULL
	AND message_id IN (SELECT b.message_id FROM bulk_outbox_pick AS b);

-- name: outbox_unreserve
-- What a run has reserved on a channel and not begun waits again.
-- $1 tenant bigint
-- $2 channel text
-- $3 run text
-- $4 next_at bigint
UPDATE outbox SET run = NULL, next_at = $4
WHERE tenant_id = $1 AND channel = $2 AND run IS NOT NULL AND run = $3
	AND state IN ('queued', 'retry');

-- name: outbox_claim
-- Marks messages of bulk_outbox_pick as being sent, those that were reserved
-- or ($4 1) still wait.
-- $1 tenant bigint
-- $2 run text
-- $3 now bigint
-- $4 waiting bigint
UPDATE outbox SET state = 'sending', next_at = NULL, tries = tries + 1,
	run = $2, changed_at = $3
WHERE tenant_id = $1
	AND message_id IN (SELECT b.message_id FROM bulk_outbox_pick AS b)
	AND ((next_at IS NOT NULL AND $4 = 1)
	OR (run = $2 AND state IN ('queued', 'retry')));

-- name: outbox_claimed
-- Those of bulk_outbox_pick that are ours, and why their recipients must not be
-- written to.
-- $1 tenant bigint
-- $2 run text
SELECT o.message_id, s.reason
FROM bulk_outbox_pick AS b CROSS JOIN outbox AS o
LEFT JOIN suppression AS s ON s.tenant_id = o.tenant_id AND s.hash = o.hash
WHERE o.tenant_id = $1 AND o.message_id = b.message_id
	AND o.state = 'sending' AND o.run = $2
ORDER BY o.message_id;

-- name: outbox_close
-- What became of the messages of bulk_outbox_close, where they are still ours.
-- (As an upsert, which looks each up by its key.)
-- $1 tenant bigint
-- $2 run text
-- $3 now bigint
INSERT INTO outbox (tenant_id, message_id, id, cause, kind, channel, recipient,
	critical, content, created_at, due_at, state, next_at, attempts, tries,
	run, changed_at, code, answer)
SELECT $1, o.message_id, o.id, o.cause, o.kind, o.channel, o.recipient,
	o.critical, o.content, o.created_at, o.due_at, b.state, b.next_at,
	b.attempts, b.tries,
	CASE WHEN b.state = 'doubtful' THEN o.run ELSE NULL END, $3, b.code,
	b.answer
FROM bulk_outbox_close AS b CROSS JOIN outbox AS o
WHERE o.tenant_id = $1 AND o.message_id = b.message_id AND o.run = $2
ON CONFLICT (tenant_id, message_id) DO UPDATE SET state = excluded.state,
	next_at = excluded.next_at, attempts = excluded.attempts,
	tries = excluded.tries, run = excluded.run,
	changed_at = excluded.changed_at, code = excluded.code,
	answer = excluded.answer;

-- name: outbox_attempts_add
-- The same as history.
-- $1 tenant bigint
-- $2 now bigint
INSERT INTO outbox_attempt (tenant_id, message_id, number, at, outcome, code,
	answer)
SELECT $1, b.message_id, b.tries, $2, b.state, b.code, b.answer
FROM bulk_outbox_close AS b WHERE true
ON CONFLICT (tenant_id, message_id, number) DO UPDATE
SET at = excluded.at, outcome = excluded.outcome, code = excluded.code,
	answer = excluded.answer;

-- name: outbox_wait
-- The messages of bulk_outbox_wait are due later, those that still wait or a
-- run has reserved. (As an upsert, which looks each up by its key.)
-- $1 tenant bigint
-- $2 run text
INSERT INTO outbox (tenant_id, message_id, id, cause, kind, channel, recipient,
	critical, content, created_at, due_at, state, next_at, attempts, tries,
	changed_at, answer)
SELECT $1, o.message_id, o.id, o.cause, o.kind, o.channel, o.recipient,
	o.critical, o.content, o.created_at,
	CASE WHEN o.due_at < b.until THEN b.until ELSE o.due_at END, o.state,
	b.until, o.attempts, o.tries, o.changed_at, b.why
FROM bulk_outbox_wait AS b CROSS JOIN outbox AS o
WHERE o.tenant_id = $1 AND o.message_id = b.message_id
	AND (o.next_at IS NOT NULL
	OR (o.run = $2 AND o.state IN ('queued', 'retry')))
ON CONFLICT (tenant_id, message_id) DO UPDATE SET due_at = excluded.due_at,
	next_at = excluded.next_at, run = NULL, code = NULL,
	answer = excluded.answer;

-- name: outbox_keep
-- What is due on a channel, and has been for long, is due later.
-- $1 tenant bigint
-- $2 channel text
-- $3 now bigint
-- $4 late bigint
-- $5 long bigint
-- $6 until bigint
UPDATE outbox SET due_at = $6
WHERE tenant_id = $1 AND channel = $2 AND next_at <= $3
	AND due_at >= $4 AND due_at < $5;

-- name: outbox_left_unbegun
-- What was reserved in this epoch and not begun waits again.
-- $1 tenant bigint
-- $2 channel text
-- $3 epoch text
-- $4 now bigint
UPDATE outbox SET run = NULL, next_at = $4
WHERE tenant_id = $1 AND channel = $2 AND run IS NOT NULL
	AND substr(run, 1, length($3)) = $3 AND state IN ('queued', 'retry');

-- name: outbox_left
-- What else a run had on a channel when it ended.
-- $1 tenant bigint
-- $2 channel text
SELECT o.message_id, o.id, o.recipient,
	o.tries + CASE WHEN o.state = 'sending' THEN 0 ELSE 1 END, o.attempts
FROM outbox AS o
WHERE o.tenant_id = $1 AND o.channel = $2 AND o.run IS NOT NULL
	AND o.state IN ('sending', 'queued', 'retry')
ORDER BY o.message_id;

-- name: outbox_left_move
-- ... is so no longer.
-- $1 tenant bigint
-- $2 channel text
-- $3 state text
-- $4 next_at bigint
-- $5 now bigint
-- $6 answer text
UPDATE outbox SET state = $3, next_at = $4, changed_at = $5, answer = $6,
	code = NULL, run = CASE WHEN $3 = 'doubtful' THEN run ELSE NULL END,
	tries = tries + CASE WHEN state = 'sending' THEN 0 ELSE 1 END
WHERE tenant_id = $1 AND channel = $2 AND run IS NOT NULL
	AND state IN ('sending', 'queued', 'retry');

-- name: outbox_resend_doubtful
-- Doubtful messages of a channel are to be sent once more.
-- $1 tenant bigint
-- $2 channel text
-- $3 now bigint
UPDATE outbox SET state = 'retry', due_at = $3, next_at = $3, changed_at = $3,
	run = NULL
WHERE tenant_id = $1 AND channel = $2 AND run IS NOT NULL
	AND state = 'doubtful';

-- name: outbox_doubtful_channels
-- The channels with doubtful messages.
-- $1 tenant bigint
SELECT DISTINCT o.channel FROM outbox AS o {{WHOLE_TENANT}}
WHERE o.tenant_id = $1 AND o.run IS NOT NULL AND o.state = 'doubtful'
ORDER BY o.channel;

-- name: outbox_hold
-- Nothing on this channel before a moment.
-- $1 tenant bigint
-- $2 channel text
-- $3 until bigint
UPDATE outbox SET next_at = $3
WHERE tenant_id = $1 AND channel = $2 AND next_at < $3;

-- name: inbox_add
-- What bulk_outbox_inbox says, in the inboxes of the tenant's people; a digest
-- of which a part was erased says again what is left.
-- $1 tenant bigint
-- $2 now bigint
INSERT INTO inbox (tenant_id, member, message_id, at, subject, body)
SELECT $1, b.member, b.message_id, $2, b.subject, b.body
FROM bulk_outbox_inbox AS b WHERE true
ON CONFLICT (tenant_id, member, message_id) DO UPDATE
SET subject = excluded.subject, body = excluded.body;

-- ---- looking ----------------------------------------------------------------

-- name: outbox_list
-- Messages, the newest first; NULL: any.
-- $1 tenant bigint
-- $2 state text
-- $3 channel text
-- $4 since bigint
-- $5 limit bigint
SELECT {{WHOLE_TENANT}}
	o.id, o.state, o.channel, o.recipient, o.kind, o.cause, l.id,
	o.template, o.critical, o.due_at, o.next_at, o.attempts, o.tries,
	o.changed_at, o.code, o.answer, p.id
FROM outbox AS o
LEFT JOIN lead AS l ON l.tenant_id = o.tenant_id AND l.lead_id = o.lead_id
LEFT JOIN outbox AS p ON p.tenant_id = o.tenant_id AND p.message_id = o.part_of
WHERE o.tenant_id = $1 AND ($2 IS NULL OR o.state = $2)
	AND ($3 IS NULL OR o.channel = $3) AND o.changed_at >= $4
ORDER BY o.message_id DESC LIMIT $5;

-- name: outbox_list_open
-- Those being sent or doubtful, the oldest first.
-- $1 tenant bigint
SELECT o.id, o.state, o.channel, o.recipient, o.kind, o.cause, l.id,
	o.template, o.critical, o.due_at, o.next_at, o.attempts, o.tries,
	o.changed_at, o.code, o.answer, p.id
FROM outbox AS o {{WHOLE_TENANT}}
LEFT JOIN lead AS l ON l.tenant_id = o.tenant_id AND l.lead_id = o.lead_id
LEFT JOIN outbox AS p ON p.tenant_id = o.tenant_id AND p.message_id = o.part_of
WHERE o.tenant_id = $1 AND o.run IS NOT NULL AND o.state = 'doubtful'
ORDER BY o.message_id;

-- name: outbox_one
-- One message: as outbox_list, and what it says.
-- $1 tenant bigint
-- $2 message bigint
SELECT o.id, o.state, o.channel, o.recipient, o.kind, o.cause, l.id,
	o.template, o.critical, o.due_at, o.next_at, o.attempts, o.tries,
	o.changed_at, o.code, o.answer, p.id, o.created_at, o.locale, o.content
FROM outbox AS o
LEFT JOIN lead AS l ON l.tenant_id = o.tenant_id AND l.lead_id = o.lead_id
LEFT JOIN outbox AS p ON p.tenant_id = o.tenant_id AND p.message_id = o.part_of
WHERE o.tenant_id = $1 AND o.message_id = $2;

-- name: outbox_attempts
-- What was tried.
-- $1 tenant bigint
-- $2 message bigint
SELECT a.number, a.at, a.outcome, a.code, a.answer FROM outbox_attempt AS a
WHERE a.tenant_id = $1 AND a.message_id = $2 ORDER BY a.number;

-- name: outbox_days
-- What attempts led to, by day and channel. What a person's mail server refused
-- for good has bounced; of the others only an HTTP server answers with 5xx, and
-- has no person's address.
-- $1 tenant bigint
-- $2 zone text
-- $3 since bigint
SELECT {{WHOLE_TENANT}} x.day, x.channel, x.outcome, count(*)
FROM (SELECT dl_bucket(a.at, 'day', $2) AS day, o.channel AS channel,
	CASE WHEN a.outcome = 'dead' AND a.code BETWEEN 500 AND 599
		AND o.address IS NOT NULL
	THEN 'bounced' ELSE a.outcome END AS outcome
	FROM outbox_attempt AS a
	JOIN outbox AS o
	ON o.tenant_id = a.tenant_id AND o.message_id = a.message_id
	WHERE a.tenant_id = $1 AND a.at >= $3) AS x
GROUP BY x.day, x.channel, x.outcome
ORDER BY 1, 2, 3;

-- ---- by hand ----------------------------------------------------------------

-- name: outbox_find
-- A message by its id, or by what only its id begins with.
-- $1 tenant bigint
-- $2 from text
-- $3 to text
SELECT o.message_id, o.state, o.channel, o.recipient, o.id FROM outbox AS o
WHERE o.tenant_id = $1 AND o.id >= $2 AND o.id <= $3
ORDER BY o.id LIMIT 2;

-- name: outbox_decide
-- Somebody has decided what becomes of a message; what is to be sent again is
-- due now, not late.
-- $1 tenant bigint
-- $2 message bigint
-- $3 state text
-- $4 next_at bigint
-- $5 now bigint
-- $6 answer text
-- $7 attempts bigint
UPDATE outbox SET state = $3, next_at = $4, changed_at = $5, run = NULL,
	answer = $6, code = NULL,
	due_at = CASE WHEN $4 IS NULL THEN due_at ELSE $4 END,
	attempts = CASE WHEN $7 IS NULL THEN attempts ELSE $7 END
WHERE tenant_id = $1 AND message_id = $2;

-- ---- who must not be written to ---------------------------------------------

-- name: suppression_add
-- Nothing goes to this address any more.
-- $1 tenant bigint
-- $2 hash text
-- $3 address text
-- $4 reason text
-- $5 note text
-- $6 who text
-- $7 now bigint
INSERT INTO suppression (tenant_id, hash, address, reason, note, who, at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, hash) DO UPDATE SET address = excluded.address;

-- name: suppression_remove
-- It may be written to again.
-- $1 tenant bigint
-- $2 hash text
DELETE FROM suppression WHERE tenant_id = $1 AND hash = $2;

-- name: suppression_find
-- Why an address must not be written to.
-- $1 tenant bigint
-- $2 hash text
SELECT s.reason FROM suppression AS s WHERE s.tenant_id = $1 AND s.hash = $2;

-- name: suppression_list
-- Who must not be written to.
-- $1 tenant bigint
SELECT {{WHOLE_TENANT}}
	s.address, CASE WHEN s.address IS NULL THEN s.hash END, s.reason,
	s.note, s.who, s.at
FROM suppression AS s WHERE s.tenant_id = $1
ORDER BY s.address NULLS LAST, s.hash;

-- ---- the inbox --------------------------------------------------------------

-- name: inbox_list
-- What somebody has been told, the newest first.
-- $1 tenant bigint
-- $2 member text
-- $3 unread bigint
-- $4 limit bigint
SELECT o.id, i.at, i.subject, i.body, l.id, o.critical, i.read_at
FROM inbox AS i
JOIN outbox AS o ON o.tenant_id = i.tenant_id AND o.message_id = i.message_id
LEFT JOIN lead AS l ON l.tenant_id = o.tenant_id AND l.lead_id = o.lead_id
WHERE i.tenant_id = $1 AND i.member = $2 AND ($3 = 0 OR i.read_at IS NULL)
ORDER BY i.message_id DESC LIMIT $4;

-- name: inbox_read
-- It has been read.
-- $1 tenant bigint
-- $2 member text
-- $3 message bigint
-- $4 now bigint
UPDATE inbox SET read_at = $4
WHERE tenant_id = $1 AND member = $2 AND message_id = $3 AND read_at IS NULL;

-- name: inbox_read_all
-- All of it has been read.
-- $1 tenant bigint
-- $2 member text
-- $3 now bigint
UPDATE inbox SET read_at = $3
WHERE tenant_id = $1 AND member = $2 AND read_at IS NULL;

-- ---- how people want to be told ---------------------------------------------

-- name: preference_all
-- What the tenant's people have said.
-- $1 tenant bigint
SELECT p.email, p.document, p.updated_at FROM preference AS p
WHERE p.tenant_id = $1 ORDER BY p.email;

-- name: preference_one
-- What one of them has said.
-- $1 tenant bigint
-- $2 email text
SELECT p.document FROM preference AS p
WHERE p.tenant_id = $1 AND p.email = $2;

-- name: preference_set
-- From now on.
-- $1 tenant bigint
-- $2 email text
-- $3 document text
-- $4 now bigint
INSERT INTO preference (tenant_id, email, document, updated_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, email) DO UPDATE
SET document = excluded.document, updated_at = excluded.updated_at;

-- name: preference_remove
-- Nothing any more.
-- $1 tenant bigint
-- $2 email text
DELETE FROM preference WHERE tenant_id = $1 AND email = $2;
