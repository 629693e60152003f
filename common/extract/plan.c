/* SPDX-License-Identifier: ISC */
/* From what is asked for, and what the policy says, to what is to be done. */
#include "extract/extract_priv.h"
#include "json/json.h"

/* ---- formats ------------------------------------------------------------- */

static int
read_delimiter(const char *d, char *ret, struct err *err)
{
	if (!d)
		return 0;
	if (strcmp(d, "tab") == 0 || strcmp(d, "\\t") == 0)
		d = "\t";
	if (strlen(d) != 1 || strchr("\"\r\n", d[0]) ||
	    (unsigned char)d[0] >= 0x80)
		return err_set(err, ERR_USAGE,
		    "--delimiter: not one character: %s", quoted(str_of(d)));
	*ret = d[0];
	return 0;
}

int
extract_output(struct extract *x, struct err *err)
{
	const struct extract_request *r = x->r;
	const struct extract_call *c = x->c;

	x->output = (struct export_output){.bom = r->bom,
	    .crlf = r->crlf,
	    .raw = r->raw,
	    .replace = r->replace,
	    .encoding = r->encoding,
	    .sheet = r->table ? r->table : r->what,
	    .zone = x->moment.zone,
	    .now = c->now,
	    .summary = r->summary || r->by,
	    .by = r->by,
	    .about = &x->about,
	    .sort = r->sort,
	    .limit = r->newest ? r->newest : r->limit,
	    .hash = r->manifest || r->job,
	    .refused = c->refused,
	    .said = c->said};
	if (r->newest)
		x->output.sort = x->subject && x->subject->events
				     ? "-time,id"
				     : "-created_at,id";
	if (!export_format_find(str_of(r->format), &x->output.format))
		return err_set(err, ERR_USAGE, "no such format: %s",
		    quoted(str_of(r->format)));
	if (x->output.format == EXPORT_XLSX && c->terminal && !r->file)
		return err_set(err, ERR_USAGE,
		    "a workbook is nothing for a terminal: -o FILE");
	x->about = (struct export_about){.what = r->what,
	    .of = r->of,
	    .format = r->format,
	    .where = r->where,
	    .segment = r->segment,
	    .range = r->range,
	    .sort = x->output.sort,
	    .mask = r->mask,
	    .file = r->file,
	    .tenant = c->tenant->name,
	    .who = c->who,
	    .zone = zone_name(x->moment.zone ? x->moment.zone : zone_utc()),
	    .limit = x->output.limit,
	    .now = c->now};
	return read_delimiter(r->delimiter, &x->output.delimiter, err);
}

/* ---- masks --------------------------------------------------------------- */

static void
add_mask(struct extract *x, struct str column, enum export_masking how)
{
	struct export_masks *m = &x->masks;

	for (size_t i = 0; i < m->count; i++)
		if (str_eq(m->mask[i].column, column)) {
			/* What hides more stays. */
			if (how > m->mask[i].how)
				m->mask[i].how = how;
			return;
		}
	m->mask[m->count++] = (struct export_mask){column, how};
}

/* Other columns that hold what is to be masked. */
static void
add_twins(struct extract *x, const struct export_mask *mask)
{
	static const struct {
		const char *column, *twin;
		enum export_masking least;
	} twins[] = {{"email", "recipient", EXPORT_SHOWN},
	    {"email", "answer", EXPORT_DROP}, {"id", "lead", EXPORT_SHOWN}};

	for (size_t i = 0; i < COUNT_OF(twins); i++)
		if (str_is(mask->column, twins[i].column))
			add_mask(x, str_of(twins[i].twin),
			    mask->how > twins[i].least ? mask->how
						       : twins[i].least);
}

static int
read_key(struct extract *x, bool policy, struct err *err)
{
	/* What the policy hides is not hidden by a key that its reader made. */
	const char *path =
	    !policy && x->r->mask_key ? x->r->mask_key : x->c->hash_key;

	if (!path && policy)
		return err_set(err, ERR_FAIL,
		    "the policy of exports hashes columns, and no key is "
		    "configured: export.mask_key in dl-config(5)");
	if (!path)
		return err_set(err, ERR_USAGE,
		    "--mask: hash needs the key of --mask-key FILE");
	if (export_masks_key(&x->masks, path, x->c->tenant, err) < 0)
		return err_prefix(
		    err, policy ? "export.mask_key" : "--mask-key");
	return 0;
}

