/* SPDX-License-Identifier: ISC */
/*
 * The tables of a tenant as they are copied: what others refer to comes first.
 * The tenant's own row is written last and by itself; leases are not copied,
 * for nobody holds them in the new store.
 */
#include "store/copy.h"

static const struct bulk_column member[] = {{"email", 't'}, {"name", 't'},
    {"role", 't'}, {"region", 't'}, {"manager", 't'}, {"active", 'i'},
    {"created_at", 'i'}};

static const struct bulk_column lead[] = {{"lead_id", 'i'}, {"id", 't'},
    {"email", 't'}, {"email_key", 't'}, {"name", 't'}, {"company", 't'},
    {"department", 't'}, {"title", 't'}, {"phone", 't'}, {"industry", 't'},
    {"company_size", 'i'}, {"region", 't'}, {"country", 't'}, {"source", 't'},
    {"owner", 't'}, {"status", 't'}, {"stage", 't'}, {"tags", 't'},
    {"created_at", 'i'}, {"updated_at", 'i'}, {"converted_at", 'i'},
    {"converted", 'i'}, {"attrs", 't'}, {"folded", 't'}};

static const struct bulk_column event_type[] = {
    {"type_id", 'i'}, {"name", 't'}};

static const struct bulk_column event[] = {{"event_id", 't'}, {"lead_id", 'i'},
    {"type_id", 'i'}, {"at", 'i'}, {"attrs", 't'}};

static const struct bulk_column assessment[] = {{"response_id", 't'},
    {"lead_id", 'i'}, {"assessment", 't'}, {"started_at", 'i'},
    {"completed_at", 'i'}, {"progress", 'i'}, {"result", 't'},
    {"answers", 't'}};

static const struct bulk_column rule_set[] = {
    {"name", 't'}, {"document", 't'}, {"active", 'i'}, {"updated_at", 'i'}};

static const struct bulk_column score[] = {{"lead_id", 'i'}, {"score", 'i'},
    {"fit", 'i'}, {"engagement", 'i'}, {"is_hot", 'i'}, {"armed", 'i'},
    {"became_hot_at", 'i'}, {"at", 'i'}, {"next_at", 'i'}, {"points", 'b'}};

static const struct bulk_column score_history[] = {{"lead_id", 'i'},
    {"at", 'i'}, {"number", 'i'}, {"score", 'i'}, {"fit", 'i'},
    {"engagement", 'i'}, {"points", 'b'}};

static const struct bulk_column score_due[] = {
    {"chunk", 'i'}, {"next_at", 'i'}};

static const struct bulk_column score_rules[] = {
    {"version", 'i'}, {"names", 't'}, {"checksum", 't'}};

static const struct bulk_column score_state[] = {{"version", 'i'},
    {"pass_version", 'i'}, {"pass_lead", 'i'}, {"pass_now", 'i'}};

static const struct bulk_column signals[] = {{"signal_id", 'i'}, {"at", 'i'},
    {"kind", 't'}, {"lead_id", 'i'}, {"data", 't'}};

static const struct bulk_column audit[] = {{"audit_id", 'i'}, {"at", 'i'},
    {"who", 't'}, {"action", 't'}, {"object", 't'}, {"detail", 't'}};

static const struct bulk_column work[] = {{"consumer", 'i'}, {"lead_id", 'i'}};

static const struct bulk_column work_wanted[] = {{"consumer", 'i'}};

static const struct bulk_column field_change[] = {
    {"lead_id", 'i'}, {"field", 't'}, {"at", 'i'}};

static const struct bulk_column segment[] = {{"segment_id", 'i'}, {"name", 't'},
    {"document", 't'}, {"enabled", 'i'}, {"dynamic", 'i'}, {"checksum", 't'},
    {"filled_at", 'i'}, {"fill_checksum", 't'}, {"fill_lead", 'i'},
    {"updated_at", 'i'}};

static const struct bulk_column segment_member[] = {
    {"segment_id", 'i'}, {"lead_id", 'i'}, {"since", 'i'}, {"hand", 'i'}};

static const struct bulk_column segment_history[] = {{"segment_id", 'i'},
    {"lead_id", 'i'}, {"since", 'i'}, {"left_at", 'i'}, {"hand", 'i'}};

static const struct bulk_column segment_override[] = {{"segment_id", 'i'},
    {"lead_id", 'i'}, {"included", 'i'}, {"by_rule", 'i'}, {"who", 't'},
    {"at", 'i'}, {"why", 't'}};

static const struct bulk_column segment_next[] = {
    {"lead_id", 'i'}, {"next_at", 'i'}};

