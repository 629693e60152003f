/* SPDX-License-Identifier: ISC */
/* Suggestions as JSON, for people, and as a summary. */
#include "json/json.h"
#include <string.h>

#include "suggest/suggest.h"

const char *const suggest_columns[] = {"where", "size", "rate", "low", "high",
    "lift", "p", "held_out_size", "held_out_p", "train_size", "train_rate",
    "train_lift", "text"};
const size_t suggest_column_count = COUNT_OF(suggest_columns);

static void
add_ratio(struct json_writer *w, const char *name, double v)
{
	char text[40];

	snprintf(text, sizeof(text), "%.4f", v);
	json_put_name(w, name);
	json_put_raw(w, str_of(text));
}

static void
add_chance(struct json_writer *w, const char *name, double p)
{
	char text[40];

	/* Never nothing, only less than a number can say. */
	snprintf(text, sizeof(text), "%.2g", p < 1e-300 ? 1e-300 : p);
	json_put_name(w, name);
	json_put_raw(w, str_of(text));
}

static void
put_one(const struct suggestion *one, struct buf *out)
{
	struct json_writer w = {.out = out};

	json_put_object(&w);
	json_add_text(&w, "where", str_of(one->where));
	json_add_int(&w, "size", (int64_t)one->size);
	add_ratio(&w, "rate", one->rate);
	add_ratio(&w, "low", one->low);
	add_ratio(&w, "high", one->high);
	add_ratio(&w, "lift", one->lift);
	add_chance(&w, "p", one->p);
	json_add_int(&w, "held_out_size", (int64_t)one->held_out_size);
	add_chance(&w, "held_out_p", one->held_out_p);
	json_add_int(&w, "train_size", (int64_t)one->train_size);
	add_ratio(&w, "train_rate", one->train_rate);
	add_ratio(&w, "train_lift", one->train_lift);
	json_put_name(&w, "also");
	json_put_array(&w);
	for (char **also = one->also; *also; also++)
		json_put_text(&w, str_of(*also));
	json_put_end(&w);
	json_add_text(&w, "text", str_of(one->text));
	json_put_end(&w);
	buf_addc(out, '\n');
}

void
suggest_put(const struct suggested *s, struct buf *out)
{
	for (size_t i = 0; i < s->count; i++)
		put_one(&s->list[i], out);
}

void
suggest_draw(const struct suggested *s, struct buf *out)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct suggestion *one = &s->list[i];

		if (i)
			buf_addc(out, '\n');
		text_safe(out, str_of(one->where));
		buf_addstr(out, "\n    ");
		text_safe(out, str_of(one->text));
		buf_addc(out, '\n');
		for (char **also = one->also; *also; also++) {
			buf_addstr(out, "    ~ ");
			text_safe(out, str_of(*also));
			buf_addc(out, '\n');
		}
	}
}

static void
add_leads(const struct suggested *s, const char *target, struct buf *out)
{
	const struct sample_taken *taken = &s->taken;

	buf_addgroup(out, (int64_t)taken->leads);
	if (taken->all > taken->leads + taken->early + taken->unscored) {
		buf_addstr(out, " drawn from ");
		buf_addgroup(out, (int64_t)taken->all);
	}
	buf_addstr(out, " leads");
	if (s->target != SAMPLE_SCORE) {
		buf_addstr(out, ", ");
		buf_addgroup(out, (int64_t)taken->yes);
		buf_addf(
		    out, s->target == SAMPLE_EVENT ? " had %s" : " %s", target);
	}
	if (taken->undated) {
		buf_addstr(out, " (");
		buf_addgroup(out, (int64_t)taken->undated);
		buf_addstr(out, " undated)");
	}
	if (taken->early) {
		buf_addstr(out, "; left out: ");
		buf_addgroup(out, (int64_t)taken->early);
		buf_addstr(out, " that did before they were known");
	}
	if (taken->unscored) {
		buf_addstr(out, "; left out: ");
		buf_addgroup(out, (int64_t)taken->unscored);
		buf_addstr(out, " without a score");
	}
}

void
suggest_add_summary(
    const struct suggested *s, const char *target, struct buf *out)
{
	add_leads(s, target, out);
	buf_addstr(out, "; ");
	buf_addgroup(out, (int64_t)s->tries);
	buf_addstr(out, " conditions of ");
	buf_addgroup(out, (int64_t)s->terms);
	buf_addstr(out, " terms");
	if (s->left_out) {
		buf_addstr(out, " (");
		buf_addgroup(out, (int64_t)s->left_out);
		buf_addstr(out, " more were too many)");
	}
	if (!s->complete)
		buf_addstr(out, ", the most promising ones");
	buf_addf(out, ", %zu stand%s out", s->count, s->count == 1 ? "s" : "");
}

void
suggest_review(const struct suggested *s, struct remarks *remarks)
{
	static const struct place nowhere;
	const struct suggestion *list = s->list;

	for (size_t i = 0; i < s->count; i++) {
		bool told = !list[i].revealing;

		for (size_t j = 0; !told && j < i; j++)
			told = list[j].revealing && strcmp(list[i].revealing,
							list[j].revealing) == 0;
		if (!told)
			remark(remarks, nowhere,
			    "%s: nearly all of them did; what is only known "
			    "afterwards is to be left out: -x '%s'",
			    list[i].where, list[i].revealing);
	}
}
