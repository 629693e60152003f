/* SPDX-License-Identifier: ISC */
/*
 * What a test looks at, read as the type it compares. Records without a store
 * behind them may hand in texts where the catalogue says number or time; those
 * are read the way attributes are.
 */
#include <math.h>

#include "cond/cond_priv.h"

static const struct cond_value *
field_value(const struct view *v, const struct operand *on)
{
	return &v->subject->values[on->index];
}

static bool
attr_text(struct view *v, const struct operand *on, struct str *ret)
{
	struct str object =
	    on->kind == ON_ATTR ? v->subject->attrs : v->event->attrs;

	*ret = json_stored_text(object, on->name, &v->scratch);
	return ret->p != NULL;
}

/* A value of another kind, as text. */
static struct str
spelt(struct view *v, const struct cond_value *value)
{
	struct buf b = {0};
	struct str s;

	switch (value->kind) {
	case COND_IS_NUMBER:
		if (!isfinite(value->number))
			return (struct str){NULL, 0};
		buf_addreal(&b, value->number);
		break;
	case COND_IS_TIME:
		time_add(&b, value->time);
		break;
	case COND_IS_BOOL:
		return value->number != 0 ? STR("true") : STR("false");
	default:
		return value->text;
	}
	s = arena_str(&v->scratch, buf_str(&b));
	buf_release(&b);
	return s;
}

bool
value_text(struct view *v, const struct operand *on, struct str *ret)
{
	const struct cond_value *value;

	if (on->kind != ON_FIELD)
		return attr_text(v, on, ret);
	value = field_value(v, on);
	if (value->kind == COND_MISSING)
		return false;
	*ret = value->kind == COND_IS_TEXT ? value->text : spelt(v, value);
	return ret->p != NULL;
}

bool
value_number(struct view *v, const struct operand *on, double *ret)
{
	const struct cond_value *value;
	struct str text;

	if (on->kind != ON_FIELD)
		return attr_text(v, on, &text) && number_real(text, ret);
	value = field_value(v, on);
	if (value->kind == COND_IS_NUMBER) {
		*ret = value->number;
		return !isnan(*ret);
	}
	return value->kind == COND_IS_TEXT && value->text.p &&
	       number_real(value->text, ret);
}

bool
value_time(struct view *v, const struct operand *on, int64_t *ret)
{
	const struct zone *zone =
	    v->moment->zone ? v->moment->zone : zone_utc();
	const struct cond_value *value;
	struct str text;

	if (on->kind == ON_EVENT_AT) {
		*ret = v->event->at;
		return true;
	}
	if (on->kind != ON_FIELD)
		return attr_text(v, on, &text) && time_parse(text, zone, ret);
	value = field_value(v, on);
	if (value->kind == COND_IS_TIME) {
		*ret = value->time;
		return true;
	}
	return value->kind == COND_IS_TEXT && value->text.p &&
	       time_parse(value->text, zone, ret);
}

bool
value_bool(struct view *v, const struct operand *on, bool *ret)
{
	struct str text;

	if (on->kind == ON_FIELD) {
		const struct cond_value *value = field_value(v, on);

		if (value->kind == COND_IS_BOOL ||
		    value->kind == COND_IS_NUMBER) {
			*ret = value->number != 0;
			return true;
		}
	}
	if (!value_text(v, on, &text))
		return false;
	*ret = str_is(text, "true");
	return *ret || str_is(text, "false");
}

bool
value_next(struct view *v, const struct operand *on, struct list_state *state,
    struct str *ret)
{
	const struct cond_value *value = field_value(v, on);
	bool first = !state->begun;

	if (first) {
		state->begun = true;
		if (value->kind != COND_MISSING)
			state->rest = value->text;
		/* One text where a list is wanted is a list of one. */
		if (value->kind == COND_IS_TEXT && value->text.n &&
		    value->text.p[0] != '[') {
			*ret = value->text;
			state->rest = (struct str){NULL, 0};
			return true;
		}
	}
	return json_stored_next(&state->rest, &v->scratch, ret);
}
