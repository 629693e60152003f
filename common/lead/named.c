/* SPDX-License-Identifier: ISC */
/* Leads that are named by records, one after another. */
#include <stdlib.h>

#include "lead/lead.h"

static struct str
name_of(const struct record *r)
{
	static const char *const names[] = {"lead", "id", "email"};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct field *f = record_find(r, names[i]);

		if (f)
			return f->text;
	}
	return (struct str){0};
}

void
lead_names_add(struct lead_names *names, struct str name, struct place place)
{
	GROW(names->name, names->cap, names->count + 1);
	if (place.file)
		place.file = arena_strdup(&names->arena, str_of(place.file));
	names->name[names->count++] =
	    (struct lead_name){arena_str(&names->arena, name), place};
}

int
lead_names_read(const char *path, struct remarks *remarks,
    struct lead_names *names, struct err *err)
{
	char *paths[] = {(char *)(uintptr_t)path};
	struct record_input input = {.remarks = remarks};
	struct record_reader *reader;
	struct record_reject reject;
	struct record record;
	enum record_got got;

	if (record_reader_open(paths, 1, &input, &reader, err) < 0)
		return -1;
	while ((got = record_next(reader, &record, &reject, err)) > 0) {
		struct str name;

		if (got == RECORD_GOT_REJECT)
			remark(remarks, reject.place, "%s", reject.reason);
		else if (!(name = name_of(&record)).p)
			remark(remarks, record.place, "no lead, id or email");
		else {
			lead_names_add(names, name, record.place);
			continue;
		}
		names->rejected++;
	}
	record_reader_close(reader);
	return got == RECORD_GOT_ERROR ? -1 : 0;
}

void
lead_names_release(struct lead_names *names)
{
	free(names->name);
	arena_release(&names->arena);
	*names = (struct lead_names){0};
}
