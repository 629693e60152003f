/* SPDX-License-Identifier: ISC */
/*
 * The table of settings: names, defaults, meanings; reading the stored
 * document, changing one setting in it, showing all of them. Besides the
 * table there are open families, family.c.
 */
#include "tenant/tenant_priv.h"

enum setting_kind {
	NUMBER,
	DURATION,
	TEXT,
	ZONE,
	CHOICE,
	NAMES,
	HOURS,
	DAYS,
	QUIET,
	HOSTS
};

struct setting {
	const char *name;
	enum setting_kind kind;
	size_t offset;        /* of the value in struct tenant_settings */
	const char *fallback; /* as one types it */
	int64_t min, max;     /* NUMBER; DURATION in ms */
	const char *choices;  /* CHOICE: words with blanks between */
	const char *help;
};

#define AT(member) offsetof(struct tenant_settings, member)

static const struct setting settings[] = {
    {"hot_threshold", NUMBER, AT(hot_threshold), "80", 1, 100, NULL,
	"a score from here up is hot"},
    {"hot_margin", NUMBER, AT(hot_margin), "10", 0, 100, NULL,
	"falling this far below the threshold re-arms"},
    {"hot_rearm", DURATION, AT(hot_rearm), "7d", 0, 3650 * MS_DAY, NULL,
	"so does this long since the lead last became hot"},
    {"band_warm", NUMBER, AT(band_warm), "31", 0, 101, NULL,
	"a score below is cold"},
    {"band_hot", NUMBER, AT(band_hot), "61", 0, 101, NULL,
	"a score from here up is in the hot band"},
    {"priority_critical", NUMBER, AT(priority_critical), "90", 0, 101, NULL,
	"priority critical from here up, when hot"},
    {"priority_high", NUMBER, AT(priority_high), "80", 0, 101, NULL,
	"priority high from here up"},
    {"priority_medium", NUMBER, AT(priority_medium), "60", 0, 101, NULL,
	"priority medium from here up"},
    {"conversion_events", NAMES, AT(conversion_events), "deal_won", 0, 0, NULL,
	"event types that mean a lead converted, with commas"},
    {"zone", ZONE, AT(zone_name), "Asia/Tokyo", 0, 0, NULL,
	"time zone of dates without one, and of what people read"},
    {"locale", CHOICE, AT(locale), "ja", 0, 0, "ja en",
	"language of what people read"},
    {"working_hours", HOURS, AT(working_hours), "09:00-18:00", 0, 0, NULL,
	"when people work, for tasks"},
    {"working_days", DAYS, AT(working_days_text), "mon,tue,wed,thu,fri", 0, 0,
	NULL, "on which days"},
    {"due_clock", CHOICE, AT(due_clock), "clock", 0, 0, "clock working",
	"what spans like 24h count until a task is due"},
    {"quiet_hours", QUIET, AT(quiet_hours), "none", 0, 0, NULL,
	"when nobody is sent anything: 21:00-08:00,sat-sun"},
    {"webhook_hosts", HOSTS, AT(webhook_hosts), "any", 0, 0, NULL,
	"hosts that slack, teams and webhooks may ask: a.jp,.b.jp"},
    {"plan", CHOICE, AT(plan), "professional", 0, 0,
	"free starter professional enterprise",
	"what is switched on; feature.NAME overrides"},
};

static const struct setting *
setting_find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(settings); i++)
		if (str_is(name, settings[i].name))
			return &settings[i];
	return NULL;
}

static void *
slot(struct tenant_settings *s, const struct setting *row)
{
	return (char *)s + row->offset;
}

/* The names between commas, each checked, as a NULL-terminated list. */
static int
names_read(
    struct str text, struct tenant_settings *s, char ***ret, struct err *err)
{
	char **names = NULL;
	size_t count = 0, cap = 0;
	struct buf json = {0};
	struct json_writer w = {.out = &json};
	struct str name;
	bool more = true;

