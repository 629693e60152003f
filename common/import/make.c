/* SPDX-License-Identifier: ISC */
/* What a reading becomes: a patch for a lead, an event, an assessment. */
#include "import/import_priv.h"

#define ID_MAX 200

static bool
id_ok(struct str id, const char *what, struct arena *arena, struct str *reason)
{
	bool ok = id.n > 0 && id.n <= ID_MAX;

	for (size_t i = 0; ok && i < id.n; i++)
		ok = (unsigned char)id.p[i] >= 0x20 && id.p[i] != 0x7f;
	if (ok)
		return true;
	*reason = arena_printf(arena,
	    "%s: empty, longer than %d bytes or with control characters", what,
	    ID_MAX);
	return false;
}

/* ---- leads -------------------------------------------------------------- */

static bool
make_lead(const struct reading *r, struct arena *arena, struct item *ret,
    struct str *reason)
{
	struct lead_in *in = arena_zalloc(arena, sizeof(*in));
	struct lead_change *change;
	size_t given = 0;

	for (size_t f = 0; f < LEAD_STORED; f++)
		given += r->slot[f].state != VALUE_ABSENT;
	change = arena_alloc(arena, (given + 1) * sizeof(*change));
	in->patch.change = change;
	for (size_t f = 0; f < LEAD_STORED; f++) {
		const struct value *v = &r->slot[f];

		if (v->state == VALUE_ABSENT || f == LEAD_ID ||
		    f == LEAD_UPDATED_AT)
			continue;
		if (f == LEAD_CREATED_AT && v->state == VALUE_CLEAR)
			continue; /* every lead has one */
		change[in->patch.count++] = (struct lead_change){
		    .field = (enum lead_field)f,
		    .text = v->state == VALUE_SET ? v->text : (struct str){0},
		    .number = v->state == VALUE_SET ? v->number : LEAD_MISSING,
		};
	}
	in->patch.attrs = r->attrs;
	if (r->slot[LEAD_EMAIL].state == VALUE_SET)
		in->email_key = r->slot[LEAD_EMAIL].key;
	if (r->slot[LEAD_ID].state == VALUE_SET && r->slot[LEAD_ID].text.n) {
		in->id = r->slot[LEAD_ID].text;
		if (!id_ok(in->id, "id", arena, reason))
			return false;
	}
	if (!in->id.p && !in->email_key.p) {
		*reason = STR("neither id nor email");
		return false;
	}
	in->event = r->event;
	in->events = r->events;
	ret->in.lead = in;
	return true;
}

/* ---- events ------------------------------------------------------------- */

/* Whom it is about: an id, else an e-mail. */
static bool
make_ref(struct event_in *in, const struct value *lead,
    const struct value *mail, struct arena *arena, struct str *reason)
{
	if (lead->state == VALUE_SET && lead->text.n) {
		in->ref = lead->text;
		return id_ok(in->ref, "lead", arena, reason);
	}
	if (mail->state == VALUE_SET && mail->key.p) {
		in->ref = mail->key;
		in->mail = mail->text;
		return true;
	}
	*reason = STR("neither lead nor email");
	return false;
}

struct str
event_content_id(const struct event_in *in, struct str lead, int64_t number,
    struct arena *arena)
{
	struct buf b = {0};
	char digest[65];

	buf_addf(&b, "=%zu:%.*s%zu:%.*s%lld %lld %.*s", lead.n, STR_ARG(lead),
	    in->type.n, STR_ARG(in->type), (long long)in->at, (long long)number,
	    STR_ARG(in->attrs));
	sha256_hex(b.p, b.len, digest);
	buf_release(&b);
	return arena_printf(arena, "%011llx-%.16s",
	    (unsigned long long)(in->at < 0 ? 0 : in->at), digest);
}

static bool
make_event(const struct reading *r, struct arena *arena, struct item *ret,
    struct str *reason)
{
	const struct value *slot = r->slot;
	struct event_in *in = arena_zalloc(arena, sizeof(*in));

	if (!make_ref(in, &slot[EVENT_LEAD], &slot[EVENT_EMAIL], arena, reason))
		return false;
	if (slot[EVENT_TYPE].state != VALUE_SET || !slot[EVENT_TYPE].text.n) {
		*reason = STR("type: missing");
		return false;
	}
	in->type = slot[EVENT_TYPE].text;
	if (!lead_event_type_ok(in->type)) {
		*reason = STR("type: longer than 100 bytes or with control "
			      "characters");
		return false;
	}
	if (slot[EVENT_TIME].state != VALUE_SET) {
		*reason = STR("time: missing");
		return false;
	}
	in->at = slot[EVENT_TIME].number;
	in->attrs = lead_attrs_merge(arena, (struct str){0}, r->attrs);
	if (slot[EVENT_ID].state == VALUE_SET && slot[EVENT_ID].text.n) {
		in->id = slot[EVENT_ID].text;
		if (!id_ok(in->id, "id", arena, reason))
			return false;
	}
	ret->in.event = in;
	return true;
}

/* ---- assessments -------------------------------------------------------- */

static int64_t
number_of(const struct value *v)
{
	return v->state == VALUE_SET ? v->number : LEAD_MISSING;
}

static bool
make_run(const struct reading *r, struct arena *arena, struct item *ret,
    struct str *reason)
{
	const struct value *slot = r->slot;
	struct run_in *in = arena_zalloc(arena, sizeof(*in));

	if (!make_ref(
		&in->event, &slot[RUN_LEAD], &slot[RUN_EMAIL], arena, reason))
		return false;
	if (slot[RUN_ID].state != VALUE_SET || !slot[RUN_ID].text.n) {
		*reason = STR("id: missing");
		return false;
	}
	in->event.id = slot[RUN_ID].text;
	if (!id_ok(in->event.id, "id", arena, reason))
		return false;
	in->name = slot[RUN_NAME].text;
	in->result = slot[RUN_RESULT].text;
	in->answers = slot[RUN_ANSWERS].text;
	in->started = number_of(&slot[RUN_STARTED]);
	in->half = number_of(&slot[RUN_HALF]);
	in->completed = number_of(&slot[RUN_COMPLETED]);
	in->progress = number_of(&slot[RUN_PROGRESS]);
	if (in->progress != LEAD_MISSING &&
	    (in->progress < 0 || in->progress > 100)) {
		*reason = STR("progress: not a percentage from 0 to 100");
		return false;
	}
	if (in->completed != LEAD_MISSING && in->started != LEAD_MISSING &&
	    in->completed < in->started) {
		*reason = STR("completed_at: before started_at");
		return false;
	}
	ret->in.run = in;
	return true;
}

bool
make_item(const struct import_run *run, const struct reading *r,
    struct arena *arena, struct item *ret, struct str *reason)
{
	switch (run->what) {
	case IMPORT_LEADS:
		return make_lead(r, arena, ret, reason);
	case IMPORT_EVENTS:
		return make_event(r, arena, ret, reason);
	case IMPORT_ASSESSMENTS:
		return make_run(r, arena, ret, reason);
	}
	BUG("import of kind %d", (int)run->what);
}
