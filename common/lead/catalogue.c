/* SPDX-License-Identifier: ISC */
/*
 * The words conditions and rules know: the standard fields of a lead with the
 * SQL of their values, and what is derived from an e-mail address and a title.
 * The same values in C are made by view.c; a test holds the two together.
 */
#include <stdlib.h>
#include <string.h>

#include "lead/lead.h"
#include "lead/words.h"

/* From "local" + "@domain": what is left of the address once every character
 * that is no @ is trimmed off its end is "local@". */
#define DOMAIN_SQL                                      \
	"substr(l.email_key, length(rtrim(l.email_key," \
	" replace(l.email_key, '@', ''))) + 1)"

#define SQL_FIRST(word) "'" word "'"
#define SQL_NEXT(word)  ", '" word "'"
#define FREE_SQL                                                   \
	"CASE WHEN l.email_key IS NULL THEN NULL WHEN " DOMAIN_SQL \
	" IN (" FREE_EMAIL_DOMAINS(SQL_FIRST, SQL_NEXT) ") THEN 1 ELSE 0 END"

/* clang-format off */
#define SQL_LEVEL(level, word) \
	" WHEN replace(t.v, '" word "', '') <> t.v THEN " #level
#define SENIORITY_SQL                                                        \
	"(WITH t(v) AS MATERIALIZED (SELECT ' ' || replace(replace(" \
	"replace(replace(replace(replace(replace(replace(replace(replace("   \
	"dl_fold(coalesce(l.title, '')), ',', ' '), '.', ' '), '/', ' '), '-', ' '),"      \
	" '&', ' '), '(', ' '), ')', ' '), '|', ' '), '・', ' '), '、', ' ')" \
	" || ' ') SELECT CASE WHEN trim(t.v) = '' THEN 0"                    \
	SENIORITY_WORDS(SQL_LEVEL)                                           \
	" ELSE 1 END FROM t)"
/* clang-format on */

/* @t0 is a JSON array of names; a name is in it when it stands there in
 * quotes. */
#define CONVERTED_AT_SQL                                                     \
	"coalesce(CASE WHEN l.converted_at <= @now THEN l.converted_at END," \
	" (SELECT min(c.at) FROM event AS c JOIN event_type AS ct"           \
	" ON ct.tenant_id = c.tenant_id AND ct.type_id = c.type_id"          \
	" WHERE c.tenant_id = l.tenant_id AND c.lead_id = l.lead_id"         \
	" AND c.at <= @now AND replace(@t0, '\"' || replace(replace("        \
	"ct.name, '\\', '\\\\'), '\"', '\\\"') || '\"', '') <> @t0))"

#define LAST_ACTIVITY_SQL                                            \
	"(SELECT max(a.at) FROM event AS a JOIN event_type AS ty"    \
	" ON ty.tenant_id = a.tenant_id AND ty.type_id = a.type_id"  \
	" WHERE a.tenant_id = l.tenant_id AND a.lead_id = l.lead_id" \
	" AND a.at <= @now AND ty.name NOT IN ('email_sent',"        \
	" 'email_bounced', 'sales_contacted', 'proposal_sent',"      \
	" 'deal_won', 'deal_lost'))"

const char *const lead_outbound[] = {"email_sent", "email_bounced",
    "sales_contacted", "proposal_sent", "deal_won", "deal_lost", NULL};