	json_put_array(&w);
	while (more) {
		more = str_cut(&text, ',', &name);
		name = str_trim(name);
		if (name.n == 0)
			continue;
		json_put_text(&w, name);
		GROW(names, cap, count + 2);
		names[count++] = str_dup(name);
		names[count] = NULL;
	}
	json_put_end(&w);
	if (count == 0) {
		buf_release(&json);
		return err_set(err, ERR_USAGE, "no name in the list");
	}
	s->conversion_json = buf_detach(&json);
	*ret = names;
	return 0;
}

/* "09:00-18:00" */
static int
hours_read(struct str text, struct tenant_settings *s, struct err *err)
{
	int64_t at[2];

	if (!hours_parse(text, at))
		return err_set(err, ERR_USAGE,
		    "working_hours: not like 09:00-18:00: %s", quoted(text));
	if (at[1] <= at[0])
		return err_set(err, ERR_USAGE,
		    "working_hours: they end before they begin: %s",
		    quoted(text));
	s->opens = at[0];
	s->closes = at[1];
	return 0;
}

/* Names of days with commas, as a bit each. */
static int
days_read(struct str text, struct tenant_settings *s, struct err *err)
{
	struct str rest = text, name;
	bool more = true;
	unsigned day;

	s->working_days = 0;
	while (more) {
		more = str_cut(&rest, ',', &name);
		if (!weekday_parse(str_trim(name), &day))
			return err_set(err, ERR_USAGE,
			    "working_days: not mon, tue, wed, thu, fri, sat or "
			    "sun: %s",
			    quoted(str_trim(name)));
		s->working_days |= 1u << day;
	}
	return 0;
}

/* The name of a host, in ASCII, or its address (IPv6 in brackets); with a dot
 * before it: those below. */
static bool
is_host(struct str s)
{
	bool address = s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';

	if (address)
		s = (struct str){s.p + 1, s.n - 2};
	else if (s.n && s.p[0] == '.')
		s = (struct str){s.p + 1, s.n - 1};
	if (s.n == 0 || s.n > 253 || (!address && s.p[0] == '.') ||
	    s.p[s.n - 1] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
			(s.p[i] >= 'A' && s.p[i] <= 'Z') ||
			(s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' ||
			(address ? s.p[i] == ':' : s.p[i] == '-')))
			return false;
	return true;
}

/* Hosts with commas between, "any" or "none". */
static int
hosts_read(struct str text, struct tenant_settings *s, struct err *err)
{
	size_t count = 0, cap = 0;
	struct str rest = text, host;
	bool more = !str_is(text, "any") && !str_is(text, "none");

	s->hosts = NULL;
	if (str_is(text, "any"))
		return 0;
	GROW(s->hosts, cap, 1);
	s->hosts[0] = NULL;
	while (more) {
		more = str_cut(&rest, ',', &host);
		host = str_trim(host);
		if (!is_host(host))
			return err_set(err, ERR_USAGE,
			    "webhook_hosts: not any, none or hosts like "
			    "hooks.example.jp,.example.com: %s",
			    quoted(host));
		GROW(s->hosts, cap, count + 2);
		s->hosts[count++] = str_dup(host);
		s->hosts[count] = NULL;
	}
	return 0;
}

/* The value as typed, into its place. */
static int
value_read(struct tenant_settings *s, const struct setting *row,
    struct str text, struct err *err)
{
	struct str words = str_of(row->choices), word;
	int64_t number;
	char *name;
	bool more;