static const struct bulk_column segment_due[] = {
    {"chunk", 'i'}, {"next_at", 'i'}};

static const struct bulk_column templates[] = {
    {"name", 't'}, {"document", 't'}, {"updated_at", 'i'}};

static const struct bulk_column stage_model[] = {{"document", 't'},
    {"updated_at", 'i'}, {"applied", 't'}, {"pass", 't'}, {"pass_lead", 'i'},
    {"pass_now", 'i'}};

static const struct bulk_column stage_state[] = {{"lead_id", 'i'},
    {"stage", 't'}, {"since", 'i'}, {"hand_at", 'i'}, {"held", 'i'},
    {"moves", 'i'}, {"waiting", 't'}, {"next_at", 'i'}};

static const struct bulk_column stage_history[] = {{"lead_id", 'i'},
    {"number", 'i'}, {"at", 'i'}, {"came_from", 't'}, {"stage", 't'},
    {"cause", 't'}, {"who", 't'}, {"why", 't'}};

static const struct bulk_column task[] = {{"task_id", 'i'}, {"lead_id", 'i'},
    {"title", 't'}, {"body", 't'}, {"kind", 't'}, {"priority", 'i'},
    {"status", 'i'}, {"assignee", 't'}, {"due_at", 'i'}, {"created_at", 'i'},
    {"created_by", 't'}, {"touched_at", 'i'}, {"started_at", 'i'},
    {"closed_at", 'i'}, {"parent", 'i'}, {"cause", 't'}, {"reminded", 'i'},
    {"escalated", 'i'}};

static const struct bulk_column task_note[] = {{"task_id", 'i'},
    {"number", 'i'}, {"at", 'i'}, {"who", 't'}, {"action", 't'}, {"note", 't'}};

static const struct bulk_column task_turn[] = {{"pool", 't'}, {"latest", 't'}};

static const struct bulk_column absence[] = {
    {"email", 't'}, {"from_day", 't'}, {"until_day", 't'}};

static const struct bulk_column holiday[] = {{"day", 't'}, {"name", 't'}};

static const struct bulk_column outbox[] = {{"message_id", 'i'}, {"id", 't'},
    {"cause", 't'}, {"kind", 't'}, {"channel", 't'}, {"recipient", 't'},
    {"address", 't'}, {"hash", 't'}, {"lead_id", 'i'}, {"critical", 'i'},
    {"locale", 't'}, {"template", 't'}, {"content", 't'}, {"created_at", 'i'},
    {"due_at", 'i'}, {"state", 't'}, {"next_at", 'i'}, {"attempts", 'i'},
    {"tries", 'i'}, {"run", 't'}, {"changed_at", 'i'}, {"code", 'i'},
    {"answer", 't'}, {"batch", 't'}, {"part_of", 'i'}};

static const struct bulk_column outbox_attempt[] = {{"message_id", 'i'},
    {"number", 'i'}, {"at", 'i'}, {"outcome", 't'}, {"code", 'i'},
    {"answer", 't'}};

static const struct bulk_column attachment[] = {
    {"hash", 't'}, {"size", 'i'}, {"content", 'b'}};

static const struct bulk_column outbox_attachment[] = {
    {"message_id", 'i'}, {"hash", 't'}};

static const struct bulk_column suppression[] = {{"hash", 't'},
    {"address", 't'}, {"reason", 't'}, {"note", 't'}, {"who", 't'},
    {"at", 'i'}};

static const struct bulk_column forecast[] = {{"what", 't'}, {"part", 't'},
    {"made_at", 'i'}, {"definition", 't'}, {"series", 't'}, {"method", 't'},
    {"model", 't'}, {"period", 'i'}, {"first_at", 'i'}, {"steps", 't'}};

static const struct bulk_column preference[] = {
    {"email", 't'}, {"document", 't'}, {"updated_at", 'i'}};

static const struct bulk_column pace[] = {
    {"whom", 't'}, {"channel", 't'}, {"marks", 't'}, {"until", 'i'}};

static const struct bulk_column aside[] = {{"channel", 't'}, {"server", 't'},
    {"until", 'i'}, {"failures", 'i'}, {"why", 't'}};

static const struct bulk_column inbox[] = {{"member", 't'}, {"message_id", 'i'},
    {"at", 'i'}, {"subject", 't'}, {"body", 't'}, {"read_at", 'i'}};

/* The stamp too: what it says of another place keeps the copy from sending. */
static const struct bulk_column sender[] = {
    {"host", 't'}, {"path", 't'}, {"id", 't'}, {"claims", 'i'}};
