#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# dl-export: spans of the calendar, the newest, computed columns, held against
# another reckoning of the same records.

load helper

# made ZONE: leads.ndjson and events.ndjson, around the edges of days, months
# and changes of the clock; ties; events of the next days.
made() {
	python3 - "$1" <<-'END'
	import json, random, sys
	from datetime import datetime, timezone
	from zoneinfo import ZoneInfo
	random.seed(5)
	zone, utc = ZoneInfo(sys.argv[1]), timezone.utc
	def ms(*at, zone=zone, fold=0):
	    return int(datetime(*at, tzinfo=zone, fold=fold).timestamp()) * 1000
	def text(at):
	    return datetime.fromtimestamp(at // 1000, utc).strftime(
	        "%Y-%m-%dT%H:%M:%S") + ".%03dZ" % (at % 1000)
	now = ms(2026, 3, 20, 12, zone=utc)
	edges = [ms(*day) + d for d in (-1, 0, 1) for day in (
	    (2024, 2, 29), (2024, 3, 1), (2025, 1, 1), (2025, 3, 9),
	    (2025, 3, 10), (2025, 10, 1), (2025, 11, 2), (2025, 11, 3),
	    (2025, 12, 1), (2026, 1, 1), (2026, 2, 1), (2026, 2, 28),
	    (2026, 3, 1), (2026, 3, 8), (2026, 3, 9), (2026, 3, 19),
	    (2026, 3, 20), (2026, 3, 21))]
	edges += [ms(2025, 11, 2, hour, 30, fold=fold)
	    for hour in (0, 1, 2, 3) for fold in (0, 1)]
	edges += [now + d for d in (0, -1, 1)]
	edges += [now - 30 * 86400000 + d for d in (0, -1, 1)]
	edges += [-1, 0, -86400000 * 400]
	with open("leads.ndjson", "w") as out:
	    for i in range(len(edges) * 3):
	        print(json.dumps({"id": "L%04d" % i,
	            "created_at": text(min(edges[i % len(edges)], now)),
	            "industry": random.choice(["IT", "製造業"]),
	            "region": random.choice(["東京都", "大阪府"])}), file=out)
	with open("events.ndjson", "w") as out:
	    for i in range(len(edges) * 5):
	        print(json.dumps({"id": "e%04d" % i, "lead": "L%04d" %
	            random.randrange(len(edges) * 3),
	            "type": random.choice(["email_opened", "site_visited"]),
	            "time": text(random.choice(edges))}), file=out)
	END
}

