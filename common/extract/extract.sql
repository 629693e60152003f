-- SPDX-License-Identifier: ISC
-- Statements of the room extract.

-- ---- the policy -------------------------------------------------------------

-- name: policy_read
-- The tenant's policy.
-- $1 tenant bigint
SELECT p.document FROM export_policy AS p WHERE p.tenant_id = $1;

-- name: policy_write
-- Stores it.
-- $1 tenant bigint
-- $2 document text
-- $3 now bigint
INSERT INTO export_policy (tenant_id, document, updated_at)
VALUES ($1, $2, $3)
ON CONFLICT (tenant_id) DO UPDATE SET document = excluded.document,
	updated_at = excluded.updated_at;

-- name: policy_delete
-- Forgets it.
-- $1 tenant bigint
DELETE FROM export_policy WHERE tenant_id = $1;

-- ---- runs -------------------------------------------------------------------

-- name: run_insert
-- An export begins, or is refused.
-- $1 tenant bigint
-- $2 run bigint
-- $3 job text
-- $4 what text
-- $5 who text
-- $6 host text
-- $7 now bigint
-- $8 state text
-- $9 why text
-- $10 request text
-- $11 terms text
-- $12 erasures bigint
-- $13 written bigint
-- $14 file text
-- $15 part text
-- $16 expires bigint
INSERT INTO export_run (tenant_id, run_id, job, what, who, host, began_at,
	changed_at, state, why, request, terms, erasures, rows_read,
	rows_written, rows_rejected, bytes, file, part, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12, 0, $13, 0, 0,
	$14, $15, $16);

-- name: run_used
-- How many exports somebody has had since a moment, and of how many rows;
-- those that were refused do not count, nor does this one. What was gone on
-- with since then counts, too; that its file was purged does not.
-- $1 tenant bigint
-- $2 who text
-- $3 since bigint
-- $4 run bigint
SELECT count(*), coalesce(sum(r.rows_written), 0) FROM export_run AS r
WHERE r.tenant_id = $1 AND r.who = $2 AND r.run_id <> $4
	AND r.state <> 'refused' AND (r.began_at > $3 OR (r.changed_at > $3
		AND r.state IN ('running', 'finishing', 'failed', 'stopped',
			'done')));

-- name: run_progress
-- So much is complete, of a run that is still this one's.
-- $1 tenant bigint
-- $2 run bigint
-- $3 part text
-- $4 progress text
UPDATE export_run SET progress = $4
WHERE tenant_id = $1 AND run_id = $2 AND state = 'running' AND part = $3;

-- name: run_restart
-- A run that was cut short goes on, perhaps as another file from its start: it
-- is of who has it now.
-- $1 tenant bigint
-- $2 run bigint
-- $3 now bigint
-- $4 terms text
-- $5 erasures bigint
-- $6 part text
-- $7 progress text
-- $8 written bigint
-- $9 who text
UPDATE export_run SET state = 'running', changed_at = $3, why = NULL,
	terms = $4, erasures = $5, part = $6, progress = $7, rows_written = $8,
	who = $9
WHERE tenant_id = $1 AND run_id = $2;

-- name: run_stop
-- A run failed, or was stopped, when so many rows had gone out. What is noted
-- as complete stays.
-- $1 tenant bigint
-- $2 run bigint
-- $3 now bigint
-- $4 state text
-- $5 why text
-- $6 written bigint
UPDATE export_run SET changed_at = $3, state = $4, why = $5, rows_written = $6
WHERE tenant_id = $1 AND run_id = $2 AND state = 'running';

-- name: run_end
-- All of a run is complete: it is done, or its file only needs its name.
-- $1 tenant bigint
-- $2 run bigint
-- $3 now bigint
-- $4 state text
-- $5 read bigint
-- $6 written bigint
-- $7 rejected bigint
-- $8 bytes bigint
-- $9 sha256 text
-- $10 progress text
UPDATE export_run SET changed_at = $3, state = $4, why = NULL, rows_read = $5,
	rows_written = $6, rows_rejected = $7, bytes = $8, sha256 = $9,
	progress = $10
WHERE tenant_id = $1 AND run_id = $2 AND state = 'running';

-- name: run_done
-- The file of a run is where it is to be.
-- $1 tenant bigint
-- $2 run bigint
-- $3 now bigint
-- $4 expires bigint
UPDATE export_run SET state = 'done', changed_at = $3, expires_at = $4,
	part = NULL
WHERE tenant_id = $1 AND run_id = $2 AND state = 'finishing';

-- name: run_state
-- Something else became of a run, or of its file.
-- $1 tenant bigint
-- $2 run bigint
-- $3 now bigint
-- $4 state text
-- $5 why text
UPDATE export_run SET changed_at = $3, state = $4, why = $5,
	expires_at = NULL, part = NULL
WHERE tenant_id = $1 AND run_id = $2;

-- name: run_replace
-- What stood there before, of whichever job, is what this run has made.
-- $1 tenant bigint
-- $2 host text
-- $3 file text
-- $4 run bigint
-- $5 job text
UPDATE export_run SET state = 'replaced', expires_at = NULL
WHERE tenant_id = $1 AND (expires_at > 0 OR job = $5) AND host = $2
	AND file = $3 AND run_id <> $4 AND state = 'done';

-- name: run_state_of
-- What has become of a run.
-- $1 tenant bigint
-- $2 run bigint
SELECT r.state FROM export_run AS r WHERE r.tenant_id = $1 AND r.run_id = $2;

-- name: run_latest
-- The latest run of a job that came so far that it has a file.
-- $1 tenant bigint
-- $2 job text
SELECT r.run_id, r.state, r.request, r.terms, r.file, r.part, r.progress,
	r.host, r.sha256, r.erasures, r.began_at
FROM export_run AS r
WHERE r.tenant_id = $1 AND r.job = $2 AND r.state <> 'refused'
ORDER BY r.run_id DESC LIMIT 1;

-- name: run_list
-- Runs, the newest first: of a job ($2), of all (''), or, without either, the
-- latest of each job.
-- $1 tenant bigint
-- $2 job text
SELECT {{WHOLE_TENANT}}
	r.job, r.run_id, r.what, r.request, r.who, r.state, r.why,
	r.rows_read, r.rows_written, r.rows_rejected, r.bytes, r.sha256,
	r.file, r.began_at, r.changed_at, r.expires_at, r.erasures, r.progress
FROM export_run AS r
WHERE r.tenant_id = $1 AND ($2 = '' OR r.job = $2
	OR ($2 IS NULL AND r.job IS NOT NULL AND r.run_id = (
	SELECT max(x.run_id) FROM export_run AS x
	WHERE x.tenant_id = $1 AND x.job = r.job)))
ORDER BY r.run_id DESC;

-- name: run_expired
-- Runs with files that have expired, or that were read before somebody was
-- erased ($3: how many are by now).
-- $1 tenant bigint
-- $2 now bigint
-- $3 erasures bigint
-- $4 host text
SELECT r.run_id, r.job, r.state, r.file, r.part, r.bytes, r.sha256
FROM export_run AS r
WHERE r.tenant_id = $1 AND r.expires_at IS NOT NULL AND r.host = $4
	AND (r.expires_at <= $2 OR r.erasures < $3)
ORDER BY r.run_id;

-- name: run_forget
-- Exports without a name and a file, from before a moment.
-- $1 tenant bigint
-- $2 before bigint
DELETE FROM export_run
WHERE tenant_id = $1 AND job IS NULL AND began_at < $2;
