/* SPDX-License-Identifier: ISC */
/*
 * zone: a small part of the DNS for tests, a record a line:
 *
 *	NAME TYPE DATA
 *
 * TXT, MX ("10 mail.example.jp"), A, AAAA, PTR, CNAME; TXT is all of the line's
 * rest. FAIL instead of a type: whoever asks for the name is told that it could
 * not be found out. Blank lines and lines that begin with # are passed over.
 */
#ifndef ZONE_H
#define ZONE_H

#include <strings.h>

#include "base/base.h"

struct zone_record {
	char *name, *type, *data;
};
struct zone {
	struct zone_record *records;
	size_t count, room;
};

static inline void
zone_read(struct zone *z, struct str text)
{
	struct str line, name, type;

	while (text.n > 0) {
		str_cut(&text, '\n', &line);
		line = str_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		str_cut(&line, ' ', &name);
		str_cut(&line, ' ', &type);
		GROW(z->records, z->room, z->count + 1);
		z->records[z->count++] = (struct zone_record){
		    str_dup(name), str_dup(type), str_dup(line)};
	}
}

static inline void
zone_release(struct zone *z)
{
	for (size_t i = 0; i < z->count; i++) {
		free(z->records[i].name);
		free(z->records[i].type);
		free(z->records[i].data);
	}
	free(z->records);
	*z = (struct zone){0};
}

/* The next record from *at on that has this name and type. */
static inline const struct zone_record *
zone_next(const struct zone *z, struct str name, const char *type, size_t *at)
{
	while (*at < z->count) {
		const struct zone_record *r = &z->records[(*at)++];

		if (strlen(r->name) == name.n &&
		    strncasecmp(r->name, name.p, name.n) == 0 &&
		    strcmp(r->type, type) == 0)
			return r;
	}
	return NULL;
}

/* Is there the name, or one below it? */
static inline bool
zone_knows(const struct zone *z, struct str name)
{
	for (size_t i = 0; i < z->count; i++) {
		const char *own = z->records[i].name;
		size_t n = strlen(own);

		if (n >= name.n &&
		    strncasecmp(own + n - name.n, name.p, name.n) == 0 &&
		    (n == name.n || own[n - name.n - 1] == '.'))
			return true;
	}
	return false;
}

#endif