static const struct bulk_column signal_wanted[] = {{"kind", 't'}};

static const struct bulk_column signal_queue[] = {{"signal_id", 'i'}};

static const struct bulk_column automation[] = {{"name", 't'},
    {"document", 't'}, {"enabled", 'i'}, {"since", 'i'}, {"updated_at", 'i'}};

static const struct bulk_column automation_state[] = {
    {"known", 't'}, {"recommend", 't'}};

static const struct bulk_column firing[] = {{"signal_id", 'i'},
    {"automation", 't'}, {"at", 'i'}, {"kind", 't'}, {"lead_id", 'i'},
    {"tasks", 'i'}, {"messages", 'i'}, {"moves", 'i'}, {"problem", 't'}};

static const struct bulk_column watch[] = {{"name", 't'}, {"document", 't'},
    {"enabled", 'i'}, {"updated_at", 'i'}, {"due_at", 'i'},
    {"judged_until", 'i'}};

static const struct bulk_column alarms[] = {{"what", 't'}, {"part", 't'},
    {"at", 'i'}, {"upwards", 'i'}, {"severity", 'i'}, {"told_at", 'i'},
    {"watch", 't'}, {"data", 't'}};

static const struct bulk_column export_policy[] = {
    {"document", 't'}, {"updated_at", 'i'}};

static const struct bulk_column export_run[] = {{"run_id", 'i'}, {"job", 't'},
    {"what", 't'}, {"who", 't'}, {"host", 't'}, {"began_at", 'i'},
    {"changed_at", 'i'}, {"state", 't'}, {"why", 't'}, {"request", 't'},
    {"terms", 't'}, {"erasures", 'i'}, {"rows_read", 'i'},
    {"rows_written", 'i'}, {"rows_rejected", 'i'}, {"bytes", 'i'},
    {"sha256", 't'}, {"file", 't'}, {"part", 't'}, {"progress", 't'},
    {"expires_at", 'i'}};

static const struct bulk_column counter[] = {{"kind", 't'}, {"next", 'i'}};

static const struct bulk_column moment[] = {{"latest", 'i'}};

#define TABLE(table, columns, keys)                                      \
	{                                                                \
		{"copy_" table, columns, COUNT_OF(columns)}, table, keys \
	}

const struct copy_table copy_tables[] = {TABLE("member", member, 1),
    TABLE("lead", lead, 1), TABLE("event_type", event_type, 1),
    TABLE("event", event, 1), TABLE("assessment", assessment, 1),
    TABLE("rule_set", rule_set, 1), TABLE("score_rules", score_rules, 1),
    TABLE("score_state", score_state, 0), TABLE("score", score, 1),
    TABLE("score_history", score_history, 3), TABLE("score_due", score_due, 1),
    TABLE("field_change", field_change, 3), TABLE("signal", signals, 1),
    TABLE("audit", audit, 1), TABLE("work", work, 2),
    TABLE("work_wanted", work_wanted, 1), TABLE("segment", segment, 1),
    TABLE("segment_member", segment_member, 2),
    TABLE("segment_history", segment_history, 3),
    TABLE("segment_override", segment_override, 2),
    TABLE("segment_next", segment_next, 1),
    TABLE("segment_due", segment_due, 1), TABLE("template", templates, 1),
    TABLE("stage_model", stage_model, 0), TABLE("stage_state", stage_state, 1),
    TABLE("stage_history", stage_history, 2), TABLE("task", task, 1),
    TABLE("task_note", task_note, 2), TABLE("task_turn", task_turn, 1),
    TABLE("absence", absence, 2), TABLE("holiday", holiday, 1),
    TABLE("outbox", outbox, 1), TABLE("outbox_attempt", outbox_attempt, 2),
    TABLE("attachment", attachment, 1),
    TABLE("outbox_attachment", outbox_attachment, 2),
    TABLE("suppression", suppression, 1), TABLE("preference", preference, 1),
    TABLE("pace", pace, 2), TABLE("aside", aside, 2), TABLE("inbox", inbox, 2),
    TABLE("sender", sender, 0), TABLE("signal_wanted", signal_wanted, 1),
    TABLE("signal_queue", signal_queue, 1), TABLE("automation", automation, 1),
    TABLE("automation_state", automation_state, 0), TABLE("firing", firing, 2),
    TABLE("forecast", forecast, 3), TABLE("watch", watch, 1),
    TABLE("alarm", alarms, 3), TABLE("export_policy", export_policy, 0),
    TABLE("export_run", export_run, 1), TABLE("counter", counter, 1),
    TABLE("moment", moment, 0), {{0}, NULL, 0}};
