# SPDX-License-Identifier: ISC
"""The import most people would write: json.loads, executemany, INSERT OR
IGNORE, one transaction. The table has the keys and the index that ours has;
lead and type stay the texts they are, so nothing has to be looked up.

	import_events.py FILE.db <events.ndjson
"""
import json
import sqlite3
import sys
from datetime import datetime, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def rows(lines):
    loads, parse = json.loads, datetime.fromisoformat
    for line in lines:
        event = loads(line)
        attrs = event.get("attrs")
        yield (
            event["id"],
            event["lead"],
            event["type"],
            int((parse(event["time"].replace("Z", "+00:00")) - EPOCH).total_seconds() * 1000),
            json.dumps(attrs, ensure_ascii=False) if attrs else None,
        )


db = sqlite3.connect(sys.argv[1])
db.executescript(
    """PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -16000;
    CREATE TABLE IF NOT EXISTS event (tenant_id bigint NOT NULL,
        event_id text NOT NULL, lead text NOT NULL, type text NOT NULL,
        at bigint NOT NULL, attrs text,
        PRIMARY KEY (tenant_id, event_id)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS event_by_lead
        ON event (tenant_id, lead, type, at);"""
)
with db:
    db.executemany(
        "INSERT OR IGNORE INTO event VALUES (1, ?, ?, ?, ?, ?)",
        rows(sys.stdin),
    )
db.close()
