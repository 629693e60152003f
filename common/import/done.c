/* SPDX-License-Identifier: ISC */
/* What an import did, in words. */
#include "import/import.h"

void
import_done_add(const struct import_done *done, struct buf *out)
{
	record_counts_import(out, &done->counts);
	if (done->held_back) {
		buf_addstr(out, ", ");
		buf_addgroup(out, (int64_t)done->held_back);
		buf_addstr(out, " held back; nothing was stored (--strict)");
	}
	if (done->events_new || done->events_same) {
		buf_addstr(out, "; with ");
		buf_addgroup(out, (int64_t)done->events_new);
		buf_addf(
		    out, " new event%s", plural((int64_t)done->events_new));
	}
	if (done->leads_created) {
		buf_addstr(out, "; ");
		buf_addgroup(out, (int64_t)done->leads_created);
		buf_addf(out, " lead%s created",
		    plural((int64_t)done->leads_created));
	}
}