int
extract_masks(struct extract *x, struct err *err)
{
	const struct export_masks *rule = &x->rule.masks;
	struct export_masks own = {0};
	bool hashed = false, by_policy = false;

	if (x->r->mask) {
		if (export_masks_parse(
			str_of(x->r->mask), &x->arena, &own, err) < 0)
			return err_prefix(err, "--mask");
		for (size_t i = 0; x->subject && i < own.count; i++)
			if (subject_column_check(own.mask[i].column, err) < 0)
				return err_prefix(err, "--mask");
	}
	x->masks.mask = arena_alloc(&x->arena,
	    (own.count + 4 * rule->count + 1) * sizeof(*x->masks.mask));
	for (size_t i = 0; i < rule->count; i++) {
		add_mask(x, rule->mask[i].column, rule->mask[i].how);
		add_twins(x, &rule->mask[i]);
		by_policy |= rule->mask[i].how == EXPORT_HASH;
	}
	for (size_t i = 0; i < own.count; i++)
		add_mask(x, own.mask[i].column, own.mask[i].how);
	for (size_t i = 0; i < x->masks.count; i++)
		hashed |= x->masks.mask[i].how == EXPORT_HASH;
	if (x->masks.count)
		x->output.masks = &x->masks;
	return hashed || x->r->mask_key ? read_key(x, by_policy, err) : 0;
}

/* ---- columns ------------------------------------------------------------- */

int
extract_columns(struct extract *x, const struct export_column *column,
    size_t count, struct err *err)
{
	struct export_column *chosen;
	struct str *name;
	size_t names;

	x->output.column = column;
	x->output.count = count;
	if (!x->r->columns)
		return 0;
	if (export_split(str_of(x->r->columns), &x->arena, &name, &names, err) <
	    0)
		return err_prefix(err, "--columns");
	chosen = arena_zalloc(&x->arena, names * sizeof(*chosen));
	for (size_t i = 0; i < names; i++) {
		size_t k = 0;

		chosen[i].name = name[i];
		while (k < count && !str_eq(column[k].name, name[i]))
			k++;
		if (k < count)
			chosen[i] = column[k];
		else if (count)
			return err_set(err, ERR_USAGE,
			    "--columns: %s have no %s", x->r->what,
			    quoted(name[i]));
	}
	x->output.column = chosen;
	x->output.count = names;
	return 0;
}

/* ---- which leads --------------------------------------------------------- */

static int
plan_where(struct extract *x, struct err *err)
{
	const struct extract_call *c = x->c;
	bool leads = x->subject->leads || x->subject->events;

	if (!x->r->where)
		return 0;
	if (cond_parse(str_of(x->r->where), "condition",
		leads ? &lead_catalogue : x->subject->catalogue, &x->where,
		err) < 0)
		return -1;
	return leads ? lead_bind(c->st, c->tenant, x->where, err) : 0;
}

static int
plan_leads(struct extract *x, struct err *err)
{
	const struct extract_request *r = x->r;
	const struct extract_call *c = x->c;
	const char *segment = x->subject->of ? r->of : r->segment;

	x->which = (struct export_which){.where = x->where,
	    .from = INT64_MIN,
	    .to = INT64_MAX,
	    .scored = x->subject->scored};
	/* A job that goes on another day is still about the same span. */
	if (r->range && export_range(str_of(r->range), x->began_at,
			    x->moment.zone ? x->moment.zone : zone_utc(),
			    &x->which.from, &x->which.to, err) < 0)
		return -1;
	if (segment &&
	    export_segment(c->st, c->tenant, segment, &x->segment, err) < 0)
		return -1;
	x->which.segment = x->segment;
	if (!x->subject->leads)
		return extract_columns(
		    x, export_event_columns, export_event_column_count, err);
	if (export_leads_open(c->st, c->tenant, &x->moment,
		str_of(r->columns ? r->columns : x->subject->columns),
		x->output.sort, &x->leads, err) < 0)
		return -1;
	x->output.column = export_leads_columns(x->leads, &x->output.count);
	return 0;
}

/* ---- what the policy does not let pass ----------------------------------- */

static bool
is_masked(const struct export_masks *rule, struct str column)
{
	for (size_t i = 0; i < rule->count; i++)
		if (str_eq(rule->mask[i].column, column))
			return true;
	return false;
}

