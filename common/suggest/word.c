/* SPDX-License-Identifier: ISC */
/*
 * Terms as conditions, and as words of a sentence in Japanese or English.
 */
#include <inttypes.h>
#include <math.h>

#include "suggest/suggest_priv.h"

/* ---- conditions --------------------------------------------------- */

static void
add_test(struct buf *out, const struct term *term, const char *operator,
    double number)
{
	sample_add_subject(out, term->column);
	buf_addstr(out, operator);
	buf_addreal(out, number);
}

static void
add_range(struct buf *out, const struct term *term)
{
	if (isinf(term->high)) {
		add_test(out, term, " >= ", term->low);
	} else if (isinf(term->low)) {
		add_test(out, term, " < ", term->high);
	} else if (!term->whole) {
		add_test(out, term, " >= ", term->low);
		buf_addstr(out, " and ");
		add_test(out, term, " < ", term->high);
	} else if (term->high - term->low == 1) {
		add_test(out, term, " = ", term->low);
	} else {
		add_test(out, term, " between ", term->low);
		buf_addstr(out, " and ");
		buf_addreal(out, term->high - 1);
	}
}

void
term_add_condition(struct buf *out, const struct term *term)
{
	const struct sample_column *k = term->column;

	switch (term->kind) {
	case TERM_VALUE:
		sample_add_subject(out, k);
		buf_addstr(out, " = ");
		if (sample_is_bare(k))
			buf_adds(out, term->value);
		else
			buf_adddoubled(out, term->value, '\'');
		break;
	case TERM_RANGE:
		add_range(out, term);
		break;
	case TERM_MISSING:
	case TERM_EXISTS:
		sample_add_subject(out, k);
		if (k->kind == SAMPLE_COUNT)
			buf_addstr(
			    out, term->kind == TERM_EXISTS ? " >= 1" : " = 0");
		else
			buf_addstr(out, term->kind == TERM_EXISTS
					    ? " exists"
					    : " is missing");
		break;
	case TERM_WITHIN:
		sample_add_subject(out, k);
		buf_addf(out, " within %" PRId64 "d", term->days);
		break;
	}
}

/* ---- sentences ---------------------------------------------------- */

/* What people call the fields and the standard event types. */
static const struct {
	const char *name, *japanese, *english;
} called[] = {
    {"department", "部署", "department"},
    {"title", "役職", "title"},
    {"industry", "業種", "industry"},
    {"company_size", "従業員数", "company size"},
    {"region", "地域", "region"},
    {"country", "国", "country"},
    {"source", "流入元", "source"},
    {"email_domain", "メールのドメイン", "e-mail domain"},
    {"is_free_email", "フリーメール", "free e-mail"},
    {"seniority", "役職の高さ", "seniority"},
    {"last_activity_at", "活動", "activity"},
    {"assessment_started", "診断の開始", "assessment started"},
    {"assessment_half", "診断の半分まで", "assessment half done"},
    {"assessment_completed", "診断の完了", "assessment completed"},
    {"form_entered", "フォームの入力開始", "form entered"},
    {"form_submitted", "フォームの送信", "form submitted"},
    {"email_sent", "メールの送信", "e-mail sent"},
    {"email_opened", "メールの開封", "e-mail opened"},
    {"email_clicked", "メールのクリック", "e-mail clicked"},
    {"email_bounced", "メールの不達", "e-mail bounced"},
    {"unsubscribed", "配信停止", "unsubscribed"},
    {"site_visited", "サイト訪問", "site visited"},
    {"document_downloaded", "資料ダウンロード", "document downloaded"},
    {"demo_requested", "デモの依頼", "demo requested"},
    {"sales_contacted", "営業からの連絡", "contacted by sales"},
    {"proposal_sent", "提案の送付", "proposal sent"},
    {"deal_won", "受注", "deal won"},
    {"deal_lost", "失注", "deal lost"},
};

static struct str
called_by_people(struct str name, bool japanese)
{
	for (size_t i = 0; i < COUNT_OF(called); i++)
		if (str_is(name, called[i].name))
			return str_of(
			    japanese ? called[i].japanese : called[i].english);
	return name;
}

static struct str
name_of(const struct sample_column *k, bool japanese)
{
	if (k->kind == SAMPLE_ATTR)
		return k->name;
	return called_by_people(k->name, japanese);
}

static void
add_how_often(struct buf *out, const struct term *term, bool japanese)
{
	const struct sample_column *k = term->column;
	struct str name = name_of(k, japanese);
	int64_t days = k->window / MS_DAY;

	if (japanese) {
		if (days)
			buf_addf(out, "%" PRId64 "日以内に", days);
		buf_adds(out, name);
		if (term->kind == TERM_MISSING)
			buf_addstr(out, "が一度もない");
		else
			buf_addf(out, "が%.0f回以上",
			    term->kind == TERM_EXISTS ? 1 : term->low);
		return;
	}
	buf_adds(out, name);
	if (term->kind == TERM_MISSING) {
		buf_addstr(out, " never");
		return;
	}
	buf_addf(
	    out, " at least %.0f×", term->kind == TERM_EXISTS ? 1 : term->low);
	if (days)
		buf_addf(out, " within %" PRId64 " days", days);
}

