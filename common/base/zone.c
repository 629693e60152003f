/* SPDX-License-Identifier: ISC */
/*
 * Time zones from the system's TZif files (RFC 8536, version 2 and later):
 * the table of transitions, and after its end the rule in the footer, which
 * is a POSIX TZ string. Our own reader, because the C library knows one zone
 * per process and takes it from the environment.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base_priv.h"

#define ZONE_FOLDER "/usr/share/zoneinfo/"

/* When a rule's year changes over, as POSIX writes it. */
struct change {
	char kind;       /* 'M' month.week.weekday, 'J' 1..365 without
			  * 29 February, '0' 0..365 */
	int month, week; /* week 5 is the last */
	int day;         /* 'M': 0 Sunday .. 6; else the day of the year */
	int64_t time;    /* ms after midnight, local time in force before */
};

struct zone {
	struct zone *next; /* in the cache */
	char *name;
	size_t count;
	int64_t *at;     /* transitions, ascending, ms since 1970 */
	int32_t *offset; /* from at[i] on, ms east of UTC */
	int32_t first;   /* before at[0] */
	bool has_rule, has_summer;
	int32_t standard, summer;
	struct change summer_on, summer_off;
};

/* A look at bytes that may end anywhere; `bad` sticks. */
struct reader {
	const unsigned char *p, *end;
	bool bad;
};

static uint64_t
read_big(struct reader *r, unsigned bytes)
{
	uint64_t v = 0;

	if ((size_t)(r->end - r->p) < bytes) {
		r->bad = true;
		return 0;
	}
	while (bytes--)
		v = v << 8 | *r->p++;
	return v;
}

static void
skip(struct reader *r, uint64_t bytes)
{
	if ((uint64_t)(r->end - r->p) < bytes)
		r->bad = true;
	else
		r->p += bytes;
}

struct counts {
	uint64_t is_utc, is_standard, leap, time, type, chars;
};

static bool
read_header(struct reader *r, struct counts *ret)
{
	static const unsigned char magic[] = {'T', 'Z', 'i', 'f'};

	if (r->end - r->p < 44 || memcmp(r->p, magic, sizeof(magic)) != 0 ||
	    r->p[4] < '2')
		return false;
	skip(r, 20);
	ret->is_utc = read_big(r, 4);
	ret->is_standard = read_big(r, 4);
	ret->leap = read_big(r, 4);
	ret->time = read_big(r, 4);
	ret->type = read_big(r, 4);
	ret->chars = read_big(r, 4);
	return !r->bad;
}

/* The table of version 2: eight-byte times. */
static bool
read_table(struct reader *r, const struct counts *c, struct zone *z)
{
	struct reader index, types;
	int32_t offsets[256];

	if (c->leap != 0 || c->type == 0 || c->type > COUNT_OF(offsets) ||
	    c->time > 100000)
		return false;
	index = types = *r;
	skip(&index, c->time * 8);
	types = index;
	skip(&types, c->time);
	for (size_t i = 0; i < c->type; i++) {
		int32_t seconds = (int32_t)(uint32_t)read_big(&types, 4);

		if (seconds < -26 * 3600 || seconds > 26 * 3600)
			return false;
		offsets[i] = seconds * 1000;
		skip(&types, 2);
	}
	z->first = offsets[0];
	z->at = xreallocarray(NULL, c->time, sizeof(*z->at));
	z->offset = xreallocarray(NULL, c->time, sizeof(*z->offset));
	for (size_t i = 0; i < c->time; i++) {
		int64_t seconds = (int64_t)read_big(r, 8);
		uint64_t type = read_big(&index, 1);

		if (type >= c->type)
			return false;
		/* Some files begin with the big bang. */
		if (seconds < TIME_MIN / 1000)
			seconds = TIME_MIN / 1000;
		if (seconds > TIME_MAX / 1000)
			break;
		z->at[i] = seconds * 1000;
		z->offset[i] = offsets[type];
		z->count = i + 1;
		if (i > 0 && z->at[i] < z->at[i - 1])
			return false;
	}
	skip(&types, c->chars + c->leap * 12 + c->is_standard + c->is_utc);
	*r = types;
	return !r->bad && !index.bad;
}

