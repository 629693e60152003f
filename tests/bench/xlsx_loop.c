/* SPDX-License-Identifier: ISC */
/*
 * xlsx_loop DB N FILE: what anybody would write: the first N leads of a store
 * as a workbook, cell by cell, nothing measured, nothing checked.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <xlsxwriter.h>

static const char query[] =
    "SELECT id, email, name, company, department, title, industry,"
    " company_size, region, source, owner, created_at FROM lead"
    " WHERE tenant_id = 1 ORDER BY lead_id LIMIT ?1";

static void
put_row(
    lxw_worksheet *sheet, lxw_row_t row, sqlite3_stmt *stmt, lxw_format *date)
{
	for (int i = 0; i < 12; i++) {
		lxw_col_t at = (lxw_col_t)i;

		if (sqlite3_column_type(stmt, i) == SQLITE_NULL)
			continue;
		if (i == 11)
			worksheet_write_number(sheet, row, at,
			    (double)sqlite3_column_int64(stmt, i) / 86400000 +
				25569,
			    date);
		else if (i == 7)
			worksheet_write_number(sheet, row, at,
			    sqlite3_column_double(stmt, i), NULL);
		else
			worksheet_write_string(sheet, row, at,
			    (const char *)sqlite3_column_text(stmt, i), NULL);
	}
}

int
main(int argc, char **argv)
{
	lxw_workbook_options how = {.constant_memory = LXW_TRUE};
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *date;
	sqlite3 *db;
	sqlite3_stmt *stmt;
	lxw_row_t row = 1;

	if (argc != 4 || sqlite3_open(argv[1], &db) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, query, -1, &stmt, NULL) != SQLITE_OK)
		return 1;
	sqlite3_bind_int64(stmt, 1, strtoll(argv[2], NULL, 10));
	book = workbook_new_opt(argv[3], &how);
	sheet = workbook_add_worksheet(book, NULL);
	date = workbook_add_format(book);
	format_set_num_format(date, "yyyy-mm-dd hh:mm:ss");
	for (int i = 0; i < 12; i++)
		worksheet_write_string(
		    sheet, 0, (lxw_col_t)i, sqlite3_column_name(stmt, i), NULL);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		put_row(sheet, row++, stmt, date);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return workbook_close(book) == LXW_NO_ERROR ? 0 : 1;
}
