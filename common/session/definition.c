/* SPDX-License-Identifier: ISC */
/* Verbs that change what has a name, and documents above all. */
#include <string.h>

#include "session/session.h"

/* One operand alone is the file when it looks like one. */
static bool
is_file(const char *operand)
{
	return strchr(operand, '/') || str_ends(str_of(operand), STR(".json"));
}

void
session_define_operands(
    const struct cli_call *call, const char **ret_name, const char **ret_file)
{
	*ret_name = NULL;
	*ret_file = NULL;
	for (size_t i = 0; i < call->count; i++) {
		const char *operand = call->operands[i];

		if (i == 1 || strcmp(operand, "-") == 0 ||
		    (call->count == 1 && is_file(operand)))
			*ret_file = operand;
		else
			*ret_name = operand;
	}
}

int
session_show(struct session *s, struct buf *document, struct err *err)
{
	int rc = session_print(s, NULL, 0, err);

	if (rc == 0)
		printer_text(&s->printer, buf_str(document));
	buf_release(document);
	return rc;
}

const char *
session_dry(const struct session *s)
{
	return s->call->shared->dry_run ? " (dry run)" : "";
}

int
session_checked(int rc, struct err *err)
{
	if (rc == 0 || err->kind != ERR_USAGE)
		return rc;
	cli_error("%s", err->text);
	err_clear(err);
	return CLI_NO;
}

void
session_change(struct session *s, const char *noun, const char *name,
    const char *part, const char *part_name, const char *change)
{
	struct json_writer w = {.out = &s->lines};

	json_put_object(&w);
	json_add_text(&w, noun, str_of(name));
	if (part_name)
		json_add_text(&w, part, str_of(part_name));
	json_add_text(&w, "change", str_of(change));
	json_put_end(&w);
	buf_addc(&s->lines, '\n');
}

const char *
session_defined(struct session *s, const char *noun, const char *name,
    struct str old, struct str new)
{
	if (old.n && str_eq(old, new))
		return "unchanged";
	if (s->call->shared->dry_run)
		text_difference(&s->lines, old, new);
	else
		session_change(
		    s, noun, name, NULL, NULL, old.n ? "changed" : "defined");
	return old.n ? "changed" : "defined";
}