/* POSIX TZ: NAME is letters or <...>; it is of no use to us. */
static bool
rule_name(struct str *s)
{
	size_t n = 0;

	if (s->n && s->p[0] == '<') {
		struct str head;

		return str_cut(s, '>', &head);
	}
	while (n < s->n && ((s->p[n] | 0x20) >= 'a' && (s->p[n] | 0x20) <= 'z'))
		n++;
	s->p += n;
	s->n -= n;
	return n >= 3;
}

static bool
rule_number(struct str *s, int most, int *ret)
{
	int v = 0;
	size_t n = 0;

	while (n < s->n && n < 4 && s->p[n] >= '0' && s->p[n] <= '9')
		v = v * 10 + (s->p[n++] - '0');
	s->p += n;
	s->n -= n;
	*ret = v;
	return n > 0 && v <= most;
}

static bool
rule_char(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

/* [+-]hh[:mm[:ss]] in ms; hours up to 167, as RFC 8536 extends it. */
static bool
rule_time(struct str *s, int64_t *ret)
{
	int h, m = 0, sec = 0;
	bool minus = rule_char(s, '-');

	if (!minus)
		rule_char(s, '+');
	if (!rule_number(s, 167, &h))
		return false;
	if (rule_char(s, ':')) {
		if (!rule_number(s, 59, &m))
			return false;
		if (rule_char(s, ':') && !rule_number(s, 59, &sec))
			return false;
	}
	*ret = h * MS_HOUR + m * MS_MINUTE + sec * MS_SECOND;
	if (minus)
		*ret = -*ret;
	return true;
}

static bool
rule_change(struct str *s, struct change *ret)
{
	struct change c = {.kind = '0', .time = 2 * MS_HOUR};

	if (!rule_char(s, ','))
		return false;
	if (rule_char(s, 'M')) {
		c.kind = 'M';
		if (!rule_number(s, 12, &c.month) || c.month < 1 ||
		    !rule_char(s, '.') || !rule_number(s, 5, &c.week) ||
		    c.week < 1 || !rule_char(s, '.') ||
		    !rule_number(s, 6, &c.day))
			return false;
	} else if (rule_char(s, 'J')) {
		c.kind = 'J';
		if (!rule_number(s, 365, &c.day) || c.day < 1)
			return false;
	} else if (!rule_number(s, 365, &c.day)) {
		return false;
	}
	if (rule_char(s, '/') && !rule_time(s, &c.time))
		return false;
	*ret = c;
	return true;
}

static bool
read_rule(struct str s, struct zone *z)
{
	int64_t west;

	if (s.n == 0)
		return true; /* no rule: the last transition holds on */
	if (!rule_name(&s) || !rule_time(&s, &west) || west < -25 * MS_HOUR ||
	    west > 25 * MS_HOUR)
		return false;
	z->has_rule = true;
	z->standard = (int32_t)-west;
	if (s.n == 0)
		return true;
	z->has_summer = true;
	west -= MS_HOUR;
	if (!rule_name(&s))
		return false;
	if (s.n && s.p[0] != ',' && !rule_time(&s, &west))
		return false;
	if (west < -26 * MS_HOUR || west > 26 * MS_HOUR)
		return false;
	z->summer = (int32_t)-west;
	return rule_change(&s, &z->summer_on) &&
	       rule_change(&s, &z->summer_off) && s.n == 0;
}

static bool
read_zone(struct str data, struct zone *z)
{
	struct reader r = {(const unsigned char *)data.p,
	    (const unsigned char *)data.p + data.n, false};
	struct counts c;
	struct str footer, line;

	/* The first table, with four-byte times, is for old readers. */
	if (!read_header(&r, &c))
		return false;
	skip(&r, c.time * 5 + c.type * 6 + c.chars + c.leap * 8 +
		     c.is_standard + c.is_utc);
	if (r.bad || !read_header(&r, &c) || !read_table(&r, &c, z))
		return false;
	footer = (struct str){(const char *)r.p, (size_t)(r.end - r.p)};
	return rule_char(&footer, '\n') && str_cut(&footer, '\n', &line) &&
	       read_rule(line, z);
}

/* Midnight in UTC of the day a change names. */
static int64_t
change_day(const struct change *c, int year)
{
	bool leap = date_valid(year, 2, 29);
	int64_t day = days_from_civil(year, 1, 1);

	if (c->kind == 'J')
		return day + c->day - 1 + (leap && c->day >= 60);
	if (c->kind == '0')
		return day + c->day;
	day = days_from_civil(year, (unsigned)c->month, 1);
	/* 1970-01-01 was a Thursday: 0 is Sunday. */
	day += (c->day - (day + 4) % 7 + 14) % 7 + (c->week - 1) * 7;
	if (c->week == 5 &&
	    day >= (c->month == 12
			   ? days_from_civil(year + 1, 1, 1)
			   : days_from_civil(year, (unsigned)c->month + 1, 1)))
		day -= 7;
	return day;
}

static int32_t
rule_offset(const struct zone *z, int64_t at)
{
	int64_t on, off;
	int year;

	if (!z->has_summer)
		return z->standard;
	year = civil_year(at + z->standard);
	on = change_day(&z->summer_on, year) * MS_DAY + z->summer_on.time -
	     z->standard;
	off = change_day(&z->summer_off, year) * MS_DAY + z->summer_off.time -
	      z->summer;
	if (on < off)
		return at >= on && at < off ? z->summer : z->standard;
	return at >= off && at < on ? z->standard : z->summer;
}

int64_t
zone_offset(const struct zone *z, int64_t at)
{
	size_t low = 0, high = z->count;

	if (high == 0 || at >= z->at[high - 1]) {
		if (z->has_rule)
			return rule_offset(z, at);
		return high ? z->offset[high - 1] : z->first;
	}
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (z->at[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? z->offset[low - 1] : z->first;
}

static const struct zone utc = {.name = (char *)(uintptr_t) "UTC"};

const struct zone *
zone_utc(void)
{
	return &utc;
}

const char *
zone_name(const struct zone *z)
{
	return z->name;
}

static bool
name_valid(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > 64 || name[0] == '/' || name[n - 1] == '/')
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = name[i];

		if ((c < 'A' || c > 'Z') && (c < 'a' || c > 'z') &&
		    (c < '0' || c > '9') && c != '_' && c != '-' && c != '+' &&
		    c != '/')
			return false; /* no dot, so no way up */
	}
	return true;
}

void
zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->name);
	free(z->at);
	free(z->offset);
	free(z);
}

