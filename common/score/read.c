/* SPDX-License-Identifier: ISC */
/* Where documents of rules come from: files, and the reference that ships. */
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