# judged ZONE: what dl-export says of them, against what it should.
judged() {
	python3 - "$1" <<-'END'
	import json, subprocess, sys
	from datetime import datetime, timedelta, timezone
	from zoneinfo import ZoneInfo
	zone, utc = ZoneInfo(sys.argv[1]), timezone.utc
	DAY = 86400000
	def moment(text):
	    text, ms = text.rstrip("Z"), 0
	    if "." in text:
	        text, part = text.split(".")
	        ms = int(part.ljust(3, "0"))
	    return int(datetime.fromisoformat(text).replace(
	        tzinfo=utc).timestamp()) * 1000 + ms
	def text(at):
	    return (datetime.fromtimestamp(at // 1000, utc).strftime(
	        "%Y-%m-%dT%H:%M:%S") + (".%03d" % (at % 1000)
	        if at % 1000 else "") + "Z")
	leads = [json.loads(line) for line in open("leads.ndjson")]
	events = [json.loads(line) for line in open("events.ndjson")]
	for x in leads: x["at"] = moment(x["created_at"])
	for x in events: x["at"] = moment(x["time"])
	now = moment("2026-03-20T12:00:00Z")
	rows = 0
	def run(*args):
	    global rows
	    done = subprocess.run(["dl-export", *args, "-q", "-f", "ndjson"],
	        capture_output=True, text=True)
	    assert done.returncode == 0, (args, done.stderr)
	    got = [json.loads(line) for line in done.stdout.splitlines()]
	    rows += len(got)
	    return got
	def same(what, got, want):
	    got = [x["id"] for x in got]
	    want = [x["id"] for x in want]
	    assert got == want, (what, got, want)
	def start(year, month=1, day=1):
	    return int(datetime(year, month, day, tzinfo=zone).timestamp()) * 1000
	today = datetime.fromtimestamp(now / 1000, zone).date()
	def days(n):
	    day = today + timedelta(days=n)
	    return start(day.year, day.month, day.day)
	def months(n):
	    month = today.year * 12 + today.month - 1 + n
	    return start(month // 12, month % 12 + 1)
	monday = -today.weekday()
	ranges = {
	    "today": (days(0), days(1)), "yesterday": (days(-1), days(0)),
	    "last_30_days": (days(-29), days(1)),
	    "this_week": (days(monday), days(monday + 7)),
	    "last_week": (days(monday - 7), days(monday)),
	    "last_3_months": (months(-2), months(1)),
	    "last_month": (months(-1), months(0)),
	    "this_quarter": (start(2026), start(2026, 4)),
	    "last_year": (start(2025), start(2026)),
	    "2026-01..2026-03": (start(2026), start(2026, 4)),
	    "2025-11-02": (start(2025, 11, 2), start(2025, 11, 3)),
	    "2026-03-08": (start(2026, 3, 8), start(2026, 3, 9)),
	    "2024-02-29..2025-12": (start(2024, 2, 29), start(2026)),
	    "2026-02-28..": (start(2026, 2, 28), 1 << 60),
	    "..2025-03-09": (-1 << 60, start(2025, 3, 10)),
	    "2019": (start(2019), start(2020)),
	    "1969": (start(1969), start(1970)),
	}
	for name, (low, high) in ranges.items():
	    mine = [x for x in leads if low <= x["at"] < high]
	    seen = [x for x in events if low <= x["at"] < high]
	    same(name, run("leads", "-c", "id", "--range", name), mine)
	    got = run("events", "-c", "id,time", "--range", name)
	    same(name, sorted(got, key=lambda x: x["id"]),
	        sorted(seen, key=lambda x: x["id"]))
	    same(name, run("events", "-c", "id", "--range", name,
	        "--newest", "9"),
	        sorted(seen, key=lambda x: (-x["at"], x["id"]))[:9])
	    it = [x for x in mine if x["industry"] == "IT"]
	    same(name, run("leads", "-c", "id", "--range", name, "--newest",
	        "7", "--segment", "it"),
	        sorted(it, key=lambda x: (-x["at"], x["id"]))[:7])
	    it.sort(key=lambda x: x["id"], reverse=True)
	    it.sort(key=lambda x: x["region"].encode())
	    same(name, run("leads", "-c", "id", "--range", name, "-w",
	        "industry = 'IT'", "--sort", "region,-id", "--limit", "5"),
	        it[:5])
	past = {}
	for x in events:
	    if x["at"] <= now:
	        past.setdefault(x["lead"], []).append(x)
	def of(lead, kind):
	    return [x["at"] for x in past.get(lead["id"], [])
	        if x["type"] == kind]
	got = run("leads", "-c", "id,count(email_opened),"
	    "count(email_opened, 30d),count(site_visited,1d),count(unheard),"
	    "first(site_visited),last(email_opened),last(unheard)")
	for lead, row in zip(leads, got):
	    opened, visited = of(lead, "email_opened"), of(lead, "site_visited")
	    want = {"id": lead["id"], "count(email_opened)": len(opened),
	        "count(email_opened, 30d)":
	            sum(at > now - 30 * DAY for at in opened),
	        "count(site_visited,1d)": sum(at > now - DAY for at in visited),
	        "count(unheard)": 0}
	    if visited:
	        want["first(site_visited)"] = text(min(visited))
	    if opened:
	        want["last(email_opened)"] = text(max(opened))
	    assert row == want, (row, want)
	same("computed", run("leads", "-c", "id", "--sort",
	    "-count(email_opened),last(site_visited),id", "--limit", "99"),
	    sorted(leads, key=lambda x: (-len(of(x, "email_opened")),
	        max(of(x, "site_visited"), default=1 << 60), x["id"]))[:99])
	assert rows > 1500, rows
	END
}

@test "spans, the newest, what is computed: as another reckons them" {
	require_tool python3
	for zone in America/New_York Asia/Beirut; do
		made $zone
		new_store ${zone#*/}
		export DL_NOW=2026-03-20T12:00:00Z
		dl-db tenant set -q main zone=$zone >/dev/null
		dl-import leads -q leads.ndjson
		dl-import events -q events.ndjson
		dl-segment define -q it -w "industry = 'IT'"
		judged $zone
	done
}

@test "spans that are none" {
	store_with_leads 20
	for range in 2026-13 .. 2026-02-30 2026-03..2026-01 last_0_days \
	    last_month_days tomorrow 2026-1 2026-01-01...2026-02; do
		check dl-export leads --range "$range"
		exits 2
		says "range: "
	done
	check dl-export leads --range 2026 --newest 3 --sort id
	exits 2
}

@test "days in a stage: since the latest move up to the moment" {
	store_with_leads 20
	days() {
		dl-export leads -q -c id,stage,days_in_stage \
			-w "id = 'L0000003'" --now "$1" | jq -c \
			'[.stage, .days_in_stage]'
	}
	dl-stage move -q L0000003 mql --now 2026-02-01T12:00:00Z >/dev/null
	dl-stage move -q L0000003 sql --now 2026-02-11T12:00:00Z >/dev/null
	[ "$(days 2026-02-11T12:00:00Z)" = '["sql",0]' ]
	[ "$(days 2026-02-12T11:59:59Z)" = '["sql",0]' ]
	[ "$(days 2026-02-12T12:00:00Z)" = '["sql",1]' ]
	[ "$(days 2026-03-13T12:00:00Z)" = '["sql",30]' ]
}
