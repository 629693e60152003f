/* SPDX-License-Identifier: ISC */
/*
 * What requests carry. Slack: Block Kit (a header, sections of mrkdwn; & < >
 * escaped, which is how Slack tells text from mentions and links). Teams: an
 * Adaptive Card in the envelope that Workflows take, its text with Markdown
 * escaped. Both have limits; what does not fit is cut and marked.
 */
#include "notify/notify_priv.h"

enum {
	SLACK_HEADER = 150,   /* characters */
	SLACK_SECTION = 2900, /* of 3,000 */
	SLACK_SECTIONS = 40,  /* of 50 blocks */
	TEAMS_TEXT = 20000,   /* bytes of 28 KB, with room for JSON */
	TEAMS_LINES = 100
};

static struct str
text_of(const struct item *i)
{
	return i->message.has[TEMPLATE_TEXT]
		   ? buf_str(&i->message.part[TEMPLATE_TEXT])
		   : (struct str){0};
}

static int
needs_words(const struct item *i, struct err *err)
{
	if (!item_title(i).n && !text_of(i).n)
		return err_set(err, ERR_USAGE, "no subject and no text");
	return 0;
}

/* At most so many characters, an ellipsis in place of the rest. */
static void
add_cut(struct buf *out, struct str s, size_t most)
{
	size_t at = 0, count = 0;
	uint32_t code;

	if (utf8_count(s) <= most) {
		buf_adds(out, s);
		return;
	}
	for (; at < s.n && count + 1 < most; count++)
		at += utf8_decode(s.p + at, s.n - at, &code);
	buf_add(out, s.p, at);
	buf_addstr(out, "…");
}

/* A line that is an address of the web and nothing else. */
static bool
is_link(struct str line)
{
	if (!str_starts(line, STR("https://")) &&
	    !str_starts(line, STR("http://")))
		return false;
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] <= ' ' ||
		    strchr("<>|()[]\"\\`", line.p[i]))
			return false;
	return true;
}

/* ---- Slack ----------------------------------------------------------------
 */

static void
slack_escape(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&':
			buf_addstr(out, "&amp;");
			break;
		case '<':
			buf_addstr(out, "&lt;");
			break;
		case '>':
			buf_addstr(out, "&gt;");
			break;
		default:
			buf_addc(out, s.p[i]);
		}
}

static void
put_slack_text(struct json_writer *w, const char *type, struct str text)
{
	json_put_object(w);
	json_add_text(w, "type", str_of(type));
	json_add_text(w, "text", text);
	if (type[0] == 'p')
		json_add_bool(w, "emoji", false);
	else
		json_add_bool(w, "verbatim", true);
	json_put_end(w);
}

static void
put_header(struct json_writer *w, struct str title)
{
	struct buf cut = {0};

	add_cut(&cut, title, SLACK_HEADER);
	json_put_object(w);
	json_add_text(w, "type", STR("header"));
	json_put_name(w, "text");
	put_slack_text(w, "plain_text", buf_str(&cut));
	json_put_end(w);
	buf_release(&cut);
}

static void
put_section(struct json_writer *w, struct buf *text)
{
	if (str_trim(buf_str(text)).n) {
		json_put_object(w);
		json_add_text(w, "type", STR("section"));
		json_put_name(w, "text");
		put_slack_text(w, "mrkdwn", buf_str(text));
		json_put_end(w);
	}
	buf_clear(text);
}

static void
add_slack_line(struct buf *out, struct str line)
{
	struct buf cut = {0};

	if (is_link(line) && line.n < SLACK_SECTION / 6)
		buf_addc(out, '<');
	add_cut(&cut, line, SLACK_SECTION / 6);
	slack_escape(out, buf_str(&cut));
	if (is_link(line) && line.n < SLACK_SECTION / 6)
		buf_addc(out, '>');
	buf_addc(out, '\n');
	buf_release(&cut);
}

static void
put_sections(struct json_writer *w, struct str text)
{
	struct buf section = {0}, line = {0};
	struct str one;
	size_t count = 0;
	bool more = text.n > 0;

	while (more && count < SLACK_SECTIONS) {
		more = str_cut(&text, '\n', &one);
		buf_clear(&line);
		add_slack_line(&line, one);
		if (utf8_count(buf_str(&section)) + utf8_count(buf_str(&line)) >
		    SLACK_SECTION) {
			put_section(w, &section);
			count++;
		}
		buf_adds(&section, buf_str(&line));
	}
	if (count == SLACK_SECTIONS) {
		buf_clear(&section);
		buf_addstr(&section, "…");
	}
	put_section(w, &section);
	buf_release(&section);
	buf_release(&line);
}

int
body_slack(struct delivery *d, struct item *i, struct err *err)
{
	struct json_writer w = {.out = &i->body};
	struct buf plain = {0}, escaped = {0};

	(void)d;
	if (needs_words(i, err) < 0)
		return -1;
	add_cut(&plain, item_title(i), SLACK_HEADER);
	slack_escape(&escaped, buf_str(&plain));
	json_put_object(&w);
	json_add_text(&w, "text", buf_str(&escaped));
	json_put_name(&w, "blocks");
	json_put_array(&w);
	if (item_title(i).n)
		put_header(&w, item_title(i));
	put_sections(&w, text_of(i));
	json_put_end(&w);
	json_put_end(&w);
	buf_release(&plain);
	buf_release(&escaped);
	return 0;
}

