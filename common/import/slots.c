/* SPDX-License-Identifier: ISC */
/*
 * What a record of each kind may hold, and what its values are. The names are
 * the room lead's where others know them too.
 */
#include "import/import_priv.h"

#define ALSO(...) ((const char *const[]){__VA_ARGS__, NULL})

static const enum value_type lead_types[] = {
    [LEAD_ID] = AS_TEXT,
    [LEAD_EMAIL] = AS_EMAIL,
    [LEAD_NAME] = AS_TEXT,
    [LEAD_COMPANY] = AS_TEXT,
    [LEAD_DEPARTMENT] = AS_TEXT,
    [LEAD_TITLE] = AS_TEXT,
    [LEAD_PHONE] = AS_TEXT,
    [LEAD_INDUSTRY] = AS_TEXT,
    [LEAD_COMPANY_SIZE] = AS_INTEGER,
    [LEAD_REGION] = AS_TEXT,
    [LEAD_COUNTRY] = AS_TEXT,
    [LEAD_SOURCE] = AS_TEXT,
    [LEAD_OWNER] = AS_TEXT,
    [LEAD_TAGS] = AS_LIST,
    [LEAD_STATUS] = AS_TEXT,
    [LEAD_STAGE] = AS_TEXT,
    [LEAD_CREATED_AT] = AS_TIME,
    [LEAD_UPDATED_AT] = AS_TIME,
    [LEAD_CONVERTED_AT] = AS_TIME,
    [LEAD_CONVERTED] = AS_BOOL,
};

static const enum value_type event_types[] = {
    [EVENT_ID] = AS_TEXT,
    [EVENT_LEAD] = AS_TEXT,
    [EVENT_EMAIL] = AS_EMAIL,
    [EVENT_TYPE] = AS_TEXT,
    [EVENT_TIME] = AS_TIME,
};

static const enum value_type assessment_types[] = {
    [RUN_ID] = AS_TEXT,
    [RUN_LEAD] = AS_TEXT,
    [RUN_EMAIL] = AS_EMAIL,
    [RUN_NAME] = AS_TEXT,
    [RUN_STARTED] = AS_TIME,
    [RUN_HALF] = AS_TIME,
    [RUN_COMPLETED] = AS_TIME,
    [RUN_PROGRESS] = AS_INTEGER,
    [RUN_RESULT] = AS_JSON,
    [RUN_ANSWERS] = AS_JSON,
};

static const struct lead_column assessment_columns[] = {
    [RUN_ID] = {"id", ALSO("response", "response_id")},
    [RUN_LEAD] = {"lead", ALSO("lead_id")},
    [RUN_EMAIL] = {"email", ALSO("e-mail", "mail", "メールアドレス")},
    [RUN_NAME] = {"assessment", ALSO("診断", "診断名")},
    [RUN_STARTED] = {"started_at", ALSO("開始日時")},
    [RUN_HALF] = {"half_at", NULL},
    [RUN_COMPLETED] = {"completed_at", ALSO("完了日時")},
    [RUN_PROGRESS] = {"progress", ALSO("進捗")},
    [RUN_RESULT] = {"result", ALSO("結果")},
    [RUN_ANSWERS] = {"answers", ALSO("responses", "回答")},
};

const struct slots *
slots_of(enum import_what what)
{
	static const struct slots all[] = {
	    [IMPORT_LEADS] = {lead_columns, lead_types, LEAD_STORED},
	    [IMPORT_EVENTS] = {lead_event_columns, event_types, EVENT__MAX},
	    [IMPORT_ASSESSMENTS] = {assessment_columns, assessment_types,
		COUNT_OF(assessment_types)},
	};

	return &all[what];
}

bool
column_is_computed(struct str name)
{
	static const char *const names[] = {"updated_at", "score", "fit",
	    "engagement", "band", "priority", "is_hot", "became_hot_at",
	    "last_activity_at", "email_domain", "is_free_email", "seniority",
	    "record"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_is(name, names[i]))
			return true;
	return false;
}
