/* SPDX-License-Identifier: ISC */
/* Mail. What a server answers is told apart by whose fault it is: a refused
 * sender or login is no message's. */
#include "notify/notify_priv.h"

enum { ONLY_CODE = 500 }; /* from here a refusal is for good */

/* "名前 <address>" or an address. */
static struct mail_address
address_of(const char *text)
{
	struct str whole = str_trim(str_of(text)), name = whole;
	size_t n = whole.n;

	if (n == 0 || whole.p[n - 1] != '>')
		return (struct mail_address){.address = whole};
	while (n > 0 && whole.p[n - 1] != '<')
		n--;
	name.n = n ? n - 1 : 0;
	name = str_trim(name);
	if (name.n > 1 && name.p[0] == '"' && name.p[name.n - 1] == '"')
		name = (struct str){name.p + 1, name.n - 2};
	return (struct mail_address){
	    .name = name, .address = {whole.p + n, whole.n - n - 1}};
}

static int
check_address(const char *key, const char *text, struct err *err)
{
	struct mail_address a = address_of(text);
	struct buf wire = {0};
	int rc = mail_address_wire(key, a.address, &wire, err);

	if (rc < 0)
		err->kind = ERR_USAGE; /* the configuration's, no message's */
	buf_release(&wire);
	return rc;
}

static int
check_server(const struct channel *c, struct err *err)
{
	if (!c->url)
		return err_at(err, ERR_USAGE, c->where, "server %s needs url",
		    quoted(str_of(c->name)));
	if (c->netrc && (c->password || c->passwordeval))
		return err_at(err, ERR_USAGE, c->where,
		    "netrc, or password or passwordeval: one of them");
	if (c->user && !c->password && !c->passwordeval && !c->netrc)
		return err_at(err, ERR_USAGE, c->where,
		    "user needs password, passwordeval or netrc");
	return 0;
}

static int
check(const struct channel *c, struct err *err)
{
	if (!c->servers || !c->from)
		return err_at(
		    err, ERR_USAGE, c->where, "email needs url and from");
	for (size_t i = 0; i < c->servers; i++)
		if (check_server(c->server[i], err) < 0)
			return -1;
	if (check_address("from", c->from, err) < 0)
		return -1;
	return c->reply_to ? check_address("reply_to", c->reply_to, err) : 0;
}

/* ---- composing ------------------------------------------------------------
 */

static void
name_message(struct item *i)
{
	struct str rest = buf_str(&i->from), domain;

	while (str_cut(&rest, '@', &domain))
		;
	buf_adds(&i->id, i->row.id);
	buf_addc(&i->id, '@');
	buf_adds(&i->id, domain);
}

/* List-Id and List-Unsubscribe; mail_compose judges what they say. */
static int
take_list(struct item *i, struct mail_message *m, struct err *err)
{
	static const char *const names[] = {
	    "id", "name", "url", "mail", "one_click", NULL};
	struct mail_address id = {{0}, {0}};
	struct str url = {0}, mail = {0};
	struct json *doc;
	int rc = 0;

	if (!i->list.p)
		return 0;
	if (json_doc_parse(i->list, "list", &doc, err) < 0)
		return -1;
	if (json_only(doc, names, err) < 0 ||
	    json_take_text(doc, "id", &id.address, err) < 0 ||
	    json_take_text(doc, "name", &id.name, err) < 0 ||
	    json_take_text(doc, "url", &url, err) < 0 ||
	    json_take_text(doc, "mail", &mail, err) < 0 ||
	    json_take_bool(doc, "one_click", &m->one_click, err) < 0)
		rc = -1;
	if (id.address.p)
		m->list_id = (struct mail_address){
		    .name = id.name.p ? arena_str(&i->arena, id.name)
				      : (struct str){0},
		    .address = arena_str(&i->arena, id.address)};
	if (url.p)
		m->unsubscribe_url = arena_str(&i->arena, url);
	if (mail.p)
		m->unsubscribe_mail = arena_str(&i->arena, mail);
	json_doc_free(doc);
	return rc;
}

static int
prepare(struct delivery *d, struct item *i, struct err *err)
{
	static const struct mail_header extra[] = {
	    {"Auto-Submitted", {"auto-generated", 14}}};
	struct mail_address from = address_of(d->channel->from);
	struct attached attached = {0};
	struct buf subject = {0};
	struct mail_message m = {.from = from,
	    .to = {.address = i->row.recipient},
	    .date = d->now,
	    .zone = d->tenant->settings.zone,
	    .extra = extra,
	    .extra_count = COUNT_OF(extra)};
	int rc;

	if (!i->row.recipient.n)
		return err_set(err, ERR_USAGE, "no recipient");
	if (mail_address_wire("from", from.address, &i->from, err) < 0 ||
	    mail_address_wire("recipient", i->row.recipient, &i->to, err) < 0)
		return -1;
	if (!i->message.has[TEMPLATE_TEXT] && !i->message.has[TEMPLATE_HTML])
		return err_set(err, ERR_USAGE, "no text and no HTML");
	if (take_list(i, &m, err) < 0)
		return -1;
	if (attachments_load(d, i, &attached, err) < 0) {
		attachments_release(&attached);
		return -1;
	}
	m.attachments = attached.one;
	m.attachment_count = attached.count;
	if (d->channel->reply_to)
		m.reply_to = address_of(d->channel->reply_to);
	mail_clean(&subject, item_title(i));
	m.subject = buf_str(&subject);
	name_message(i);
	m.message_id = buf_str(&i->id);
	if (i->message.has[TEMPLATE_TEXT])
		m.text = buf_str(&i->message.part[TEMPLATE_TEXT]);
	if (i->message.has[TEMPLATE_HTML])
		m.html = buf_str(&i->message.part[TEMPLATE_HTML]);
	rc = mail_compose(&m, &i->body, err);
	attachments_release(&attached);
	buf_release(&subject);
	return rc;
}

/* ---- sending --------------------------------------------------------------
 */

static void
start(struct delivery *d, struct item *i)
{
	i->smtp = (struct smtp_message){.from = buf_str(&i->from),
	    .to = buf_str(&i->to),
	    .content = buf_str(&i->body),
	    .owner = i};
	servers_start(d, i);
}

static void
judge(struct item *i)
{
	static const enum outcome outcomes[] = {[SMTP_ACCEPTED] = OUT_SENT,
	    [SMTP_SENDER_REFUSED] = OUT_LATER,
	    [SMTP_RECIPIENT_REFUSED] = OUT_REFUSED,
	    [SMTP_DATA_REFUSED] = OUT_REFUSED,
	    [SMTP_LOST] = OUT_LATER,
	    [SMTP_UNCERTAIN] = OUT_DOUBTFUL};
	enum outcome o = outcomes[i->smtp.outcome];

	if (o == OUT_REFUSED && i->smtp.code < ONLY_CODE)
		o = OUT_AGAIN;
	item_end(i, o, i->smtp.code, "%s", i->smtp.text);
}

static struct item *
done(struct delivery *d)
{
	struct smtp_message *m;
	struct item *i = items_take(&d->done);

	if (i || !(m = servers_done(d)))
		return i;
	i = m->owner;
	judge(i);
	servers_judge(d, i);
	return i;
}

const struct kind kind_email = {.name = "email",
    .keys = 1,
    .own_faults = true,
    .attached = ATTACHED_CARRIED,
    .check = check,
    .open = servers_open,
    .prepare = prepare,
    .room = servers_room,
    .start = start,
    .busy = servers_busy,
    .done = done,
    .meters = servers_meters,
    .granted = servers_granted,
    .settle = servers_settle,
    .close = servers_close};