/* ---- Teams ----------------------------------------------------------------
 */

static void
teams_escape(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (strchr("\\`*_[]~", s.p[i]) && s.p[i])
			buf_addc(out, '\\');
		buf_addc(out, s.p[i]);
	}
}

static void
put_line(struct json_writer *w, struct str line, bool title, bool apart)
{
	struct buf text = {0};

	if (is_link(line)) {
		buf_addc(&text, '[');
		teams_escape(&text, line);
		buf_addf(&text, "](%.*s)", STR_ARG(line));
	} else {
		teams_escape(&text, line);
	}
	json_put_object(w);
	json_add_text(w, "type", STR("TextBlock"));
	json_add_text(w, "text", buf_str(&text));
	json_add_bool(w, "wrap", true);
	if (title) {
		json_add_text(w, "size", STR("Large"));
		json_add_text(w, "weight", STR("Bolder"));
	} else if (!apart) {
		json_add_text(w, "spacing", STR("None"));
	}
	json_put_end(w);
	buf_release(&text);
}

static void
put_lines(struct json_writer *w, struct str text)
{
	size_t begin = w->out->len, lines = 0;
	bool more = text.n > 0, apart = true;
	struct buf cut = {0};
	struct str line;

	while (more) {
		more = str_cut(&text, '\n', &line);
		line = str_trim(line);
		if (line.n == 0) {
			apart = true;
			continue;
		}
		buf_clear(&cut);
		add_cut(&cut, line, 1000);
		/* A line at its worst: each byte escaped, and so in JSON. */
		if (lines++ == TEAMS_LINES ||
		    w->out->len - begin + 4 * cut.len + 100 > TEAMS_TEXT) {
			put_line(w, STR("…"), false, false);
			break;
		}
		put_line(w, buf_str(&cut), false, apart);
		apart = false;
	}
	buf_release(&cut);
}

static void
put_card(struct json_writer *w, const struct item *i)
{
	struct buf title = {0};

	json_put_object(w);
	json_add_text(w, "$schema",
	    STR("http://adaptivecards.io/schemas/adaptive-card.json"));
	json_add_text(w, "type", STR("AdaptiveCard"));
	json_add_text(w, "version", STR("1.5"));
	json_put_name(w, "body");
	json_put_array(w);
	add_cut(&title, item_title(i), 300);
	if (title.len)
		put_line(w, buf_str(&title), true, true);
	put_lines(w, text_of(i));
	json_put_end(w);
	json_put_end(w);
	buf_release(&title);
}

int
body_teams(struct delivery *d, struct item *i, struct err *err)
{
	struct json_writer w = {.out = &i->body};

	(void)d;
	if (needs_words(i, err) < 0)
		return -1;
	json_put_object(&w);
	json_add_text(&w, "type", STR("message"));
	json_put_name(&w, "attachments");
	json_put_array(&w);
	json_put_object(&w);
	json_add_text(
	    &w, "contentType", STR("application/vnd.microsoft.card.adaptive"));
	json_put_name(&w, "content");
	put_card(&w, i);
	json_put_end(&w);
	json_put_end(&w);
	json_put_end(&w);
	return 0;
}

/* ---- webhooks and commands -------------------------------------------------
 */

static void
put_part(struct json_writer *w, const struct item *i, enum template_part part)
{
	if (i->message.has[part])
		json_add_text(w, template_part_names[part],
		    buf_str(&i->message.part[part]));
}

static void
put_raw(struct json_writer *w, const char *name, struct str json)
{
	if (!json.p)
		return;
	json_put_name(w, name);
	json_put_raw(w, json);
}

int
body_plain(struct delivery *d, struct item *i, struct err *err)
{
	const struct outbox_row *r = &i->row;
	struct json_writer w = {.out = &i->body};

	(void)err;
	json_put_object(&w);
	json_add_text(&w, "id", r->id);
	json_add_text(&w, "tenant", str_of(d->tenant->name));
	json_add_text(&w, "channel", str_of(d->channel->name));
	json_add_text(&w, "kind", r->kind);
	json_add_text(&w, "cause", r->cause);
	if (r->recipient.n)
		json_add_text(&w, "recipient", r->recipient);
	json_add_bool(&w, "critical", r->critical);
	json_add_time(&w, "due_at", r->due_at);
	for (int part = 0; part < TEMPLATE_PART__MAX; part++)
		put_part(&w, i, (enum template_part)part);
	put_raw(&w, "lead", i->lead);
	put_raw(&w, "owner", i->owner);
	put_raw(&w, "data", i->data);
	put_raw(&w, "attachments", i->attachments);
	json_put_end(&w);
	buf_addc(&i->body, '\n');
	return 0;
}