static void
add_range_words(struct buf *out, const struct term *term, bool japanese)
{
	bool low = !isinf(term->low), high = !isinf(term->high);
	bool one = low && high && term->whole && term->high - term->low == 1;

	buf_addstr(out, japanese ? "が" : " ");
	if (low && !japanese && !one)
		buf_addstr(out, "from ");
	if (low)
		buf_addreal(out, term->low);
	if (one)
		return;
	if (low && japanese)
		buf_addstr(out, "以上");
	if (high && !japanese)
		buf_addstr(out, low ? " to below " : "below ");
	if (high)
		buf_addreal(out, term->high);
	if (high && japanese)
		buf_addstr(out, "未満");
	if (low && !high && !japanese)
		buf_addstr(out, " up");
}

static void
add_value_words(struct buf *out, const struct term *term, bool japanese)
{
	const struct sample_column *k = term->column;
	bool truth = str_is(term->value, "true");

	if (k->kind == SAMPLE_ATTR
		? k->bools
		: lead_catalogue.fields[k->field].type == COND_BOOL)
		buf_addstr(out, japanese ? (truth ? "がはい" : "がいいえ")
				: truth  ? " yes"
					 : " no");
	else if (japanese)
		buf_addf(out, "が「%.*s」", STR_ARG(term->value));
	else
		buf_addf(out, " '%.*s'", STR_ARG(term->value));
}

void
term_add_words(struct buf *out, const struct term *term, bool japanese)
{
	const struct sample_column *k = term->column;

	if (k->kind == SAMPLE_COUNT) {
		add_how_often(out, term, japanese);
		return;
	}
	if (term->kind == TERM_WITHIN && japanese)
		buf_addf(out, "%" PRId64 "日以内に", term->days);
	buf_adds(out, name_of(k, japanese));
	switch (term->kind) {
	case TERM_VALUE:
		add_value_words(out, term, japanese);
		break;
	case TERM_RANGE:
		add_range_words(out, term, japanese);
		break;
	case TERM_MISSING:
		buf_addstr(out, japanese ? "が不明" : " not known");
		break;
	case TERM_EXISTS:
		buf_addstr(out, japanese ? "がわかっている" : " known");
		break;
	case TERM_WITHIN:
		if (japanese)
			buf_addstr(out, "がある");
		else
			buf_addf(out, " within %" PRId64 " day%s", term->days,
			    term->days == 1 ? "" : "s");
		break;
	}
}

/* 64.7 (a share in hundredths, or a score). */
static void
add_figure(struct buf *out, const struct suggested *s, double rate)
{
	buf_addf(out, "%.1f", s->target == SAMPLE_SCORE ? rate : rate * 100);
}

static void
add_rate_name(struct buf *out, const struct suggested *s, const char *target,
    bool japanese)
{
	struct str event = called_by_people(str_of(target), japanese);

	switch (s->target) {
	case SAMPLE_CONVERTED:
		buf_addstr(out, japanese ? "成約率" : "conversion rate");
		break;
	case SAMPLE_SCORE:
		buf_addstr(out, japanese ? "平均スコア" : "mean score");
		break;
	case SAMPLE_EVENT:
		if (japanese)
			buf_addf(out, "「%.*s」の割合", STR_ARG(event));
		else
			buf_addf(out, "rate of '%.*s'", STR_ARG(event));
		break;
	}
}

/* The rate is that of the half that was not searched, the size that of both. */
static void
add_japanese(struct buf *out, const struct suggested *s,
    const struct suggestion *one, const char *target)
{
	const char *percent = s->target == SAMPLE_SCORE ? "" : "%";

	buf_addstr(out, "：該当する");
	buf_addgroup(out, (int64_t)one->size);
	buf_addstr(out, "件に見込まれる");
	add_rate_name(out, s, target, true);
	buf_addstr(out, "は");
	add_figure(out, s, one->rate);
	buf_addf(out, "%s（95%%信頼区間 ", percent);
	add_figure(out, s, one->low);
	buf_addstr(out, "～");
	add_figure(out, s, one->high);
	buf_addf(out, "%s）で、全体（", percent);
	add_figure(out, s, s->rate);
	buf_addf(out, "%s）の%.1f倍です。", percent, one->lift);
}

static void
add_english(struct buf *out, const struct suggested *s,
    const struct suggestion *one, const char *target)
{
	const char *percent = s->target == SAMPLE_SCORE ? "" : " %";

	buf_addstr(out, ": ");
	buf_addgroup(out, (int64_t)one->size);
	buf_addstr(out, " leads with an expected ");
	add_rate_name(out, s, target, false);
	buf_addstr(out, " of ");
	add_figure(out, s, one->rate);
	buf_addf(out, "%s (95 %% confidence interval ", percent);
	add_figure(out, s, one->low);
	buf_addstr(out, " to ");
	add_figure(out, s, one->high);
	buf_addf(out, "%s), %.1f times that of all (", percent, one->lift);
	add_figure(out, s, s->rate);
	buf_addf(out, "%s).", percent);
}

void
suggest_add_text(struct buf *out, const struct suggested *s,
    const struct suggestion *one, const struct term *const *terms, size_t count,
    const char *target, bool japanese)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_addstr(out, japanese ? "、かつ" : " and ");
		term_add_words(out, terms[i], japanese);
	}
	(japanese ? add_japanese : add_english)(out, s, one, target);
}
