-- SPDX-License-Identifier: ISC
-- Statements of the room notify.

-- bulk: pace (whom text, marks text, until bigint)

-- name: pace_one
-- What went to somebody by a channel lately.
-- $1 tenant bigint
-- $2 whom text
-- $3 channel text
SELECT p.marks FROM pace AS p
WHERE p.tenant_id = $1 AND p.whom = $2 AND p.channel = $3;

-- name: pace_set
-- Those of bulk_pace.
-- $1 tenant bigint
-- $2 channel text
INSERT INTO pace (tenant_id, whom, channel, marks, until)
SELECT $1, b.whom, $2, b.marks, b.until FROM bulk_pace AS b WHERE true
ON CONFLICT (tenant_id, whom, channel) DO UPDATE
SET marks = excluded.marks, until = excluded.until;

-- name: pace_forget
-- What limits nothing any more, not all of it at once.
-- $1 tenant bigint
-- $2 now bigint
DELETE FROM pace WHERE tenant_id = $1 AND (whom, channel) IN (
	SELECT p.whom, p.channel FROM pace AS p
	WHERE p.tenant_id = $1 AND p.until < $2 ORDER BY p.until LIMIT 1000);

-- name: aside_all
-- The servers of a channel that have failed.
-- $1 tenant bigint
-- $2 channel text
SELECT a.server, a.until, a.failures FROM aside AS a
WHERE a.tenant_id = $1 AND a.channel = $2;

-- name: aside_set
-- One has failed (again).
-- $1 tenant bigint
-- $2 channel text
-- $3 server text
-- $4 until bigint
-- $5 failures bigint
-- $6 why text
INSERT INTO aside (tenant_id, channel, server, until, failures, why)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant_id, channel, server) DO UPDATE
SET until = excluded.until, failures = excluded.failures, why = excluded.why;

-- name: aside_end
-- It works again.
-- $1 tenant bigint
-- $2 channel text
-- $3 server text
DELETE FROM aside WHERE tenant_id = $1 AND channel = $2 AND server = $3;
