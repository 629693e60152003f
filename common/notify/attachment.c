/* SPDX-License-Identifier: ISC */
/*
 * Attachments: read from files when a record names them, from the store when
 * their message is sent; and what channels say that do not carry them.
 *
 * A record names files, and records are made of what others wrote. So the
 * caller opens one folder for them, and no name leads out of it.
 */
#include <stdlib.h>

#include "notify/notify_priv.h"

static void
make_room(struct attached *a, size_t count)
{
	a->one = xcalloc(count + 1, sizeof(*a->one));
	a->content = xcalloc(count + 1, sizeof(*a->content));
}

void
attachments_release(struct attached *a)
{
	for (size_t i = 0; i < a->count; i++)
		buf_release(&a->content[i]);
	free(a->content);
	free(a->one);
	arena_release(&a->arena);
	*a = (struct attached){0};
}

/* ---- from files ------------------------------------------------------------
 */

static struct str
last_part(struct str path)
{
	struct str part = path;

	while (str_cut(&path, '/', &part))
		;
	return part;
}

/* What the record says of one: a path, or {"file","name","type"}. */
struct named {
	struct str file, name, type;
};

static int
read_named(const struct json *node, struct named *ret, struct err *err)
{
	static const char *const names[] = {"file", "name", "type", NULL};

	*ret = (struct named){{0}, {0}, {0}};
	if (json_type_of(node) == JSON_TYPE_STRING) {
		ret->file = json_text(node);
		return 0;
	}
	if (json_only(node, names, err) < 0 ||
	    json_need_text(node, "file", &ret->file, err) < 0 ||
	    json_take_text(node, "name", &ret->name, err) < 0 ||
	    json_take_text(node, "type", &ret->type, err) < 0)
		return -1;
	return 0;
}

static int
read_file(struct attached *a, const struct named *n, int folder, size_t *left,
    struct err *err)
{
	struct mail_attachment *to = &a->one[a->count];
	struct buf *content = &a->content[a->count];
	char *path = arena_strdup(&a->arena, n->file);
	struct str name = n->name.p ? n->name : last_part(n->file);

	if (strlen(path) != n->file.n)
		return err_set(
		    err, ERR_USAGE, "not a path: %s", quoted(n->file));
	a->count++;
	if (file_read_below(folder, path, content, *left, err) < 0)
		return -1;
	*left -= content->len;
	to->name = arena_str(&a->arena, name);
	to->type = n->type.p ? arena_strdup(&a->arena, n->type)
			     : mail_type_of(to->name);
	to->content = content->len ? buf_str(content) : STR("");
	return 0;
}

static int
read_all(
    const struct json *files, int folder, struct attached *a, struct err *err)
{
	size_t left = OUTBOX_ATTACHED, count = json_count(files);
	struct named named;

	if (json_type_of(files) != JSON_TYPE_ARRAY)
		return err_set(err, ERR_USAGE, "not an array of files");
	if (count && folder < 0)
		return err_set(err, ERR_USAGE,
		    "no folder was opened for files (--attachments)");
	if (count > OUTBOX_ATTACHMENTS)
		return err_set(
		    err, ERR_USAGE, "more than %d files", OUTBOX_ATTACHMENTS);
	make_room(a, count);
	for (size_t i = 0; i < count; i++)
		if (read_named(json_item(files, i), &named, err) < 0 ||
		    read_file(a, &named, folder, &left, err) < 0)
			return -1;
	return 0;
}

int
attachments_read(
    struct str files, int folder, struct attached *ret, struct err *err)
{
	struct json *doc;
	int rc;

	if (!files.p)
		return 0;
	if (json_doc_parse(files, "attach", &doc, err) < 0)
		return -1;
	rc = read_all(doc, folder, ret, err);
	json_doc_free(doc);
	if (rc < 0 && err->kind != ERR_USAGE)
		err->kind = ERR_USAGE; /* the record's, not the store's */
	return rc < 0 ? err_prefix(err, "attach") : 0;
}