/* clang-format off */
static const struct cond_field fields[LEAD__MAX] = {
	[LEAD_ID] = { "id", COND_TEXT, "l.id",
	    "what the lead is called" },
	[LEAD_EMAIL] = { "email", COND_TEXT, "l.email",
	    "e-mail address as given" },
	[LEAD_NAME] = { "name", COND_TEXT, "l.name", "person's name" },
	[LEAD_COMPANY] = { "company", COND_TEXT, "l.company",
	    "company's name" },
	[LEAD_DEPARTMENT] = { "department", COND_TEXT, "l.department",
	    "department" },
	[LEAD_TITLE] = { "title", COND_TEXT, "l.title", "job title" },
	[LEAD_PHONE] = { "phone", COND_TEXT, "l.phone", "telephone number" },
	[LEAD_INDUSTRY] = { "industry", COND_TEXT, "l.industry", "industry" },
	[LEAD_COMPANY_SIZE] = { "company_size", COND_NUMBER, "l.company_size",
	    "people in the company" },
	[LEAD_REGION] = { "region", COND_TEXT, "l.region", "region" },
	[LEAD_COUNTRY] = { "country", COND_TEXT, "l.country", "country" },
	[LEAD_SOURCE] = { "source", COND_TEXT, "l.source",
	    "where the lead came from" },
	[LEAD_OWNER] = { "owner", COND_TEXT, "l.owner",
	    "e-mail address of who takes care" },
	[LEAD_TAGS] = { "tags", COND_LIST, "l.tags", "set of tags" },
	[LEAD_STATUS] = { "status", COND_TEXT, "l.status",
	    "status as the source says" },
	[LEAD_STAGE] = { "stage", COND_TEXT, "l.stage",
	    "stage of the funnel" },
	[LEAD_CREATED_AT] = { "created_at", COND_TIME, "l.created_at",
	    "first known" },
	[LEAD_UPDATED_AT] = { "updated_at", COND_TIME, "l.updated_at",
	    "fields last changed" },
	[LEAD_CONVERTED_AT] = { "converted_at", COND_TIME, CONVERTED_AT_SQL,
	    "when it converted: given, or its first conversion event" },
	[LEAD_CONVERTED] = { "converted", COND_BOOL,
	    "CASE WHEN l.converted = 1 OR l.stage = 'customer' OR "
	    CONVERTED_AT_SQL " IS NOT NULL THEN 1 ELSE 0 END",
	    "has become a customer" },
	[LEAD_SCORE] = { "score", COND_NUMBER, "s.score", "score, 0 to 100" },
	[LEAD_FIT] = { "fit", COND_NUMBER, "s.fit",
	    "points for who the lead is" },
	[LEAD_ENGAGEMENT] = { "engagement", COND_NUMBER, "s.engagement",
	    "points for what the lead does" },
	[LEAD_BAND] = { "band", COND_TEXT,
	    "CASE WHEN s.score IS NULL THEN NULL WHEN s.score >= @n1"
	    " THEN 'hot' WHEN s.score >= @n0 THEN 'warm' ELSE 'cold' END",
	    "cold, warm or hot" },
	[LEAD_PRIORITY] = { "priority", COND_TEXT,
	    "CASE WHEN s.score IS NULL THEN NULL"
	    " WHEN s.score >= @n2 AND s.is_hot = 1 THEN 'critical'"
	    " WHEN s.score >= @n3 THEN 'high' WHEN s.score >= @n4"
	    " THEN 'medium' ELSE 'low' END",
	    "critical, high, medium or low" },
	[LEAD_IS_HOT] = { "is_hot", COND_BOOL, "coalesce(s.is_hot, 0)",
	    "score at or over the hot threshold" },
	[LEAD_BECAME_HOT_AT] = { "became_hot_at", COND_TIME,
	    "s.became_hot_at", "when it last became hot" },
	[LEAD_LAST_ACTIVITY_AT] = { "last_activity_at", COND_TIME,
	    LAST_ACTIVITY_SQL, "latest event the lead itself made" },
	[LEAD_EMAIL_DOMAIN] = { "email_domain", COND_TEXT, DOMAIN_SQL,
	    "what is behind the @, in lower case" },
	[LEAD_IS_FREE_EMAIL] = { "is_free_email", COND_BOOL, FREE_SQL,
	    "a mailbox anybody can have" },
	[LEAD_SENIORITY] = { "seniority", COND_NUMBER, SENIORITY_SQL,
	    "by title: 0 unknown, 1 staff, 2 主任, 3 課長, 4 部長, 5 本部長, "
	    "6 役員" },
};
/* clang-format on */

static const char *const event_types[] = {"assessment_started",
    "assessment_half", "assessment_completed", "form_entered", "form_submitted",
    "email_sent", "email_opened", "email_clicked", "email_bounced",
    "unsubscribed", "site_visited", "document_downloaded", "demo_requested",
    "sales_contacted", "proposal_sent", "deal_won", "deal_lost", NULL};

/* Of what is stored of a lead, field_change tells; of the score, the scores
 * before it. */
#define SCORE_CHANGES(column)                                              \
	"FROM (SELECT x.at, x.v, lag(x.v) OVER (ORDER BY x.present, x.at," \
	" x.number) AS old FROM (SELECT 0 AS present, h.at, h.number, "    \
	"h." column " AS v FROM score_history AS h WHERE h.tenant_id ="    \
	" l.tenant_id AND h.lead_id = l.lead_id UNION ALL SELECT 1, s.at," \
	" 0, s." column ") AS x) AS f WHERE f.old <> f.v AND f.at <= @now"
