# SPDX-License-Identifier: ISC
"""book_pandas.py DB N FILE: the first N leads of a store as a workbook, as
pandas writes it through openpyxl."""
import sqlite3
import sys

import pandas

query = """SELECT id, email, name, company, department, title, industry,
 company_size, region, source, owner, created_at FROM lead
 WHERE tenant_id = 1 ORDER BY lead_id LIMIT ?"""
leads = pandas.read_sql(query, sqlite3.connect(sys.argv[1]),
    params=(int(sys.argv[2]),))
leads["created_at"] = pandas.to_datetime(leads["created_at"], unit="ms")
leads.to_excel(sys.argv[3], engine="openpyxl", index=False)