/* ---- from the store --------------------------------------------------------
 */

static int
load(struct delivery *d, const struct json *node, struct attached *a,
    struct err *err)
{
	struct mail_attachment *to = &a->one[a->count];
	struct buf *content = &a->content[a->count++];
	struct str name, type = {0}, sha256;
	int got;

	if (json_need_text(node, "name", &name, err) < 0 ||
	    json_take_text(node, "type", &type, err) < 0 ||
	    json_need_text(node, "sha256", &sha256, err) < 0)
		return -1;
	got = outbox_attachment(d->store, d->tenant, sha256, content, err);
	if (got == 0)
		return err_set(err, ERR_USAGE,
		    "its attachment %s is gone, or is not what it was",
		    quoted(name));
	to->name = arena_str(&a->arena, name);
	to->type = type.p ? arena_strdup(&a->arena, type) : NULL;
	to->content = content->len ? buf_str(content) : STR("");
	return got < 0 ? -1 : 0;
}

int
attachments_load(
    struct delivery *d, struct item *i, struct attached *ret, struct err *err)
{
	struct json *doc;
	int rc = 0;

	if (!i->attachments.p)
		return 0;
	if (json_doc_parse(i->attachments, "attachments", &doc, err) < 0)
		return -1;
	make_room(ret, json_count(doc));
	for (size_t k = 0; rc == 0 && k < json_count(doc); k++)
		rc = load(d, json_item(doc, k), ret, err);
	json_doc_free(doc);
	return rc;
}

/* ---- in words --------------------------------------------------------------
 */

void
attachment_size(const struct json *one, struct buf *out)
{
	double bytes = 0;

	number_real(json_text(json_find(one, "size")), &bytes);
	if (bytes < 1000)
		buf_addf(out, "%.0f B", bytes);
	else if (bytes < 1e6)
		buf_addf(out, "%.0f kB", bytes / 1e3);
	else
		buf_addf(out, "%.1f MB", bytes / 1e6);
}

/* {"attachments":[{"name","size"}]}, the size as people read it. */
static int
put_words(struct item *i, struct buf *out, struct err *err)
{
	struct json_writer w = {.out = out};
	struct json *doc;

	if (json_doc_parse(i->attachments, "attachments", &doc, err) < 0)
		return -1;
	json_put_object(&w);
	json_put_name(&w, "attachments");
	json_put_array(&w);
	for (size_t k = 0; k < json_count(doc); k++) {
		const struct json *one = json_item(doc, k);
		struct buf size = {0};

		attachment_size(one, &size);
		json_put_object(&w);
		json_add_text(&w, "name", json_text(json_find(one, "name")));
		json_add_text(&w, "size", buf_str(&size));
		json_put_end(&w);
		buf_release(&size);
	}
	json_put_end(&w);
	json_put_end(&w);
	json_doc_free(doc);
	return 0;
}

int
attachments_say(struct delivery *d, struct item *i, struct err *err)
{
	struct template_message note = {0};
	struct template_words words;
	struct buf data = {0}, *text = &i->message.part[TEMPLATE_TEXT];
	int rc;

	if (!i->attachments.p || !d->channel ||
	    d->channel->kind->attached != ATTACHED_SAID)
		return 0;
	item_template_words(d, i, &words);
	rc = put_words(i, &data, err);
	words.data = buf_str(&data);
	if (rc == 0)
		rc = template_render(
		    d->library, "attachments", &words, &note, err);
	if (rc == 0 && note.has[TEMPLATE_TEXT]) {
		if (i->message.has[TEMPLATE_TEXT])
			buf_addstr(text, "\n\n");
		buf_adds(text, buf_str(&note.part[TEMPLATE_TEXT]));
		i->message.has[TEMPLATE_TEXT] = true;
	}
	template_message_release(&note);
	buf_release(&data);
	return rc;
}
