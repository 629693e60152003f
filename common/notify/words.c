/* SPDX-License-Identifier: ISC */
/* What an item says: a template's parts, or its own. */
#include <stdlib.h>

#include "notify/notify_priv.h"

static void
take_part(struct item *i, enum template_part part, struct str text)
{
	buf_clear(&i->message.part[part]);
	buf_adds(&i->message.part[part], text);
	i->message.has[part] = true;
}

static void
take_member(struct item *i, const struct json_member *m, bool *digest)
{
	for (int part = 0; part < TEMPLATE_PART__MAX; part++)
		if (str_is(m->name, template_part_names[part]))
			take_part(i, (enum template_part)part, m->text);
	if (str_is(m->name, "lead"))
		i->lead = arena_str(&i->arena, m->raw);
	else if (str_is(m->name, "owner"))
		i->owner = arena_str(&i->arena, m->raw);
	else if (str_is(m->name, "data"))
		i->data = arena_str(&i->arena, m->raw);
	else if (str_is(m->name, "list"))
		i->list = arena_str(&i->arena, m->raw);
	else if (str_is(m->name, "attachments"))
		i->attachments = arena_str(&i->arena, m->raw);
	else if (str_is(m->name, "digest"))
		*digest = true;
}

void
item_template_words(
    struct delivery *d, struct item *i, struct template_words *ret)
{
	*ret = (struct template_words){.lead = i->lead,
	    .owner = i->owner,
	    .data = i->data,
	    .now = d->now,
	    .locale = i->row.locale.p ? arena_strdup(&i->arena, i->row.locale)
				      : NULL};
}

int
item_words(struct delivery *d, struct item *i, struct err *err)
{
	struct json_scanner scanner = {0};
	struct template_words words;
	bool digest = false;

	if (json_scan_object(&scanner, i->row.content) < 0) {
		json_scanner_release(&scanner);
		return err_set(err, ERR_USAGE, "its content is no JSON object");
	}
	for (size_t k = 0; k < scanner.count; k++)
		take_member(i, &scanner.member[k], &digest);
	json_scanner_release(&scanner);
	if (digest && digest_words(d, i, err) < 0)
		return -1;
	item_template_words(d, i, &words);
	if (i->row.template.p && template_render(d->library,
				     arena_strdup(&i->arena, i->row.template),
				     &words, &i->message, err) < 0)
		return -1;
	return attachments_say(d, i, err);
}

struct str
item_title(const struct item *i)
{
	struct str text = buf_str(&i->message.part[TEMPLATE_TEXT]), line;

	if (i->message.has[TEMPLATE_SUBJECT])
		return buf_str(&i->message.part[TEMPLATE_SUBJECT]);
	if (!i->message.has[TEMPLATE_TEXT])
		return (struct str){0};
	str_cut(&text, '\n', &line);
	return utf8_prefix(str_trim(line), 150);
}
