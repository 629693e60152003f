/* SPDX-License-Identifier: ISC */
/*
 * composed-sql: reads conditions on leads, one a line, and prints the statement
 * that would find whom each is true of, and whom it may yet be true of, in the
 * form scripts/check-distributed reads. For the test that composed statements
 * keep to the rules of the named ones.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lead/lead.h"

enum { LINE_MOST = 4096 };

static void
print(const struct cond *c, unsigned number, bool ever)
{
	struct cond_moment moment = {.now = 1, .texts = {STR("[]")}};
	struct cond_sql sql = {.count = 1}; /* $1: the tenant */

	sql.binds = calloc(1, sizeof(*sql.binds));
	sql.capacity = 1;
	buf_addstr(&sql.types, "i");
	if (ever)
		cond_to_sql_ever(c, &lead_catalogue, &moment, true, &sql);
	else
		cond_to_sql(c, &lead_catalogue, &moment, &sql);
	printf("-- name: condition_%u%s\n"
	       "SELECT l.lead_id FROM " LEAD_FROM
	       " WHERE l.tenant_id = $1 AND %s;\n",
	    number, ever ? "_ever" : "", sql.text.p);
	cond_sql_release(&sql);
}

int
main(void)
{
	char line[LINE_MOST];
	struct cond *c = NULL;
	struct err err = {0};
	unsigned number = 0;

	while (fgets(line, sizeof(line), stdin)) {
		if (cond_parse(str_trim(str_of(line)), "condition",
			&lead_catalogue, &c, &err) < 0) {
			fprintf(stderr, "%s: %s", err.text, line);
			return 1;
		}
		number++;
		print(c, number, false);
		print(c, number, true);
		cond_free(c);
	}
	return 0;
}