	switch (row->kind) {
	case NUMBER:
		if (!number_int(text, &number))
			return err_set(err, ERR_USAGE,
			    "%s: not a whole number: %s", row->name,
			    quoted(text));
		break;
	case DURATION:
		if (!duration_parse(text, &number))
			return err_set(err, ERR_USAGE,
			    "%s: not a duration like 7d or 12h: %s", row->name,
			    quoted(text));
		break;
	case ZONE:
		name = str_dup(text);
		if (zone_find(name, &s->zone, err) < 0) {
			free(name);
			return -1;
		}
		*(char **)slot(s, row) = name;
		return 0;
	case CHOICE:
		for (more = true; more;) {
			more = str_cut(&words, ' ', &word);
			if (str_eq(word, text)) {
				*(char **)slot(s, row) = str_dup(text);
				return 0;
			}
		}
		return err_set(err, ERR_USAGE, "%s: not one of %s: %s",
		    row->name, row->choices, quoted(text));
	case NAMES:
		if (names_read(text, s, slot(s, row), err) < 0)
			return err_prefix(err, "%s", row->name);
		return 0;
	case HOURS:
		if (hours_read(text, s, err) < 0)
			return -1;
		*(char **)slot(s, row) = str_dup(text);
		return 0;
	case DAYS:
		if (days_read(text, s, err) < 0)
			return -1;
		*(char **)slot(s, row) = str_dup(text);
		return 0;
	case QUIET:
		if (quiet_parse(row->name, text, &s->quiet, err) < 0)
			return -1;
		*(char **)slot(s, row) = str_dup(text);
		return 0;
	case HOSTS:
		if (hosts_read(text, s, err) < 0)
			return -1;
		*(char **)slot(s, row) = str_dup(text);
		return 0;
	case TEXT:
		*(char **)slot(s, row) = str_dup(text);
		return 0;
	}
	if (number < row->min || number > row->max)
		return err_set(err, ERR_USAGE, "%s: out of range: %s",
		    row->name, quoted(text));
	*(int64_t *)slot(s, row) = number;
	return 0;
}

static int
settings_agree(const struct tenant_settings *s, struct err *err)
{
	if (s->band_warm > s->band_hot)
		return err_set(err, ERR_USAGE, "band_warm is above band_hot");
	if (s->priority_medium > s->priority_high ||
	    s->priority_high > s->priority_critical)
		return err_set(err, ERR_USAGE,
		    "priority_medium, priority_high, priority_critical do not "
		    "rise");
	return 0;
}

void
settings_release(struct tenant_settings *s)
{
	for (size_t i = 0; s->conversion_events && s->conversion_events[i]; i++)
		free(s->conversion_events[i]);
	free(s->conversion_events);
	free(s->conversion_json);
	free(s->zone_name);
	free(s->locale);
	free(s->plan);
	free(s->working_hours);
	free(s->working_days_text);
	free(s->due_clock);
	free(s->quiet_hours);
	for (size_t i = 0; s->hosts && s->hosts[i]; i++)
		free(s->hosts[i]);
	free(s->hosts);
	free(s->webhook_hosts);
	memset(s, 0, sizeof(*s));
}

int
settings_read(
    const char *document, struct tenant_settings *ret, struct err *err)
{
	struct tenant_settings s = {0};
	struct json *doc;
	int rc = 0;

	if (json_doc_parse(str_of(document), "settings", &doc, err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(settings) && rc == 0; i++) {
		const struct json *node = json_find(doc, settings[i].name);

		rc = value_read(&s, &settings[i],
		    node ? json_text(node) : str_of(settings[i].fallback), err);
	}
	if (rc == 0)
		rc = settings_agree(&s, err);
	json_doc_free(doc);
	if (rc < 0) {
		settings_release(&s);
		return -1;
	}
	*ret = s;
	return 0;
}

/* ---- showing ------------------------------------------------------------ */

static void
value_put(const struct tenant_settings *s, const struct setting *row,
    struct json_writer *w)
{
	const void *p = (const char *)s + row->offset;
	struct buf text = {0};

	switch (row->kind) {
	case NUMBER:
		json_put_int(w, *(const int64_t *)p);
		break;
	case DURATION:
		duration_add(&text, *(const int64_t *)p);
		json_put_text(w, buf_str(&text));
		break;
	case NAMES:
		json_put_raw(w, str_of(s->conversion_json));
		break;
	case ZONE:
	case CHOICE:
	case HOURS:
	case DAYS:
	case QUIET:
	case HOSTS:
	case TEXT:
		json_put_text(w, str_of(*(char *const *)p));
		break;
	}
	buf_release(&text);
}

void
settings_put(const struct tenant *t, struct json_writer *w)
{
	struct json *doc;

	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		json_put_name(w, settings[i].name);
		value_put(&t->settings, &settings[i], w);
	}
	if (json_doc_parse(str_of(t->document), "settings", &doc, NULL) < 0)
		BUG("settings of a tenant that was read do not parse");
	families_put(w, doc, NULL, (struct str){0}, (struct str){0});
	json_doc_free(doc);
}

