/* SPDX-License-Identifier: ISC */
/*
 * wrong-tenant URI WORKS-FOR ASKS-FOR: runs every reading statement of the
 * programs for one tenant while the store works for another, as if a filter
 * had the wrong tenant in it, and prints every text that comes back. For the
 * test that none does where the engine keeps tenants apart by itself.
 */
#include <stdio.h>
#include <stdlib.h>

#include "store/store.h"

enum { PARAMS_MOST = 32 };

static void
print_rows(struct rows *r, size_t columns)
{
	struct err err = {0};

	while (rows_next(r, &err) == 1)
		for (unsigned i = 0; i < columns; i++)
			if (!rows_null(r, i))
				printf("%.*s\n", STR_ARG(rows_text(r, i)));
}

/* Columns are not counted by the store: one more than there are would be a
 * mistake, so count the commas of the text, never too many. */
static size_t
columns_of(const char *text)
{
	size_t n = 1;
	int depth = 0;

	for (; *text && !(depth == 0 && strncmp(text, "FROM", 4) == 0);
	     text++) {
		depth += *text == '(';
		depth -= *text == ')';
		n += *text == ',' && depth == 0;
	}
	return n;
}

int
main(int argc, char **argv)
{
	struct store *st;
	struct err err = {0};
	struct rows *r;
	size_t ran = 0;

	if (argc != 4) {
		fprintf(stderr, "usage: wrong-tenant URI WORKS-FOR ASKS-FOR\n");
		return 2;
	}
	if (store_open(argv[1], STORE_READ, &st, &err) < 0 ||
	    store_tenant(st, strtoll(argv[2], NULL, 10), &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	for (size_t i = 0; sql_all[i]; i++) {
		const struct sql *sql = sql_all[i];
		struct bind binds[PARAMS_MOST];
		size_t count = strlen(sql->types);

		if (strncmp(sql->text, "SELECT", 6) != 0 ||
		    sql->types[0] != 'i' || count > PARAMS_MOST)
			continue;
		binds[0] = BIND_INT(strtoll(argv[3], NULL, 10));
		for (size_t k = 1; k < count; k++)
			binds[k] = sql->types[k] == 'i'   ? BIND_INT(1)
				   : sql->types[k] == 't' ? BIND_TEXT(STR(""))
				   : sql->types[k] == 'r' ? BIND_REAL(0)
							  : BIND_BLOB(STR(""));
		if (store_query(st, sql, binds, count, &r, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		print_rows(r, columns_of(sql->text));
		rows_close(r);
		ran++;
	}
	fprintf(stderr, "%zu statements\n", ran);
	store_close(st);
	return 0;
}