/* A condition on what somebody must not see would tell him. */
static const char *
asked_about(const struct extract *x)
{
	static const char *const of_email[] = {"email_domain", "is_free_email"};
	const struct export_masks *rule = &x->rule.masks;
	const struct cond_catalogue *catalogue =
	    x->subject->catalogue ? x->subject->catalogue : &lead_catalogue;

	for (size_t i = 0; x->where && i < catalogue->count; i++) {
		const char *name = catalogue->fields[i].name;
		bool masked = is_masked(rule, str_of(name));

		for (size_t k = 0; k < COUNT_OF(of_email); k++)
			masked |= strcmp(name, of_email[k]) == 0 &&
				  is_masked(rule, STR("email"));
		if (masked && cond_uses_field(x->where, i))
			return name;
	}
	for (size_t i = 0; x->where && i < rule->count; i++)
		if (str_starts(rule->mask[i].column, STR("attrs")) &&
		    cond_uses_attrs(x->where))
			return "attrs";
	return NULL;
}

static int
refuse_sort(struct extract *x, struct err *err)
{
	struct str *name;
	size_t names;

	if (!x->r->sort || !x->rule.masks.count)
		return 0;
	if (export_split(str_of(x->r->sort), &x->arena, &name, &names, err) < 0)
		return err_prefix(err, "--sort");
	for (size_t i = 0; i < names; i++) {
		bool down = name[i].p[0] == '-';
		struct str column = {name[i].p + down, name[i].n - down};

		if (is_masked(&x->rule.masks, column))
			return extract_refuse(x, err,
			    "what is sorted by %.*s tells it", STR_ARG(column));
	}
	return 0;
}

int
extract_refuse(struct extract *x, struct err *err, const char *fmt, ...)
{
	struct buf why = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&why, fmt, ap);
	va_end(ap);
	x->refused = true;
	err_set(err, ERR_FAIL, "the policy of exports refuses %s%s%s: %s",
	    quoted(str_of(x->c->who)), x->rule.role ? ", " : "",
	    x->rule.role ? x->rule.role : "", why.p);
	buf_release(&why);
	return -1;
}

static int
obey(struct extract *x, struct err *err)
{
	const char *field;

	if (x->c->read_only && !x->c->record)
		return err_set(err, ERR_FAIL,
		    "%s; exports are put on record, for which "
		    "export.record in dl-config(5) can name a file",
		    x->c->read_only);
	if (x->rule.deny)
		return extract_refuse(x, err, "all exports");
	if (x->c->read_only &&
	    (x->rule.rows_per_day || x->rule.exports_per_day))
		return extract_refuse(x, err,
		    "what it limits has to be counted, and this store can only "
		    "be read");
	field = asked_about(x);
	if (field)
		return extract_refuse(
		    x, err, "a condition on %s tells it", field);
	return refuse_sort(x, err);
}

/* ---- the whole plan ------------------------------------------------------ */

/* What has to be the same for rows made before to be as those after them. */
static void
seal_terms(struct extract *x)
{
	static const struct str mark = {"terms", 5};
	unsigned char digest[SHA256_BYTES];
	struct buf text = {0};

	buf_addstr(&text, "1\n");
	for (size_t i = 0; i < x->output.count; i++) {
		buf_adds(&text, x->output.column[i].name);
		buf_addc(&text, '\n');
	}
	for (size_t i = 0; i < x->masks.count; i++)
		buf_addf(&text, "%d %.*s\n", (int)x->masks.mask[i].how,
		    STR_ARG(x->masks.mask[i].column));
	if (x->masks.key.len) {
		hmac_sha256(buf_str(&x->masks.key), mark, digest);
		buf_add(&text, digest, sizeof(digest));
	}
	sha256_hex(text.p, text.len, x->terms);
	buf_release(&text);
}

int
extract_plan(struct extract *x, struct err *err)
{
	const struct extract_call *c = x->c;
	int rc;

	x->moment = tenant_moment(c->tenant, c->now);
	if (subject_find(x->r->what, &x->subject, err) < 0 ||
	    policy_rule_of(c->st, c->tenant, c->who, &x->arena, &x->rule, err) <
		0 ||
	    extract_output(x, err) < 0 || plan_where(x, err) < 0 ||
	    obey(x, err) < 0 || extract_masks(x, err) < 0)
		return -1;
	if (x->subject->leads || x->subject->events)
		rc = plan_leads(x, err);
	else
		rc = extract_columns(
		    x, x->subject->column, x->subject->count, err);
	x->about.column = x->output.column;
	x->about.count = x->output.count;
	if (rc == 0 && export_summary_check(&x->output, err) < 0)
		return err_prefix(err, "--by");
	if (rc == 0)
		seal_terms(x);
	return rc;
}

void
extract_release(struct extract *x)
{
	export_free(x->e);
	export_leads_close(x->leads);
	export_masks_release(&x->masks);
	cond_free(x->where);
	cond_free(x->segment);
	part_close(&x->part);
	arena_release(&x->arena);
}
