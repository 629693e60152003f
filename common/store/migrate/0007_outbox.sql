-- What is to be said to the outside: a ledger of messages, the attempts to
-- deliver them, who must not be written to, and the inbox of the tenant's own
-- people.

CREATE TABLE outbox (
	tenant_id bigint NOT NULL,
	message_id bigint NOT NULL,	-- internal, never shown
	id text NOT NULL,		-- made of cause, recipient and channel
	cause text NOT NULL,		-- what made it be said
	kind text NOT NULL,		-- alert, reminder, report ...
	channel text NOT NULL,		-- a name of the operator's configuration
	recipient text NOT NULL,	-- '' where the channel knows to whom
	address text,			-- the recipient as a normalised e-mail
	hash text,			-- of that, as in suppression
	lead_id bigint,			-- whom it is about
	critical bigint NOT NULL CHECK (critical IN (0, 1)),
	locale text,			-- NULL: the tenant's
	template text,			-- NULL: content has the parts
	content text NOT NULL,		-- JSON: words for it, or the parts
	created_at bigint NOT NULL,
	due_at bigint NOT NULL,
	state text NOT NULL,		-- queued, sending, sent, retry,
					-- doubtful, dead or cancelled
	next_at bigint,			-- when to try; set while queued or retry
	attempts bigint NOT NULL,	-- that failed for its own fault
	tries bigint NOT NULL,		-- all of them
	run text,			-- who has it, while sending or doubtful
	changed_at bigint NOT NULL,	-- when the state came to be
	code bigint,			-- the latest answer's
	answer text,
	PRIMARY KEY (tenant_id, message_id)
) {{CLUSTERED}};
CREATE UNIQUE INDEX outbox_by_id ON outbox (tenant_id, id);
CREATE INDEX outbox_by_next ON outbox (tenant_id, channel, next_at, message_id)
	WHERE next_at IS NOT NULL;
CREATE INDEX outbox_by_run ON outbox (tenant_id, channel)
	WHERE run IS NOT NULL;
CREATE INDEX outbox_by_lead ON outbox (tenant_id, lead_id)
	WHERE lead_id IS NOT NULL;
CREATE INDEX outbox_by_address ON outbox (tenant_id, address)
	WHERE address IS NOT NULL;

CREATE TABLE outbox_attempt (
	tenant_id bigint NOT NULL,
	message_id bigint NOT NULL,
	number bigint NOT NULL,		-- of the message's tries, from 1
	at bigint NOT NULL,
	outcome text NOT NULL,		-- the state it led to
	code bigint,
	answer text,
	PRIMARY KEY (tenant_id, message_id, number)
) {{CLUSTERED}};

CREATE TABLE suppression (		-- who must not be written to
	tenant_id bigint NOT NULL,
	hash text NOT NULL,		-- of tenant and normalised address
	address text,			-- NULL: the person has been erased
	reason text NOT NULL,		-- unsubscribed, bounced, complained ...
	note text,
	who text NOT NULL,
	at bigint NOT NULL,
	PRIMARY KEY (tenant_id, hash)
) {{CLUSTERED}};
CREATE INDEX suppression_by_address ON suppression (tenant_id, address)
	WHERE address IS NOT NULL;

CREATE TABLE inbox (			-- delivered inside
	tenant_id bigint NOT NULL,
	member text NOT NULL,		-- normalised e-mail of one of its people
	message_id bigint NOT NULL,
	at bigint NOT NULL,
	subject text,
	body text,
	read_at bigint,
	PRIMARY KEY (tenant_id, member, message_id)
) {{CLUSTERED}};

CREATE TABLE sender (			-- which store it is that sends
	tenant_id bigint NOT NULL,
	host text NOT NULL,
	path text NOT NULL,
	id text,			-- random; also outside; NULL: never sent
	claims bigint NOT NULL,		-- also outside: never falls
	PRIMARY KEY (tenant_id)
) {{CLUSTERED}};

{{SQLITE}}
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('outbox', 'outbox', '2000000 2000000 1'),
	('outbox', 'outbox_by_id', '2000000 2000000 1'),
	('outbox', 'outbox_by_next', '20000 20000 4000 2 1'),
	('outbox', 'outbox_by_run', '50 50 10'),
	('outbox', 'outbox_by_lead', '2000000 2000000 3'),
	('outbox', 'outbox_by_address', '2000000 2000000 3'),
	('outbox_attempt', 'outbox_attempt', '2000000 2000000 2 1'),
	('suppression', 'suppression', '100000 100000 1'),
	('suppression', 'suppression_by_address', '100000 100000 1'),
	('inbox', 'inbox', '100000 100000 1000 1'),
	('sender', 'sender', '100 1');
{{END}}
