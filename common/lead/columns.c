/* SPDX-License-Identifier: ISC */
/*
 * By which names the columns of files are known: the field's own name in any
 * case, and the headers that Japanese lists usually have.
 */
#include <string.h>
#include <strings.h>

#include "lead/lead.h"

#define ALSO(...) ((const char *const[]){__VA_ARGS__, NULL})

const struct lead_column lead_columns[LEAD_STORED] = {
    [LEAD_ID] = {"id", ALSO("lead", "lead_id")},
    [LEAD_EMAIL] = {"email",
	ALSO("e-mail", "mail", "email address", "メールアドレス", "メール",
	    "Eメール", "E-mail")},
    [LEAD_NAME] = {"name",
	ALSO("full name", "氏名", "名前", "お名前", "担当者名", "担当者")},
    [LEAD_COMPANY] = {"company",
	ALSO("company name", "会社名", "企業名", "法人名", "貴社名", "御社名")},
    [LEAD_DEPARTMENT] = {"department", ALSO("部署", "部署名", "所属")},
    [LEAD_TITLE] = {"title",
	ALSO("job title", "役職", "役職名", "肩書", "肩書き")},
    [LEAD_PHONE] = {"phone", ALSO("phone number", "電話番号", "電話", "TEL")},
    [LEAD_INDUSTRY] = {"industry", ALSO("業種", "業界")},
    [LEAD_COMPANY_SIZE] = {"company_size",
	ALSO("company size", "employees", "従業員数", "社員数", "従業員規模")},
    [LEAD_REGION] = {"region", ALSO("都道府県", "地域", "prefecture")},
    [LEAD_COUNTRY] = {"country", ALSO("国", "国名")},
    [LEAD_SOURCE] = {"source",
	ALSO("lead source", "流入元", "流入経路", "獲得経路", "リードソース")},
    [LEAD_OWNER] = {"owner", ALSO("営業担当", "所有者")},
    [LEAD_TAGS] = {"tags", ALSO("タグ")},
    [LEAD_STATUS] = {"status", ALSO("ステータス", "状態")},
    [LEAD_STAGE] = {"stage", ALSO("ステージ")},
    [LEAD_CREATED_AT] = {"created_at", ALSO("created at", "created", "登録日",
					   "登録日時", "作成日", "作成日時")},
    [LEAD_UPDATED_AT] = {NULL, NULL}, /* ours to say */
    [LEAD_CONVERTED_AT] = {"converted_at",
	ALSO("converted at", "成約日", "受注日")},
    [LEAD_CONVERTED] = {"converted", ALSO("成約")},
};

const struct lead_column lead_event_columns[EVENT__MAX] = {
    [EVENT_ID] = {"id", ALSO("event_id")},
    [EVENT_LEAD] = {"lead", ALSO("lead_id")},
    [EVENT_EMAIL] = {"email", ALSO("e-mail", "mail", "メールアドレス")},
    [EVENT_TYPE] = {"type", ALSO("event", "event_type", "種別")},
    [EVENT_TIME] = {"time", ALSO("at", "timestamp", "occurred_at", "日時")},
};

static bool
same_name(struct str name, const char *word)
{
	return name.n == strlen(word) && strncasecmp(name.p, word, name.n) == 0;
}

size_t
lead_column_find(
    const struct lead_column *columns, size_t count, struct str name)
{
	struct str trimmed = str_trim(name);

	for (size_t i = 0; i < count; i++)
		if (columns[i].name && same_name(trimmed, columns[i].name))
			return i;
	for (size_t i = 0; i < count; i++) {
		const char *const *word = columns[i].also;

		for (; word && *word; word++)
			if (same_name(trimmed, *word))
				return i;
	}
	return SIZE_MAX;
}
