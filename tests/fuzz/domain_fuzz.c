/* SPDX-License-Identifier: ISC */
/*
 * Any texts, a line each, as whatever the DNS of a domain says: judging it
 * ends, asks a bounded number of questions, and gives findings that can be
 * printed.
 */
#include "domain/domain.h"
#include "fuzz.h"

struct world {
	struct str lines[16];
	size_t count;
	unsigned asked;
};

static void
ask(void *context, struct str name, enum dns_type type, struct arena *arena,
    struct dns_answer *ret)
{
	struct world *w = context;
	/* Which line answers depends on the name, not on the order. */
	size_t n = w->count ? hash64(name.p, name.n, type) % w->count : 0;
	struct str line = w->count ? w->lines[n] : STR("");

	MUST(++w->asked < 20000);
	*ret = (struct dns_answer){.outcome = DNS_EMPTY, .name = name};
	if (line.n == 0)
		return;
	ret->records = arena_zalloc(arena, 2 * sizeof(*ret->records));
	ret->count = line.p[0] == '2' ? 2 : 1;
	ret->outcome = DNS_FOUND;
	for (size_t i = 0; i < ret->count; i++)
		ret->records[i].data =
		    type == DNS_A ? STR("\313\1\161\7")
		    : type == DNS_AAAA
			? STR("\52\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")
		    : type == DNS_TXT ? arena_str(arena, line)
				      : STR("mail.example.jp");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const relay = "203.1.113.7", *const selector = "s1";
	struct str text = {size ? (const char *)data : "", size};
	struct world w = {.count = 0};
	struct domain_how how = {.domain = STR("a.example.jp"),
	    .selectors = &selector,
	    .selector_count = size & 1,
	    .relays = &relay,
	    .relay_count = 1,
	    .ask = ask,
	    .context = &w};
	struct domain_report r;
	struct buf out = {0};

	while (text.n > 0 && w.count < COUNT_OF(w.lines))
		str_cut(&text, '\n', &w.lines[w.count++]);
	MUST(domain_check(&how, &r, NULL) == 0);
	MUST(r.count > 0 && r.count < 5000);
	for (size_t i = 0; i < r.count; i++)
		MUST(r.list[i].finding.p && r.list[i].name.p && r.list[i].type);
	domain_put(&r, &out);
	MUST(utf8_valid(buf_str(&out)) == out.len);
	domain_draw(&r, 80, &out);
	domain_add_summary(&r, &out);
	buf_release(&out);
	domain_report_release(&r);
	return 0;
}
