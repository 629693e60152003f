/* SPDX-License-Identifier: ISC */
/*
 * import: leads, events and assessments from files into the store. A map says
 * which column means what; records stream through it on a second thread and
 * are applied in batches, large while nobody else wants to write, small when
 * somebody does. A record that cannot be used is rejected with its reason and
 * never stops the others; what went in whole batches stays when a run is cut
 * short, and running it again completes it.
 *
 * Ownership: a map belongs to the caller and may be shared by runs one after
 * another. What callbacks are handed is borrowed during the call.
 */
#ifndef DL_IMPORT_H
#define DL_IMPORT_H

#include "base/base.h"
#include "lead/lead.h"
#include "record/record.h"
#include "store/store.h"
#include "tenant/tenant.h"

enum import_what { IMPORT_LEADS, IMPORT_EVENTS, IMPORT_ASSESSMENTS };

/* ---- map.c: what columns mean ------------------------------------------- */

struct import_map;
/* From a JSON file, or from "FIELD=COLUMN,…" (when there is no file of that
 * name and it holds a "="); spec NULL: columns are known by their names alone.
 * ERR_USAGE with its place in the file. dl-import(1) describes maps. */
int import_map_read(const char *spec, enum import_what what,
    const struct tenant *t, struct import_map **ret, struct err *err);
void import_map_free(struct import_map *map);

/* ---- run.c -------------------------------------------------------------- */

/* What happens to a lead whose e-mail another lead has. */
enum import_same_email {
	SAME_EMAIL_REJECT, /* the record is rejected */
	SAME_EMAIL_MERGE,  /* it is taken for the lead that has the e-mail */
	SAME_EMAIL_KEEP,   /* two leads with one e-mail */
};

struct import_run {
	enum import_what what;
	struct store *store; /* opened STORE_WRITE, no transaction open; for
				a dry run STORE_READ will do */
	const struct tenant *tenant;
	const struct import_map *map;
	int64_t now;
	bool replay;
	bool dry_run; /* everything in a store of its own, that is dropped */
	bool strict;  /* all or nothing: one reject undoes everything */
	bool create;  /* leads that events speak of and are not there */
	enum import_same_email same_email;
	struct record_rejects *rejects; /* or NULL */
	struct remarks *remarks; /* reasons of rejects go there as well */
	/* One JSON object per change, after its commit; NULL: not wanted. */
	void (*change)(void *context, struct str line);
	/* Asked at every batch; true: stop as if the input ended here. */
	bool (*stop)(void *context);
	void (*progress)(
	    void *context, uint64_t done, uint64_t part, uint64_t whole);
	void *context;
};

struct import_done {
	struct record_counts counts;
	/* Events that came along with leads (by the map) or assessments. */
	uint64_t events_new, events_same;
	uint64_t leads_created; /* by `create` */
	uint64_t early;         /* conversions dated before their lead */
	uint64_t held_back;     /* good records that strict kept out */
};

/* paths as for record_reader_open; a strict run reads them twice, so standard
 * input is kept before (record_keep_input). -1: *ret still says what was
 * committed. */
int import_run(const struct import_run *run, char *const *paths, size_t count,
    const struct record_input *input, struct import_done *ret, struct err *err);
/* "240 read, 200 new, …; with 90 new events; 3 leads created" */
void import_done_add(const struct import_done *done, struct buf *out);

#endif
