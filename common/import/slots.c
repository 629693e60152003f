/* SPDX-License-Identifier: ISC */
/*
 * What a record of each kind may hold, and by which names columns are known
 * without a map: the field's own name in any case, and the headers that
 * Japanese lists usually have.
 */
#include <strings.h>

#include "import/import_priv.h"

#define ALSO(...) ((const char *const[]){__VA_ARGS__, NULL})

/* By enum lead_field, up to LEAD_CONVERTED. */
static const struct slot lead_slots[] = {
    [LEAD_ID] = {"id", AS_TEXT, ALSO("lead", "lead_id")},
    [LEAD_EMAIL] = {"email", AS_EMAIL,
	ALSO("e-mail", "mail", "email address", "メールアドレス", "メール",
	    "Eメール", "E-mail")},
    [LEAD_NAME] = {"name", AS_TEXT,
	ALSO("full name", "氏名", "名前", "お名前", "担当者名", "担当者")},
    [LEAD_COMPANY] = {"company", AS_TEXT,
	ALSO("company name", "会社名", "企業名", "法人名", "貴社名", "御社名")},
    [LEAD_DEPARTMENT] = {"department", AS_TEXT, ALSO("部署", "部署名", "所属")},
    [LEAD_TITLE] = {"title", AS_TEXT,
	ALSO("job title", "役職", "役職名", "肩書", "肩書き")},
    [LEAD_PHONE] = {"phone", AS_TEXT,
	ALSO("phone number", "電話番号", "電話", "TEL")},
    [LEAD_INDUSTRY] = {"industry", AS_TEXT, ALSO("業種", "業界")},
    [LEAD_COMPANY_SIZE] = {"company_size", AS_INTEGER,
	ALSO("company size", "employees", "従業員数", "社員数", "従業員規模")},
    [LEAD_REGION] = {"region", AS_TEXT, ALSO("都道府県", "地域", "prefecture")},
    [LEAD_COUNTRY] = {"country", AS_TEXT, ALSO("国", "国名")},
    [LEAD_SOURCE] = {"source", AS_TEXT,
	ALSO("lead source", "流入元", "流入経路", "獲得経路", "リードソース")},
    [LEAD_OWNER] = {"owner", AS_TEXT, ALSO("営業担当", "所有者")},
    [LEAD_TAGS] = {"tags", AS_LIST, ALSO("タグ")},
    [LEAD_STATUS] = {"status", AS_TEXT, ALSO("ステータス", "状態")},
    [LEAD_STAGE] = {"stage", AS_TEXT, ALSO("ステージ")},
    [LEAD_CREATED_AT] = {"created_at", AS_TIME,
	ALSO("created at", "created", "登録日", "登録日時", "作成日",
	    "作成日時")},
    [LEAD_UPDATED_AT] = {NULL, AS_TIME, NULL}, /* ours to say */
    [LEAD_CONVERTED_AT] = {"converted_at", AS_TIME,
	ALSO("converted at", "成約日", "受注日")},
    [LEAD_CONVERTED] = {"converted", AS_BOOL, ALSO("成約")},
};

static const struct slot event_slots[] = {
    [EVENT_ID] = {"id", AS_TEXT, ALSO("event_id")},
    [EVENT_LEAD] = {"lead", AS_TEXT, ALSO("lead_id")},
    [EVENT_EMAIL] = {"email", AS_EMAIL,
	ALSO("e-mail", "mail", "メールアドレス")},
    [EVENT_TYPE] = {"type", AS_TEXT, ALSO("event", "event_type", "種別")},
    [EVENT_TIME] = {"time", AS_TIME,
	ALSO("at", "timestamp", "occurred_at", "日時")},
};

static const struct slot assessment_slots[] = {
    [RUN_ID] = {"id", AS_TEXT, ALSO("response", "response_id")},
    [RUN_LEAD] = {"lead", AS_TEXT, ALSO("lead_id")},
    [RUN_EMAIL] = {"email", AS_EMAIL, ALSO("e-mail", "mail", "メールアドレス")},
    [RUN_NAME] = {"assessment", AS_TEXT, ALSO("診断", "診断名")},
    [RUN_STARTED] = {"started_at", AS_TIME, ALSO("開始日時")},
    [RUN_HALF] = {"half_at", AS_TIME, NULL},
    [RUN_COMPLETED] = {"completed_at", AS_TIME, ALSO("完了日時")},
    [RUN_PROGRESS] = {"progress", AS_INTEGER, ALSO("進捗")},
    [RUN_RESULT] = {"result", AS_JSON, ALSO("結果")},
    [RUN_ANSWERS] = {"answers", AS_JSON, ALSO("responses", "回答")},
};

const struct slots *
slots_of(enum import_what what)
{
	static const struct slots all[] = {
	    [IMPORT_LEADS] = {lead_slots, COUNT_OF(lead_slots)},
	    [IMPORT_EVENTS] = {event_slots, COUNT_OF(event_slots)},
	    [IMPORT_ASSESSMENTS] = {assessment_slots,
		COUNT_OF(assessment_slots)},
	};

	return &all[what];
}

static bool
same_name(struct str name, const char *word)
{
	return name.n == strlen(word) && strncasecmp(name.p, word, name.n) == 0;
}

size_t
slot_by_column(const struct slots *slots, struct str name)
{
	struct str trimmed = str_trim(name);

	for (size_t i = 0; i < slots->count; i++)
		if (slots->slot[i].name &&
		    same_name(trimmed, slots->slot[i].name))
			return i;
	for (size_t i = 0; i < slots->count; i++) {
		const char *const *word = slots->slot[i].also;

		for (; word && *word; word++)
			if (same_name(trimmed, *word))
				return i;
	}
	return SLOT_NONE;
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
