/* SPDX-License-Identifier: ISC */
/*
 * make-sample: a world of Japanese B2B leads, made up and always the same.
 *
 *	make-sample leads|events|assessments N
 *	    [--seed S] [--now TIME] [--start TIME] [-f ndjson|csv]
 *
 * Without --now it is always 2026-01-15, and the leads came in the two years
 * before. N counts the leads; `events N` are the events of those N leads (about
 *five each), `assessments N` their runs through a questionnaire. A lead and all
 * that happens to it follow from (seed, number) alone, so the three streams
 * agree as long as seed, N and period do. Memory does not grow with N: events
 * come in order of time as far as a heap of fixed size can see ahead.
 *
 * What is real about it: arrivals follow weekdays, office hours and seasons;
 * company sizes are log-normal; interest fades with the weeks; people open
 * what was sent and click what they opened; and who buys depends, through a
 * logistic model with noise, on what the lead is and on what it did.
 */
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "cli/cli.h"
#include "sample_words.h"

#define ZONE       (9 * MS_HOUR) /* Japan keeps one time all year */
#define EVENTS_MAX 96            /* of one lead */
#define HEAP_MAX   (1u << 19)

enum type {
	ASSESSMENT_STARTED,
	ASSESSMENT_HALF,
	ASSESSMENT_COMPLETED,
	FORM_ENTERED,
	FORM_SUBMITTED,
	EMAIL_SENT,
	EMAIL_OPENED,
	EMAIL_CLICKED,
	EMAIL_BOUNCED,
	UNSUBSCRIBED,
	SITE_VISITED,
	DOCUMENT_DOWNLOADED,
	DEMO_REQUESTED,
	SALES_CONTACTED,
	PROPOSAL_SENT,
	DEAL_WON,
	DEAL_LOST,
	TYPE__MAX
};

static const char *const type_names[TYPE__MAX] = {
    [ASSESSMENT_STARTED] = "assessment_started",
    [ASSESSMENT_HALF] = "assessment_half",
    [ASSESSMENT_COMPLETED] = "assessment_completed",
    [FORM_ENTERED] = "form_entered",
    [FORM_SUBMITTED] = "form_submitted",
    [EMAIL_SENT] = "email_sent",
    [EMAIL_OPENED] = "email_opened",
    [EMAIL_CLICKED] = "email_clicked",
    [EMAIL_BOUNCED] = "email_bounced",
    [UNSUBSCRIBED] = "unsubscribed",
    [SITE_VISITED] = "site_visited",
    [DOCUMENT_DOWNLOADED] = "document_downloaded",
    [DEMO_REQUESTED] = "demo_requested",
    [SALES_CONTACTED] = "sales_contacted",
    [PROPOSAL_SENT] = "proposal_sent",
    [DEAL_WON] = "deal_won",
    [DEAL_LOST] = "deal_lost",
};

struct world {
	uint64_t seed;
	int64_t start, now;
	uint64_t count;    /* leads */
	uint64_t stride;   /* coprime to count: shuffles people into firms */
	double *cumulated; /* weight of the days up to and with each */
	size_t days;
	int64_t first_day; /* number of the first one, in Japan */
};

struct event {
	int64_t at;
	uint32_t lead;
	uint16_t number; /* within the lead */
	uint8_t type;
	uint8_t detail; /* which mail, page, document ... */
	uint32_t value; /* points or yen, by type */
};

struct lead {
	uint64_t number;
	int64_t created;
	const struct word *family, *given, *stem, *kind;
	size_t industry;
	const struct choice *region, *title, *department, *source, *budget,
	    *timing, *tag;
	uint64_t firm;
	int64_t size;
	bool student, free_mail, no_mail;
	double fit;    /* log-odds that attributes bring */
	uint64_t look; /* random bits for spelling */
	struct event event[EVENTS_MAX];
	unsigned events;
};

/* --- chance: SplitMix64, started from what it is to depend on ------------ */

static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint64_t
draw(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	return mix(*state);
}

static double
uniform(uint64_t *state) /* 0 <= u < 1 */
{
	return (double)(draw(state) >> 11) * 0x1p-53;
}

static size_t
below(uint64_t *state, size_t n)
{
	return (size_t)(uniform(state) * (double)n);
}

