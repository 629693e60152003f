#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""said-judge: does what came agree with the ledger, and with what was allowed?

	said-judge.py DOUBTS

In a folder of tests/policies.bash: said.ndjson is what was to be said (each
text is its number, "t17;"), dump.ndjson the store at the end, policies.json what
was allowed, NAME/journal and NAME/N.eml what the mail servers saw, paged what
the pager printed, steps which of it at which minute. Prints what is wrong, and
figures in the last line; 1 when anything is. DOUBTS: how many messages may be
in doubt though no server has left its line open.
"""
import collections
import email
import email.policy
import json
import re
import sys

wrong = []
MARK = re.compile(r"\bt(\d+);")


def lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def steps():
    """Where each journal began, the moments with ends of journals, bans."""
    begin, moments, bans = {}, [], []
    for line in open("steps", encoding="utf-8"):
        words = line.split()
        if words[0] == "at":
            moments.append([int(w) for w in words[1:]])
        elif words[0] == "ban":
            bans.append((int(words[1]), words[2]))
        else:
            begin[words[0]] = int(words[1]), int(words[2])
    return begin, moments, bans


def moment_of(moments, column, line):
    """When a line of a journal was written: by the first step behind it."""
    for m in moments:
        if line < m[column]:
            return m[0]
    wrong.append(f"line {line} of journal {column} came after the last run")
    return moments[-1][0]


def mails(begin, moments):
    """Of each line of the journals: server, moment, verdict, recipient, id of
    the message, the numbers that it said."""
    out = []
    for column, name in enumerate(("a", "b"), 1):
        first, kept = begin[name]
        for n, line in enumerate(open(f"{name}/journal", encoding="utf-8")):
            if n < first:
                continue
            field = line.rstrip("\n").split("\t")
            said = None
            if field[1] in ("accepted", "cut"):
                kept += 1
                said = numbers_in(f"{name}/{kept}.eml")
            out.append((name, moment_of(moments, column, n), field[1], field[3],
                        field[4].split("@")[0], said))
    return out


def numbers_in(path):
    raw = open(path, "rb").read().split(b"\r\n", 1)[1]
    m = email.message_from_bytes(raw, policy=email.policy.SMTP)
    if m.defects:
        wrong.append(f"{path}: {m.defects}")
    text = m.get_body(("plain",)).get_content()
    # A digest has its parts' subjects as well.
    return [int(n) for n in re.findall(r"^t(\d+);", text, re.M)]


def pages(moments):
    out = []
    for n, line in enumerate(open("paged", encoding="utf-8")):
        at = moment_of(moments, 3, n)
        out += [(at, int(number)) for number in MARK.findall(line)]
    return out


def check_limit(what, times, limit):
    """Of moments; runs are a few seconds longer than they say."""
    if not limit:
        return
    most, span = limit
    times = sorted(times)
    for i, t in enumerate(times):
        n = sum(1 for u in times[i:] if u < t + span - 1)
        if n > most:
            wrong.append(f"{what}: {n} from minute {t}, and {most} in {span}")
            return


def in_quiet(span, minute):
    return span[0] <= minute % 1440 < span[1]


def main():
    allowed = json.load(open("policies.json", encoding="utf-8"))
    said = {int(r["key"]): r for r in lines("said.ndjson")}
    begin, moments, bans = steps()
    dump = lines("dump.ndjson")
    ledger = {r["id"]: r for r in dump if r["record"] == "message"}
    of_number, parts = {}, collections.defaultdict(list)
    for r in ledger.values():
        if r["cause"].startswith("send "):
            number = int(r["cause"][5:])
            if number in of_number:
                wrong.append(f"{number} is twice in the ledger")
            of_number[number] = r
            if r["state"] == "merged":
                parts[r["part_of"]].append(number)
            elif "part_of" in r:
                wrong.append(f"{number} is part of one and {r['state']}")
        elif not r["cause"].startswith("digest "):
            wrong.append(f"nobody has said {r['cause']}")
    if set(said) != set(of_number):
        wrong.append(f"not in the ledger: {set(said) ^ set(of_number)}")
    for r in ledger.values():
        if r["cause"].startswith("digest ") and len(parts[r["id"]]) < 2:
            wrong.append(f"digest {r['id']} of {len(parts[r['id']])}")

    came = collections.defaultdict(list)  # by number: moments
    open_lines = set()
    seen = mails(begin, moments)
    paged = pages(moments)
    for _, at, verdict, to, id, numbers in seen:
        if verdict == "lost" and not id:
            continue  # so early that nobody knows
        r = ledger.get(id)
        if not r:
            wrong.append(f"{to}: a mail of no message: {id}")
            continue
        if to != r["recipient"]:
            wrong.append(f"{id}: for {r['recipient']}, came to {to}")
        if verdict in ("cut", "lost"):
            open_lines.add(id)
        if numbers is None:
            continue
        want = sorted(parts[id]) if id in parts else [int(r["cause"][5:])]
        if sorted(numbers) != want:
            wrong.append(f"{id}: says {sorted(numbers)}, not {want}")
        for number in numbers:
            came[number].append(at)
    for at, number in paged:
        came[number].append(at)
    inbox = collections.Counter(
        int(n) for r in dump if r["record"] == "inbox"
        for n in set(MARK.findall(r["text"])))

    sums = collections.Counter()
    for number, r in sorted(of_number.items()):
        own = r
        if r["state"] == "merged":
            r = ledger.get(r["part_of"], {"state": "gone", "id": ""})
        sums[r["state"]] += 1
        n = inbox[number] if own["channel"] == "inbox" else len(came[number])
        if n > 1:
            wrong.append(f"{number}: came {n} times, at {came[number]}")
        if r["state"] not in ("sent", "doubtful", "dead", "cancelled"):
            wrong.append(f"{number}: waits to the end: {r['state']}")
        if r["state"] == "sent" and n == 0:
            wrong.append(f"{number}: sent, and did not come")
        if r["state"] in ("dead", "cancelled") and n > 0:
            wrong.append(f"{number}: {r['state']}, and came")
        if own["kind"] in allowed["muted"] and r["state"] != "cancelled":
            wrong.append(f"{number}: muted, and {r['state']}")
        if own["recipient"] == "banned@a.jp" and n > 0:
            wrong.append(f"{number}: came, and must not")

    # When, and how many.
    for at, number in [(t, n) for n, all in came.items() for t in all]:
        r = of_number[number]
        if r["critical"]:
            continue
        for whom in ("", r["recipient"]):
            span = allowed["quiet"].get(whom)
            if span and in_quiet(span, at):
                wrong.append(f"{number}: came in quiet minute {at}")
    for at, whom in bans:
        for _, t, _, to, _, _ in seen:
            if to == whom and t > at:
                wrong.append(f"{to}: got mail at {t}, banned at {at}")
    check_limit("email", [s[1] for s in seen], allowed["limits"]["email"]["rate"])
    for name, limit in allowed["servers"].items():
        check_limit(name, [s[1] for s in seen if s[0] == name], limit)
    check_limit("pager", [p[0] for p in paged], allowed["limits"]["pager"]["rate"])
    each = collections.defaultdict(list)
    for _, at, _, to, id, _ in seen:
        if id in ledger and not ledger[id]["critical"]:
            each["email", to].append(at)
    for at, number in paged:
        each["pager", of_number[number]["recipient"]].append(at)
    for (channel, to), times in each.items():
        check_limit(f"{channel} to {to}", times, allowed["limits"][channel]["each"])

    doubts = [r for r in ledger.values() if r["state"] == "doubtful"]
    bare = [r["id"] for r in doubts if r["id"] not in open_lines]
    if len(bare) > int(sys.argv[1]):
        wrong.append(f"{len(bare)} in doubt by more than the servers' moods")
    digests = sum(1 for id in parts if id in ledger)
    for text in wrong[:20]:
        print(text)
    print(f"{len(said)} messages, {digests} digests: sent {sums['sent']}, doubtful "
          f"{sums['doubtful']}, dead {sums['dead']}, cancelled {sums['cancelled']};"
          f" {len(bare)} doubts by kills, {len(moments)} runs")
    return 1 if wrong else 0


sys.exit(main())