#define SCORE_SINCE                                                    \
	"coalesce((SELECT min(h.at) FROM score_history AS h"           \
	" WHERE h.tenant_id = l.tenant_id AND h.lead_id = l.lead_id)," \
	" s.at)"

static const struct cond_history *
lead_history(size_t field)
{
	static const struct cond_history stored = {
	    "FROM field_change AS f WHERE f.tenant_id = l.tenant_id"
	    " AND f.lead_id = l.lead_id AND f.field = @field AND f.at <= @now",
	    "l.created_at"};
	static const struct cond_history scores[] = {
	    {SCORE_CHANGES("score"), SCORE_SINCE},
	    {SCORE_CHANGES("fit"), SCORE_SINCE},
	    {SCORE_CHANGES("engagement"), SCORE_SINCE}};

	if (field >= LEAD_SCORE && field <= LEAD_ENGAGEMENT)
		return &scores[field - LEAD_SCORE];
	if (field == COND_ATTRS ||
	    (field > LEAD_ID && field <= LEAD_CREATED_AT))
		return &stored;
	return NULL;
}

const struct cond_catalogue lead_catalogue = {
    .fields = fields,
    .count = LEAD__MAX,
    .id_field = LEAD_ID,
    .since_field = LEAD_CREATED_AT,
    .history = lead_history,
    .attrs_sql = "l.attrs",
    .events_sql = "FROM event AS e WHERE e.tenant_id = l.tenant_id"
		  " AND e.lead_id = l.lead_id AND e.type_id ="
		  " (SELECT ey.type_id FROM event_type AS ey"
		  " WHERE ey.tenant_id = l.tenant_id AND ey.name = @type)"
		  " AND e.at <= @now",
    .event_types = event_types,
    .segment_sql = "EXISTS (SELECT 1 FROM segment_member AS sm"
		   " WHERE sm.tenant_id = l.tenant_id"
		   " AND sm.segment_id = @segment AND sm.lead_id = l.lead_id)",
};

bool
lead_cond_scored(const struct cond *c)
{
	static const enum lead_field of_score[] = {LEAD_SCORE, LEAD_FIT,
	    LEAD_ENGAGEMENT, LEAD_BAND, LEAD_PRIORITY, LEAD_BECAME_HOT_AT};

	for (size_t i = 0; i < COUNT_OF(of_score); i++)
		if (cond_requires_field(c, of_score[i]))
			return true;
	return false;
}

static int
compare_names(const void *key, const void *member)
{
	return str_cmp(
	    *(const struct str *)key, str_of(*(const char *const *)member));
}

bool
lead_is_free_email(struct str domain)
{
#define C_WORD(word) word,
	static const char *const domains[] = {
	    FREE_EMAIL_DOMAINS(C_WORD, C_WORD)};

	return domain.p && bsearch(&domain, domains, COUNT_OF(domains),
			       sizeof(*domains), compare_names) != NULL;
}

/* A title as the list of words wants it. */
static void
title_plain(struct buf *out, struct str title)
{
	static const char *const marks[] = {
	    ",", ".", "/", "-", "&", "(", ")", "|", "・", "、"};
	size_t begin;

	buf_addc(out, ' ');
	begin = out->len;
	text_fold(out, title);
	for (size_t i = begin; i < out->len; i++) {
		for (size_t m = 0; m < COUNT_OF(marks); m++) {
			size_t n = strlen(marks[m]);

			if (out->len - i < n ||
			    memcmp(out->p + i, marks[m], n) != 0)
				continue;
			memset(out->p + i, ' ', 1);
			memmove(
			    out->p + i + 1, out->p + i + n, out->len - i - n);
			buf_truncate(out, out->len - (n - 1));
			break;
		}
	}
	buf_addc(out, ' ');
}

int
lead_seniority(struct str title)
{
#define C_LEVEL(level, word) {level, word},
	static const struct {
		int level;
		const char *word;
	} words[] = {SENIORITY_WORDS(C_LEVEL)};
	struct buf plain = {0};
	int level = 1;

	if (!title.p)
		return 0;
	title_plain(&plain, title);
	if (strspn(plain.p, " ") == plain.len)
		level = 0;
	for (size_t i = 0; level == 1 && i < COUNT_OF(words); i++)
		if (strstr(plain.p, words[i].word)) {
			level = words[i].level;
			break;
		}
	buf_release(&plain);
	return level;
}