static double
normal(uint64_t *state)
{
	double u = 1 - uniform(state), v = uniform(state);

	return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979323846 * v);
}

static double
exponential(uint64_t *state, double mean)
{
	return -mean * log(1 - uniform(state));
}

static unsigned
poisson(uint64_t *state, double mean)
{
	double limit = exp(-mean), p = 1;
	unsigned n = 0;

	while ((p *= uniform(state)) > limit && n < 40)
		n++;
	return n;
}

static bool
happens(uint64_t *state, double probability)
{
	return uniform(state) < probability;
}

static double
logistic(double x)
{
	return 1 / (1 + exp(-x));
}

static const struct choice *
choose(uint64_t *state, const struct choice *choices, size_t count)
{
	unsigned total = 0;
	uint64_t at;

	for (size_t i = 0; i < count; i++)
		total += choices[i].weight;
	at = draw(state) % total;
	for (size_t i = 0; i < count; i++) {
		if (at < choices[i].weight)
			return &choices[i];
		at -= choices[i].weight;
	}
	return choices;
}
#define CHOOSE(state, choices) choose(state, choices, COUNT_OF(choices))

/* --- the calendar -------------------------------------------------------- */

/* How busy a day is: Tuesday to Thursday most, hardly anybody at weekends;
 * the turn of the business year and autumn are high, Golden Week, Obon and
 * New Year low; and business grows. */
static double
day_weight(int64_t day, double progress)
{
	static const double weekday[7] = {1.0, 1.15, 1.2, 1.1, 0.9, 0.25, 0.2};
	static const double month[12] = {
	    0.9, 1.05, 1.3, 1.05, 0.85, 1.1, 1.05, 0.75, 1.2, 1.25, 1.15, 0.8};
	struct civil c = zone_civil(zone_utc(), day * MS_DAY);
	double weight = weekday[c.weekday - 1] * month[c.month - 1];

	if ((c.month == 5 && c.day >= 3 && c.day <= 6) ||
	    (c.month == 8 && c.day >= 13 && c.day <= 16) ||
	    (c.month == 12 && c.day >= 29) || (c.month == 1 && c.day <= 3))
		weight *= 0.2;
	return weight * (1 + 0.5 * progress);
}

/* Share of a day's arrivals by the end of each hour, 0..24. */
static int64_t
time_of_day(double share)
{
	static const double hour[24] = {1, 1, 0, 0, 0, 1, 2, 4, 8, 16, 18, 16,
	    10, 15, 17, 17, 15, 13, 9, 6, 5, 5, 4, 2};
	double total = 0, before = 0;

	for (size_t h = 0; h < 24; h++)
		total += hour[h];
	share *= total;
	for (size_t h = 0; h < 24; h++) {
		if (share < before + hour[h])
			return (
			    int64_t)(((double)h + (share - before) / hour[h]) *
				     (double)MS_HOUR);
		before += hour[h];
	}
	return MS_DAY - 1;
}

