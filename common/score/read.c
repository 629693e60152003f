/* SPDX-License-Identifier: ISC */
/*
 * Where documents of rules come from: files, and the reference that ships; and
 * what differs between two of them.
 */
#include "score/score_priv.h"

extern const char reference_json[]; /* reference.json */

struct str
score_reference(void)
{
	return str_of(reference_json);
}

int
score_rules_of(struct json *doc, struct score_rules **ret, struct err *err)
{
	int code = score_rules_parse(doc, ret, err);

	json_doc_free(doc);
	return code;
}

int
score_rules_read(const char *path, struct score_rules **ret, struct err *err)
{
	struct json *doc;

	if (json_doc_read(path, &doc, err) < 0)
		return -1;
	return score_rules_of(doc, ret, err);
}

int
score_rules_reference(struct score_rules **ret, struct err *err)
{
	struct json *doc;

	if (json_doc_parse(score_reference(), "reference", &doc, err) < 0)
		return -1;
	return score_rules_of(doc, ret, err);
}

/* How many bytes of whole lines both begin with. */
static size_t
same_start(struct str a, struct str b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[n] == b.p[n])
		n++;
	while (n > 0 && (n > a.n || a.p[n - 1] != '\n'))
		n--;
	return n;
}

/* How many bytes of whole lines both end with. */
static size_t
same_end(struct str a, struct str b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[a.n - 1 - n] == b.p[b.n - 1 - n])
		n++;
	while (n > 0 && a.p[a.n - n - (a.n > n)] != '\n')
		n--;
	return n;
}

static void
add_lines(struct buf *out, char sign, struct str lines)
{
	struct str line;

	while (lines.n && (str_cut(&lines, '\n', &line) || line.n))
		buf_addf(out, "%c %.*s\n", sign, STR_ARG(line));
}

void
score_rules_difference(
    struct str old, const struct score_rules *rules, struct buf *out)
{
	struct buf document = {0};
	struct str new;
	size_t n;

	score_rules_print(rules, &document);
	new = buf_str(&document);
	n = same_start(old, new);
	old = (struct str){old.p + n, old.n - n};
	new = (struct str){new.p + n, new.n - n};
	n = same_end(old, new);
	old.n -= n;
	new.n -= n;
	add_lines(out, '-', old);
	add_lines(out, '+', new);
	buf_release(&document);
}