void
tenant_settings_help(struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(settings); i++)
		buf_addf(out, "%-18s  %-12s  %s\n", settings[i].name,
		    settings[i].fallback, settings[i].help);
	families_help(out);
}

/* ---- changing one ------------------------------------------------------- */

/* A setting's value in the document as JSON. */
static void
value_as_json(const struct setting *row, struct str text, struct json_writer *w)
{
	int64_t number;

	if (row->kind == NUMBER && number_int(text, &number)) {
		json_put_int(w, number);
		return;
	}
	/* Lists stay as typed: one form for the document and the hand. */
	json_put_text(w, text);
}

static int
unknown(struct str key, struct err *err)
{
	struct nearest near;

	nearest_start(&near, key);
	for (size_t i = 0; i < COUNT_OF(settings); i++)
		nearest_offer(&near, str_of(settings[i].name));
	return nearest_err(&near, "setting", err);
}

static void
document_put(const struct json *doc, const struct setting *row,
    struct str value, const struct family *family, struct str name,
    struct str member, struct buf *ret)
{
	struct json_writer w = {.out = ret};

	json_put_object(&w);
	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		const struct json *node = json_find(doc, settings[i].name);

		if (row == &settings[i]) {
			if (value.n == 0)
				continue;
			json_put_name(&w, row->name);
			value_as_json(row, value, &w);
		} else if (node) {
			json_put_name(&w, settings[i].name);
			json_put_node(&w, node);
		}
	}
	families_put(&w, doc, family, name, member);
	json_put_end(&w);
}

static void
value_in_force(
    const struct tenant_settings *s, const struct setting *row, struct buf *ret)
{
	struct json_writer w = {.out = ret};

	value_put(s, row, &w);
}

int
settings_assign(const char *document, const char *assignment,
    struct buf *ret_key, struct buf *ret_document, struct buf *ret_old,
    struct buf *ret_new, struct err *err)
{
	struct str value = str_of(assignment), key, name = {0};
	const struct family *family;
	const struct setting *row = NULL;
	struct tenant_settings before = {0}, after = {0};
	struct buf member = {0};
	struct json *doc = NULL;
	const struct json *node = NULL;
	int rc = -1;

	if (!str_cut(&value, '=', &key))
		return err_set(err, ERR_USAGE, "not KEY=VALUE: %s",
		    quoted(str_of(assignment)));
	if (json_doc_parse(str_of(document), "settings", &doc, err) < 0)
		return -1;
	family = family_of(key, &name);
	if (family) {
		node = family_find(doc, family, name);
	} else if (!(row = setting_find(key))) {
		unknown(key, err);
		goto out;
	}
	if (family && family_value(family, name, value, &member, err) < 0)
		goto out;
	document_put(
	    doc, row, value, family, name, buf_str(&member), ret_document);
	if (settings_read(document, &before, err) < 0 ||
	    settings_read(ret_document->p, &after, err) < 0)
		goto out;
	buf_adds(ret_key, key);
	if (row) {
		value_in_force(&before, row, ret_old);
		value_in_force(&after, row, ret_new);
	} else {
		buf_adds(ret_old, node ? json_raw(node) : STR("null"));
		buf_adds(ret_new, member.len ? buf_str(&member) : STR("null"));
	}
	rc = 0;
out:
	settings_release(&before);
	settings_release(&after);
	buf_release(&member);
	json_doc_free(doc);
	return rc;
}
