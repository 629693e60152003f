/* SPDX-License-Identifier: ISC */
/* Values of a view, shown. */
#include "json/json.h"
#include "lead/lead.h"

void
lead_put_value(struct json_writer *w, const struct cond_value *v)
{
	struct buf text = {0};

	switch (v->kind) {
	case COND_MISSING:
		json_put_null(w);
		break;
	case COND_IS_TEXT:
		json_put_text(w, v->text);
		break;
	case COND_IS_LIST:
		json_put_raw(w, v->text);
		break;
	case COND_IS_NUMBER:
		json_put_real(w, v->number);
		break;
	case COND_IS_BOOL:
		json_put_bool(w, v->number != 0);
		break;
	case COND_IS_TIME:
		time_add(&text, v->time);
		json_put_text(w, buf_str(&text));
		break;
	}
	buf_release(&text);
}