struct zone *
zone_read(const char *name, struct str data)
{
	struct zone *z = xcalloc(1, sizeof(*z));

	z->name = xstrdup(name);
	if (read_zone(data, z))
		return z;
	zone_free(z);
	return NULL;
}

static int
zone_load(const char *name, struct zone **ret, struct err *err)
{
	struct buf path = {0}, data = {0};
	struct zone *z = NULL;
	struct err reason = {0};
	int rc = -1;

	buf_addf(&path, ZONE_FOLDER "%s", name);
	if (file_read(path.p, &data, 1 << 20, &reason) < 0) {
		if (access(path.p, F_OK) == 0) { /* there, yet not read */
			if (err)
				*err = reason;
			goto out;
		}
		err_set(err, ERR_USAGE, "no time zone %s (looked in %s)",
		    quoted(str_of(name)), ZONE_FOLDER);
		goto out;
	}
	z = zone_read(name, buf_str(&data));
	if (!z) {
		err_set(err, ERR_USAGE,
		    "%s is no time zone file without leap seconds", path.p);
		goto out;
	}
	*ret = z;
	rc = 0;
out:
	buf_release(&path);
	buf_release(&data);
	return rc;
}

int
zone_find(const char *name, const struct zone **ret, struct err *err)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct zone *cache;
	struct zone *z;
	int rc = 0;

	if (strcmp(name, utc.name) == 0) {
		*ret = &utc;
		return 0;
	}
	if (!name_valid(name))
		return err_set(
		    err, ERR_USAGE, "no time zone %s", quoted(str_of(name)));
	pthread_mutex_lock(&lock);
	for (z = cache; z && strcmp(z->name, name) != 0; z = z->next)
		continue;
	if (!z) {
		rc = zone_load(name, &z, err);
		if (rc == 0) {
			z->next = cache;
			cache = z;
		}
	}
	if (rc == 0)
		*ret = z;
	pthread_mutex_unlock(&lock);
	return rc;
}
