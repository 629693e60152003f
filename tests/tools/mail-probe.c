/* SPDX-License-Identifier: ISC */
/*
 * mail-probe: composes messages for judges that are not ours.
 *
 *	mail-probe <DESCRIPTIONS >MESSAGES
 *
 * A description is a line of JSON: from, to, reply_to and list_id
 * ({name, address}), subject, date (milliseconds), zone, message_id, text,
 * html, attachments ([{name, type, hex}]), unsubscribe_url, unsubscribe_mail,
 * one_click, extra ([{name, value}]). For each there comes "message N" and the
 * N bytes, or "refused" and why.
 */
#include <unistd.h>

#include "json/json.h"
#include "mail/mail.h"

static struct arena arena;

static struct str
text_of(const struct json *object, const char *name)
{
	const struct json *value = json_find(object, name);

	return value && json_type_of(value) == JSON_TYPE_STRING
		   ? json_text(value)
		   : (struct str){0};
}

static struct mail_address
address_of(const struct json *object, const char *name)
{
	const struct json *a = json_find(object, name);

	return (struct mail_address){text_of(a, "name"), text_of(a, "address")};
}

static struct str
bytes_of(struct str hex)
{
	char *bytes = arena_alloc(&arena, hex.n / 2 + 1);

	for (size_t i = 0; i + 1 < hex.n; i += 2) {
		char pair[3] = {hex.p[i], hex.p[i + 1], '\0'};

		bytes[i / 2] = (char)strtol(pair, NULL, 16);
	}
	return (struct str){bytes, hex.n / 2};
}

static void
read_lists(const struct json *d, struct mail_message *m)
{
	const struct json *files = json_find(d, "attachments"),
			  *headers = json_find(d, "extra");
	struct mail_attachment *a;
	struct mail_header *h;

	m->attachment_count = json_count(files);
	a = arena_zalloc(&arena, (m->attachment_count + 1) * sizeof(*a));
	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct json *file = json_item(files, i);

		a[i].name = text_of(file, "name");
		a[i].type = text_of(file, "type").p;
		a[i].content = bytes_of(text_of(file, "hex"));
	}
	m->attachments = a;
	m->extra_count = json_count(headers);
	h = arena_zalloc(&arena, (m->extra_count + 1) * sizeof(*h));
	for (size_t i = 0; i < m->extra_count; i++) {
		h[i].name = text_of(json_item(headers, i), "name").p;
		h[i].value = text_of(json_item(headers, i), "value");
	}
	m->extra = h;
}

static int
compose(const struct json *d, struct buf *ret, struct err *err)
{
	struct mail_message m = {
	    .from = address_of(d, "from"),
	    .to = address_of(d, "to"),
	    .reply_to = address_of(d, "reply_to"),
	    .subject = text_of(d, "subject"),
	    .message_id = text_of(d, "message_id"),
	    .text = text_of(d, "text"),
	    .html = text_of(d, "html"),
	    .list_id = address_of(d, "list_id"),
	    .unsubscribe_url = text_of(d, "unsubscribe_url"),
	    .unsubscribe_mail = text_of(d, "unsubscribe_mail"),
	    .one_click = json_truth(json_find(d, "one_click")),
	};
	struct str zone = text_of(d, "zone");

	number_int(json_raw(json_find(d, "date")), &m.date);
	if (zone.p && zone_find(zone.p, &m.zone, err) < 0)
		return -1;
	read_lists(d, &m);
	return mail_compose(&m, ret, err);
}

int
main(void)
{
	struct buf input = {0};
	struct err err = {0};
	struct str rest, line;

	if (fd_read_all(STDIN_FILENO, "<stdin>", &input, 1 << 30, &err) < 0) {
		fprintf(stderr, "mail-probe: %s\n", err.text);
		return 1;
	}
	rest = buf_str(&input);
	while (rest.n > 0) {
		struct json *d = NULL;
		struct buf message = {0};

		str_cut(&rest, '\n', &line);
		if (json_doc_parse(line, "<stdin>", &d, &err) < 0) {
			fprintf(stderr, "mail-probe: %s\n", err.text);
			return 1;
		}
		if (compose(d, &message, &err) == 0) {
			printf("message %zu\n", message.len);
			fwrite(message.p, 1, message.len, stdout);
		} else {
			printf("refused %s\n", err.text);
		}
		buf_release(&message);
		json_doc_free(d);
		arena_clear(&arena);
	}
	buf_release(&input);
	arena_release(&arena);
	return fflush(stdout) == 0 ? 0 : 1;
}