/* The moment by which that share of all leads has arrived. */
static int64_t
arrival(const struct world *w, double share)
{
	double at = share * w->cumulated[w->days - 1], before;
	size_t low = 0, high = w->days - 1, middle;
	int64_t moment;

	while (low < high) {
		middle = (low + high) / 2;
		if (w->cumulated[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	before = low ? w->cumulated[low - 1] : 0;
	moment = (w->first_day + (int64_t)low) * MS_DAY - ZONE +
		 time_of_day((at - before) / (w->cumulated[low] - before));
	if (moment < w->start)
		moment = w->start;
	if (moment >= w->now)
		moment = w->now - 1;
	return moment / MS_SECOND * MS_SECOND;
}

static void
world_make(struct world *w)
{
	double sum = 0;
	int64_t last;
	uint64_t a, b, rest;

	w->first_day = (w->start + ZONE) / MS_DAY;
	last = (w->now - 1 + ZONE) / MS_DAY;
	w->days = (size_t)(last - w->first_day + 1);
	w->cumulated = xcalloc(w->days, sizeof(*w->cumulated));
	for (size_t i = 0; i < w->days; i++) {
		sum += day_weight(
		    w->first_day + (int64_t)i, (double)i / (double)w->days);
		w->cumulated[i] = sum;
	}
	for (w->stride = w->count * 5 / 8 + 1;; w->stride++) {
		for (a = w->stride, b = w->count; b; a = b, b = rest)
			rest = a % b;
		if (a == 1)
			break;
	}
}

/* --- one lead ------------------------------------------------------------ */

static void
add_event(const struct world *w, struct lead *l, enum type type, int64_t at,
    unsigned detail, uint32_t value)
{
	struct event *e;

	if (at >= w->now || l->events == EVENTS_MAX)
		return;
	e = &l->event[l->events];
	e->at = at / MS_SECOND * MS_SECOND;
	e->lead = (uint32_t)l->number;
	e->number = (uint16_t)l->events++;
	e->type = (uint8_t)type;
	e->detail = (uint8_t)detail;
	e->value = value;
}

/* Mails go out on a plan; each may bounce, be opened, be clicked. Returns how
 * many were clicked. */
static unsigned
mails(const struct world *w, struct lead *l, uint64_t *chance, double interest,
    bool *ret_unsubscribed)
{
	static const int plan[] = {1, 8, 21, 45, 90};
	double opens = logistic(-0.7 + 0.8 * interest);
	double clicks = logistic(-1.6 + 0.6 * interest);
	unsigned clicked = 0;
	int64_t at;

	if (l->no_mail)
		return 0;
	for (unsigned i = 0; i < COUNT_OF(plan); i++) {
		if (i > 0 && !happens(chance, 0.42))
			break;
		at = (l->created + ZONE) / MS_DAY * MS_DAY - ZONE +
		     plan[i] * MS_DAY + 9 * MS_HOUR + 30 * MS_MINUTE;
		add_event(w, l, EMAIL_SENT, at, i, 0);
		if (happens(chance, 0.012)) {
			add_event(w, l, EMAIL_BOUNCED, at + MS_MINUTE, i, 0);
			break;
		}
		if (!happens(chance, opens))
			continue;
		at += (int64_t)exponential(chance, 9e6 * 3.6);
		add_event(w, l, EMAIL_OPENED, at, i, 0);
		if (happens(chance, 0.01)) {
			at += 30 * MS_SECOND;
			add_event(w, l, UNSUBSCRIBED, at, i, 0);
			*ret_unsubscribed = at < w->now;
			break;
		}
		if (!happens(chance, clicks))
			continue;
		at += (int64_t)exponential(chance, 90e3);
		add_event(w, l, EMAIL_CLICKED, at, i, 0);
		clicked++;
	}
	return clicked;
}

/* What a lead does, and what comes of it. */
static void
live(const struct world *w, struct lead *l)
{
	uint64_t chance = mix(w->seed ^ mix(l->number ^ UINT64_C(0xe7e275)));
	double interest = -0.2 + 0.7 * l->fit + 0.9 * normal(&chance);
	double warmth = exp(0.5 * interest);
	int64_t at = l->created, last = at;
	unsigned visits, downloads, clicks;
	bool completed = false, demo, unsubscribed = false, won;
	double odds;

	l->events = 0;
	if (l->source->text == sources[0].text || happens(&chance, 0.3)) {
		add_event(w, l, ASSESSMENT_STARTED, at,
		    (unsigned)below(&chance, COUNT_OF(assessments)), 0);
		if (happens(&chance, logistic(0.6 + 0.5 * interest))) {
			at += 120000 + (int64_t)exponential(&chance, 120e3);
			add_event(w, l, ASSESSMENT_HALF, at, 0, 0);
			completed =
			    happens(&chance, logistic(0.7 + 0.5 * interest));
		}
		if (completed) {
			at += 150000 + (int64_t)exponential(&chance, 150e3);
			add_event(w, l, ASSESSMENT_COMPLETED, at, 0,
			    (uint32_t)(100 * logistic(0.3 + 0.6 * l->fit +
						      0.5 * normal(&chance))));
		}
	} else if (happens(&chance, 0.5)) {
		add_event(w, l, FORM_ENTERED, at, 0, 0);
		if (happens(&chance, 0.7))
			add_event(w, l, FORM_SUBMITTED, at + 95000, 0, 0);
	}
	clicks = mails(w, l, &chance, interest, &unsubscribed);

	/* Visits thin out: half of them come within two weeks. */
	visits = poisson(&chance, 0.72 * warmth);
	for (unsigned i = 0; i < visits; i++) {
		at = l->created + (int64_t)exponential(&chance, 1.75e9);
		add_event(w, l, SITE_VISITED, at,
		    (unsigned)below(&chance, COUNT_OF(pages)), 0);
		if (at > last && at < w->now)
			last = at;
	}
	downloads = poisson(&chance, 0.22 * warmth * warmth);
	if (downloads > 5)
		downloads = 5;
	for (unsigned i = 0; i < downloads; i++) {
		at = l->created + (int64_t)exponential(&chance, 1.2e9);
		add_event(w, l, DOCUMENT_DOWNLOADED, at,
		    (unsigned)below(&chance, COUNT_OF(documents)), 0);
		if (at > last && at < w->now)
			last = at;
	}
	demo = happens(&chance, logistic(-3.6 + 1.2 * interest));
	if (demo) {
		last += (int64_t)exponential(&chance, 4e8);
		add_event(w, l, DEMO_REQUESTED, last, 0, 0);
	}

	odds = -4.5 + 1.15 * l->fit + (demo ? 1.6 : 0) +
	       (completed ? 0.55 : 0) + 0.6 * (downloads > 2 ? 2 : downloads) +
	       0.35 * (clicks > 3 ? 3 : clicks) +
	       0.18 * (visits > 5 ? 5 : visits) - (unsubscribed ? 1.5 : 0) +
	       0.4 * normal(&chance);
	won = happens(&chance, logistic(odds));
	if (!won && !happens(&chance, logistic(odds + 1.5)))
		return;
	last += MS_DAY + (int64_t)exponential(&chance, 3e8);
	add_event(w, l, SALES_CONTACTED, last, 0, 0);
	if (!won && !happens(&chance, 0.35))
		return;
	last += 2 * MS_DAY + (int64_t)exponential(&chance, 7e8);
	add_event(w, l, PROPOSAL_SENT, last, 0, 0);
	last += 5 * MS_DAY + (int64_t)exponential(&chance, 1.5e9);
	if (won)
		add_event(w, l, DEAL_WON, last, 0,
		    (uint32_t)(10000 *
			       lround(exp(4 + 0.25 * log((double)l->size) +
					  0.5 * normal(&chance)))));
	else if (happens(&chance, 0.7))
		add_event(w, l, DEAL_LOST, last, 0, 0);
}

static void
lead_make(const struct world *w, uint64_t number, struct lead *l)
{
	uint64_t chance = mix(w->seed ^ mix(number));
	uint64_t shuffled =
	    (number * w->stride + w->seed % w->count) % w->count;
	uint64_t slot = shuffled % 3, firm;

	l->number = number;
	l->created =
	    arrival(w, ((double)number + uniform(&chance)) / (double)w->count);
	l->firm = shuffled / 3;
	l->student = happens(&chance, 0.03);
	l->free_mail = !l->student && happens(&chance, 0.11);
	l->no_mail = happens(&chance, 0.02);
	l->given = &givens[below(&chance, COUNT_OF(givens))];
	l->title = CHOOSE(&chance, titles);
	l->department = CHOOSE(&chance, departments);
	l->source = CHOOSE(&chance, sources);
	l->budget = CHOOSE(&chance, budgets);
	l->timing = CHOOSE(&chance, timings);
	l->tag = CHOOSE(&chance, tags);
	l->look = draw(&chance);

	/* Colleagues share what belongs to the firm. */
	firm = mix(w->seed ^ mix(l->firm ^ UINT64_C(0xf18a)));
	l->family = &families[(firm + slot * 17) % COUNT_OF(families)];
	l->industry = (size_t)(CHOOSE(&firm, industries) - industries);
	l->region = CHOOSE(&firm, regions);
	l->stem = &stems[below(&firm, COUNT_OF(stems))];
	l->kind = &kinds[l->industry][below(&firm, 2)];
	l->size = (int64_t)exp(4.3 + 1.6 * normal(&firm));
	l->size = l->size < 1 ? 1 : l->size > 150000 ? 150000 : l->size;

	l->fit = industries[l->industry].effect + l->title->effect +
		 l->department->effect + l->source->effect + l->budget->effect +
		 l->timing->effect + (l->size >= 500 ? 0.5 : 0) -
		 (l->size < 10 ? 0.4 : 0) - (l->free_mail ? 0.8 : 0) -
		 (l->student ? 3 : 0);
}

/* --- writing ------------------------------------------------------------- */

/* One record's fields, each given in the same order every time, NULL when
 * missing; those called attrs.X come last. */
struct out {
	FILE *file;
	bool csv, header;
	struct buf names; /* CSV: the header line, while `header` */
	struct buf record;
	bool any, in_attrs;
};

static void
put(struct out *o, const char *s, size_t n)
{
	buf_add(&o->record, s, n);
}

static void
put_text(struct out *o, const char *s)
{
	buf_add(&o->record, s, strlen(s));
}

enum kind { TEXT, BARE };

static void
field(struct out *o, const char *name, const char *value, enum kind kind)
{
	bool attr = strncmp(name, "attrs.", 6) == 0;

	if (o->csv) {
		if (o->header)
			buf_addf(
			    &o->names, "%s%s", o->names.len ? "," : "", name);
		if (o->any)
			put(o, ",", 1);
		o->any = true;
		if (!value)
			return;
		if (!strpbrk(value, ",\"\r\n")) {
			put_text(o, value);
			return;
		}
		put(o, "\"", 1);
		for (const char *s = value; *s; s++)
			put(o, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
		put(o, "\"", 1);
		return;
	}
	if (!value)
		return;
	put_text(o, o->any ? "," : "{");
	o->any = true;
	if (attr && !o->in_attrs) {
		put_text(o, "\"attrs\":{");
		o->in_attrs = true;
	}
	put(o, "\"", 1);
	put_text(o, attr ? name + 6 : name);
	put(o, "\":", 2);
	if (kind == TEXT)
		put(o, "\"", 1);
	put_text(o, value); /* the words hold nothing that JSON escapes */
	if (kind == TEXT)
		put(o, "\"", 1);
}

static void
end(struct out *o)
{
	if (!o->csv)
		put_text(o, o->in_attrs ? "}}" : "}");
	put(o, "\n", 1);
	if (o->header) {
		buf_addc(&o->names, '\n');
		fwrite(o->names.p, 1, o->names.len, o->file);
		buf_release(&o->names);
		o->header = false;
	}
	fwrite(o->record.p, 1, o->record.len, o->file);
	buf_clear(&o->record);
	o->any = o->in_attrs = false;
}

static char *
digits(char *p, unsigned n, uint64_t v)
{
	for (unsigned i = n; i-- > 0; v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + n;
}

static const char *
stamp(char p[32], int64_t at)
{
	static int64_t known = INT64_MIN;
	static struct civil c;
	int64_t day = at / MS_DAY, s = at % MS_DAY / MS_SECOND;
	char *start = p;

	if (day != known) {
		c = zone_civil(zone_utc(), day * MS_DAY);
		known = day;
	}
	p = digits(p, 4, (uint64_t)c.year);
	*p++ = '-';
	p = digits(p, 2, c.month);
	*p++ = '-';
	p = digits(p, 2, c.day);
	*p++ = 'T';
	p = digits(p, 2, (uint64_t)(s / 3600));
	*p++ = ':';
	p = digits(p, 2, (uint64_t)(s / 60 % 60));
	*p++ = ':';
	p = digits(p, 2, (uint64_t)(s % 60));
	memcpy(p, "Z", 2);
	return start;
}

static const char *
lead_id(char p[16], uint64_t number)
{
	p[0] = 'L';
	*digits(p + 1, number > 9999999 ? 9 : 7, number) = '\0';
	return p;
}

/* １２３ for 123; out must hold three times as much. */
static const char *
wide(char *out, const char *s)
{
	char *p = out;

	for (; *s; s++) {
		if (*s >= '0' && *s <= '9') {
			*p++ = (char)0xef;
			*p++ = (char)0xbc;
			*p++ = (char)(0x90 + (*s - '0'));
		} else {
			*p++ = *s;
		}
	}
	*p = '\0';
	return out;
}

static void
address(const struct lead *l, char *out, size_t n)
{
	unsigned style = l->look >> 8 & 3;
	const char *given = l->given->romaji, *family = l->family->romaji;

	if (l->student)
		snprintf(out, n, "%c%s%llu@%s", given[0], family,
		    (unsigned long long)l->number,
		    university_domains[l->number % 4]);
	else if (l->free_mail)
		snprintf(out, n, "%s.%s%llu@%s", family, given,
		    (unsigned long long)l->number,
		    free_mail[l->look % COUNT_OF(free_mail)]);
	else if (style == 0)
		snprintf(out, n, "%c.%s@%s-%s%llu.co.jp", given[0], family,
		    l->stem->romaji, l->kind->romaji,
		    (unsigned long long)l->firm);
	else
		snprintf(out, n, "%s.%s@%s-%s%llu.%s", given, family,
		    l->stem->romaji, l->kind->romaji,
		    (unsigned long long)l->firm, l->firm % 3 ? "co.jp" : "jp");
	if ((l->look >> 16) % 50 == 0) /* somebody's caps lock */
		for (char *p = out; *p && *p != '@'; p++)
			if (*p >= 'a' && *p <= 'z')
				*p = (char)(*p - 'a' + 'A');
}

static void
firm_name(const struct lead *l, char *out, size_t n)
{
	const char *stem = l->stem->text, *kind = l->kind->text;
	const char *mess = (l->look >> 40) % 60 == 0 ? " " : "";

	if (l->student)
		snprintf(out, n, "%s", universities[l->number % 4]);
	else if ((l->look >> 24) % 40 == 0)
		snprintf(out, n, "（株）%s%s%s", stem, kind, mess);
	else if (l->firm % 10 < 6)
		snprintf(out, n, "株式会社%s%s%s", stem, kind, mess);
	else if (l->firm % 10 < 8)
		snprintf(out, n, "%s%s株式会社%s", stem, kind, mess);
	else if (l->firm % 10 == 8)
		snprintf(out, n, "有限会社%s%s%s", stem, kind, mess);
	else
		snprintf(out, n, "合同会社%s%s%s", stem, kind, mess);
}

/* As forms ask for it. */
static const char *
staff_range(int64_t size)
{
	return size < 10     ? "1〜9名"
	       : size < 50   ? "10〜49名"
	       : size < 100  ? "50〜99名"
	       : size < 500  ? "100〜499名"
	       : size < 1000 ? "500〜999名"
			     : "1000名以上";
}

static void
write_lead(struct out *o, const struct lead *l)
{
	static const char *const gaps[] = {" ", " ", " ", "　", ""};
	char id[16], mail[160], name[64], firm[128], phone[32], wider[96];
	char size[32], time[32], staff[64];
	const char *industry = industries[l->industry].text;

	address(l, mail, sizeof(mail));
	firm_name(l, firm, sizeof(firm));
	snprintf(name, sizeof(name), "%s%s%s", l->family->text,
	    gaps[(l->look >> 4) % COUNT_OF(gaps)], l->given->text);
	snprintf(phone, sizeof(phone), "0%u-%04u-%04u",
	    (unsigned)(l->firm % 9 + 1), (unsigned)(l->look >> 20 & 8191),
	    (unsigned)(l->look >> 34 & 8191));
	snprintf(size, sizeof(size), "%lld", (long long)l->size);
	snprintf(staff, sizeof(staff), "%s", staff_range(l->size));
	if (l->industry == 0 && (l->look >> 12) % 12 == 0)
		industry = "ＩＴ";

	field(o, "id", lead_id(id, l->number), TEXT);
	field(o, "email", l->no_mail ? NULL : mail, TEXT);
	field(o, "name", name, TEXT);
	field(o, "company", firm, TEXT);
	field(o, "department", l->student ? NULL : l->department->text, TEXT);
	field(o, "title", l->student ? "学生" : l->title->text, TEXT);
	field(o, "phone",
	    (l->look >> 6) % 5 == 0     ? NULL
	    : (l->look >> 28) % 30 == 0 ? wide(wider, phone)
					: phone,
	    TEXT);
	field(o, "industry", l->student ? "教育" : industry, TEXT);
	field(o, "company_size", l->student ? NULL : size, BARE);
	field(o, "region", l->region->text, TEXT);
	field(o, "country", "JP", TEXT);
	field(o, "source", l->source->text, TEXT);
	field(o, "owner",
	    (l->look >> 9) % 3 ? owners[l->firm % COUNT_OF(owners)] : NULL,
	    TEXT);
	if (o->csv || !l->tag->text) {
		field(o, "tags", l->tag->text, TEXT);
	} else {
		snprintf(wider, sizeof(wider), "[\"%s\"]", l->tag->text);
		field(o, "tags", wider, BARE);
	}
	field(o, "created_at", stamp(time, l->created), TEXT);
	field(o, "attrs.予算", l->budget->text, TEXT);
	field(o, "attrs.導入時期", l->timing->text, TEXT);
	field(o, "attrs.従業員数",
	    l->student                  ? NULL
	    : (l->look >> 44) % 25 == 0 ? wide(wider, staff)
					: staff,
	    TEXT);
	end(o);
}

static void
write_event(struct out *o, const struct event *e)
{
	char id[40], lead[16], time[32], value[16];
	const char *campaign = NULL, *page = NULL, *document = NULL;

	snprintf(value, sizeof(value), "%u", e->value);
	if (e->type >= EMAIL_SENT && e->type <= UNSUBSCRIBED)
		campaign = campaigns[e->detail % COUNT_OF(campaigns)];
	if (e->type == SITE_VISITED)
		page = pages[e->detail];
	if (e->type == DOCUMENT_DOWNLOADED)
		document = documents[e->detail];
	lead_id(lead, e->lead);
	snprintf(id, sizeof(id), "e%s-%02u", lead + 1, e->number);
	field(o, "id", id, TEXT);
	field(o, "lead", lead, TEXT);
	field(o, "type", type_names[e->type], TEXT);
	field(o, "time", stamp(time, e->at), TEXT);
	field(o, "attrs.campaign", campaign, TEXT);
	field(o, "attrs.page", page, TEXT);
	field(o, "attrs.document", document, TEXT);
	field(o, "attrs.points", e->type == ASSESSMENT_COMPLETED ? value : NULL,
	    BARE);
	field(o, "attrs.amount", e->type == DEAL_WON ? value : NULL, BARE);
	end(o);
}

/* The run through a questionnaire that these events tell of. */
static void
write_assessment(struct out *o, const struct lead *l)
{
	const struct event *started = NULL, *half = NULL, *completed = NULL;
	uint64_t chance = mix(l->look);
	char id[40], lead[16], time[32], end_time[32], result[96], answers[96];

	for (unsigned i = 0; i < l->events; i++) {
		if (l->event[i].type == ASSESSMENT_STARTED)
			started = &l->event[i];
		if (l->event[i].type == ASSESSMENT_HALF)
			half = &l->event[i];
		if (l->event[i].type == ASSESSMENT_COMPLETED)
			completed = &l->event[i];
	}
	if (!started)
		return;
	lead_id(lead, l->number);
	snprintf(id, sizeof(id), "r%s", lead + 1);
	if (completed)
		snprintf(result, sizeof(result),
		    "{\"points\":%u,\"category\":\"%s\"}", completed->value,
		    categories[completed->value > 75   ? 2
			       : completed->value > 40 ? 1
						       : 0]);
	snprintf(answers, sizeof(answers), "{\"q1\":%u,\"q2\":%u,\"q3\":%u}",
	    (unsigned)below(&chance, 5) + 1, (unsigned)below(&chance, 5) + 1,
	    (unsigned)below(&chance, 5) + 1);
	field(o, "id", id, TEXT);
	field(o, "lead", lead, TEXT);
	field(o, "assessment", assessments[started->detail], TEXT);
	field(o, "started_at", stamp(time, started->at), TEXT);
	field(o, "completed_at",
	    completed ? stamp(end_time, completed->at) : NULL, TEXT);
	field(o, "progress", completed ? "100" : half ? "50" : "10", BARE);
	field(o, "result", completed ? result : NULL, BARE);
	field(o, "answers", completed ? answers : NULL, BARE);
	end(o);
}

/* --- events of all leads in order of time -------------------------------- */

struct heap {
	struct event *event;
	size_t count;
};

static bool
before(const struct event *a, const struct event *b)
{
	if (a->at != b->at)
		return a->at < b->at;
	return a->lead != b->lead ? a->lead < b->lead : a->number < b->number;
}

static void
heap_push(struct heap *h, struct event e)
{
	size_t i = h->count++, up;

	for (; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!before(&e, &h->event[up]))
			break;
		h->event[i] = h->event[up];
	}
	h->event[i] = e;
}

static struct event
heap_pop(struct heap *h)
{
	struct event top = h->event[0], e = h->event[--h->count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < h->count) {
		if (child + 1 < h->count &&
		    before(&h->event[child + 1], &h->event[child]))
			child++;
		if (!before(&h->event[child], &e))
			break;
		h->event[i] = h->event[child];
		i = child;
	}
	h->event[i] = e;
	return top;
}

static void
write_events(const struct world *w, struct out *o)
{
	struct heap heap = {
	    xcalloc(HEAP_MAX + EVENTS_MAX, sizeof(struct event)), 0};
	struct event e;
	struct lead *l = xmalloc(sizeof(*l));

	for (uint64_t i = 0; i < w->count && !ferror(o->file); i++) {
		lead_make(w, i, l);
		live(w, l);
		for (unsigned k = 0; k < l->events; k++)
			heap_push(&heap, l->event[k]);
		/* Later leads do nothing before this one came. */
		while (heap.count > 0 && (heap.event[0].at < l->created ||
					     heap.count > HEAP_MAX)) {
			e = heap_pop(&heap);
			write_event(o, &e);
		}
	}
	while (heap.count > 0 && !ferror(o->file)) {
		e = heap_pop(&heap);
		write_event(o, &e);
	}
	free(heap.event);
	free(l);
}

/* --- the program --------------------------------------------------------- */

static struct {
	int64_t seed, start;
} arg = {.seed = 1};

static int
run(const struct cli_call *call, struct err *err)
{
	struct world w = {.seed = mix((uint64_t)arg.seed)};
	struct out o = {.csv = strcmp(call->shared->format, "csv") == 0};
	const char *what = call->verb->name;
	struct lead *l;
	int64_t count;

	if (!number_int(str_of(call->operands[0]), &count) || count < 1 ||
	    count > 100000000)
		return err_set(err, ERR_USAGE, "not a number of leads: %s",
		    quoted(str_of(call->operands[0])));
	w.count = (uint64_t)count;
	w.now = call->shared->now_given ? call->shared->now
					: days_from_civil(2026, 1, 15) * MS_DAY;
	w.start = cli_given(call, "start") ? arg.start : w.now - 730 * MS_DAY;
	if (w.start > w.now - MS_DAY)
		return err_set(err, ERR_USAGE,
		    "--start: a day before the present at least");
	if (cli_output(call, &o.file, err) < 0)
		return -1;
	o.header = o.csv;
	world_make(&w);
	if (strcmp(what, "events") == 0) {
		write_events(&w, &o);
	} else {
		l = xmalloc(sizeof(*l));
		for (uint64_t i = 0; i < w.count && !ferror(o.file); i++) {
			lead_make(&w, i, l);
			if (strcmp(what, "leads") == 0) {
				write_lead(&o, l);
			} else {
				live(&w, l);
				write_assessment(&o, l);
			}
		}
		free(l);
	}
	free(w.cumulated);
	buf_release(&o.record);
	return CLI_DONE;
}

static const struct cli_option options[] = {
    CLI_INT(0, "seed", "N", &arg.seed, 0, INT32_MAX, "which world"),
    CLI_MOMENT(0, "start", "TIME", &arg.start, "when the first lead came"),
    CLI_END};

#define KIND(kind, text)                                         \
	{                                                        \
		.name = (kind), .operands = "N", .help = (text), \
		.options = options, .shared = CLI_FILTERING,     \
		.formats = "ndjson csv", .run = run              \
	}
static const struct cli_verb verbs[] = {KIND("leads", "print N leads"),
    KIND("events", "print what N leads did"),
    KIND("assessments", "print how N leads answered"), {0}};
static const struct cli_program program = {
    .name = "make-sample",
    .summary = "make up Japanese leads and what they do",
    .verbs = verbs,
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
