#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""mail-judge: does what the mail room composes mean what it was told?

	mail-judge.py MAIL-PROBE [NAUGHTY-STRINGS]

Every description goes through mail-probe and comes back through Python's
email package (its default policy), which knows nothing of ours. Prints what
differs, and how many messages there were; 1 when anything differs.
"""
import datetime
import email
import email.header
import email.policy
import json
import subprocess
import sys

HOSTILE = [
    "", " ", "  ", "a", "山田", "山田 太郎", "山田　太郎", "Taro Yamada",
    "Yamada, Taro", 'Taro "T" Yamada', "back\\slash", "a@b.jp", "<a@b.jp>",
    "x <evil@example.com>, y", "(comment)", "a (b) c", "J. R. Smith", "O'Brien",
    "=?UTF-8?B?5bGx?=", "a =?UTF-8?Q?b?= c", "=?", "?=", "=?utf-8?q?=0d=0aBcc:_x?=",
    "{{{name}}}", "{{name}}", "100% off = free?", "_under_ score", "tab?",
    " leading", "trailing ", "two  blanks", "a  b   c", "ends in dot.", ".", "..",
    ";", ":", "group: a@b.jp;", "[brackets]", "a,b;c", "&amp;", "<b>bold</b>",
    "絵文字😀👨‍👩‍👧", "한국어", "עברית", "\u202eevil\u202c", "\u200b", "\ufeff",
    "e\u0301", "が", "㈱山田商事", "ﾔﾏﾀﾞ", "①②③", "～−‖", "𠮷野家", "\U0010ffff",
    "x" * 75, "x" * 200, "y" * 997, "word " * 40 + "end", "山" * 10, "山" * 15,
    "山" * 16, "山" * 100, "山田太郎 " * 30 + "様", "x" * 10000, "山" * 3400,
    "a" * 60 + " 山", "山 " + "a" * 60, "é" * 21, "é" * 40, "=" * 70, "?" * 70,
    "_" * 100, " ".join("=?x" for _ in range(30)), "From me", "--boundary",
    "Subject: x", "a" * 66, "a" * 67, "a" * 68, "b " * 33, "b " * 34 + "c",
]
BODIES = HOSTILE + [
    "\n", "\r\n", "\r", "a\rb", "a\nb\r\nc\rd", "\n\n\n", "a\n", "a\r\n",
    ".\n", ".\r\n.\r\n", "..\n.a\n", "a\n.\nMAIL FROM:<x@y>\n", "From a\nFrom b",
    "From 山\n.山\n", "trailing  \nblanks\t\n", "tab\tinside", "--=_x\n--=_y--",
    "\x01\x02\x1b[2J\x7f", "\u0085\u2028\u2029", "a" * 76, "a" * 77, "a" * 998,
    "a" * 999, "é" + "a" * 75, "é" + "a" * 74 + "\n.b", "é" + ("a" * 74 + ".") * 9,
    "é" + "=" * 300, "é" + " " * 300, "é" + "a " * 200, "山田太郎様\n" * 200,
    "<p>" * 300 + "山", "\x0c", "é\ta\t\n \n\t\n",
]
FILES = [
    "見積書.pdf", "report.csv", "a b.txt", 'quote".txt', "100%.txt", "semi;colon.txt",
    "'apostrophe'.txt", "長い名前の添付ファイル" * 8 + ".pdf", "x" * 61, "y" * 200,
    "*star*.txt", "=?UTF-8?Q?a?=.txt", "..", "a=b.txt", "é.txt", "山%20田.txt",
    " lead.txt", "two  blanks.txt", "(c).txt", "a,b.txt",
]
ADDRESSES = {
    "Taro@Example.jp": "Taro@Example.jp",
    "taro..y.@docomo.ne.jp": "taro..y.@docomo.ne.jp",
    "info@日本語.jp": "info@xn--wgv71a119e.jp",
    "o'brien+tag@example.ie": "o'brien+tag@example.ie",
    "x" * 64 + "@" + "y" * 60 + ".example.jp": None,
}


def lines_of(text):
    """As the wire has it: one kind of line end, the last line ended too."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if not text or text.endswith("\n") else text + "\n"


def description(n, **more):
    d = {
        "from": {"name": "株式会社ディアグノ", "address": "news@example.co.jp"},
        "to": {"name": "受信者", "address": "to@example.com"},
        "subject": "件名", "date": 1763784000123, "zone": "Asia/Tokyo",
        "message_id": "m%d.7f3a@example.co.jp" % n, "text": "本文\n", "html": None,
    }
    d.update(more)
    return d


def descriptions(naughty):
    n = 0
    for s in HOSTILE + naughty:
        yield description(n, subject=s, to={"name": s, "address": "t@b.jp"},
                          reply_to={"name": s, "address": "r%d@b.jp" % n},
                          extra=[{"name": "X-Test", "value": s}])
        n += 1
    for s in HOSTILE:
        yield description(n, **{"from": {"name": s, "address": "f@b.jp"}})
        n += 1
    for i, s in enumerate(BODIES + naughty):
        yield description(n, **({"text": s} if i % 2 else {"text": None, "html": s}))
        yield description(n + 1, text=s, html="<p>" + s + "</p>", attachments=[
            {"name": FILES[(i + k) % len(FILES)], "type": ("application/pdf", None)[k],
             "hex": (s.encode() * (k + 1)).hex()} for k in range(i % 3)])
        n += 2
    for address in ADDRESSES:
        yield description(n, to={"name": "宛先", "address": address})
        n += 1
    yield description(
        n, list_id={"name": "お知らせ", "address": "news.example.co.jp"},
        unsubscribe_url="https://example.co.jp/u/" + "k" * 300,
        unsubscribe_mail="mailto:u+k@example.co.jp?subject=stop", one_click=True,
        extra=[{"name": "Auto-Submitted", "value": "auto-generated"}])


def refused(s):
    return any(ord(c) < 32 or 127 <= ord(c) < 160 for c in s)


class Judge:
    def __init__(self):
        self.bad = 0

    def same(self, what, got, want):
        if got != want:
            self.bad += 1
            print("%s: %.120r is not %.120r" % (what, got, want))


def decoded(raw):
    """A value by the older reader, which knows RFC 2047 and nothing else."""
    return str(email.header.make_header(email.header.decode_header(raw)))


def judge_wire(j, raw):
    body = raw.replace(b"\r\n", b"")
    j.same("bare line ends", body.count(b"\r") + body.count(b"\n"), 0)
    j.same("bytes beyond ASCII", [c for c in body if c >= 128 or c == 0], [])
    j.same("last line", raw[-2:], b"\r\n")
    head = raw.split(b"\r\n\r\n")[0]
    for line in raw.split(b"\r\n"):
        if len(line) > 998 or (b"=?UTF-8?" in line and len(line) > 76):
            j.same("a line's length", len(line), "shorter")
    for line in head.split(b"\r\n"):
        j.same("a header line", line.strip() == b"", False)


def judge_name(j, what, message, name, d):
    header = message[name]
    got = header.addresses
    j.same(what + " count", len(got), 1)
    address = d["address"]
    want = ADDRESSES.get(address, address)
    if want:
        j.same(what + " address", got[0].addr_spec, want)
    # The newer reader joins words by the blanks between them in names and
    # makes one blank of many; the older one reads the name as it stands.
    raw = dict(message.raw_items())[name]
    phrase = raw[:raw.rindex("<")].replace("\r\n", "").strip(" ")
    if "=?" in phrase:
        j.same(what, decoded(phrase), d.get("name") or "")
        if phrase.count("=?") == 1 and "  " not in d["name"] and \
                d["name"].strip(" ") == d["name"]:
            j.same(what, got[0].display_name, d["name"])
    else:
        j.same(what, got[0].display_name, d.get("name") or "")


def judge_parts(j, message, d):
    texts = {"text/plain": [], "text/html": []}
    files = []
    for part in message.walk():
        j.same("defects", part.defects, [])
        for name, value in part.items():
            j.same(name + " defects", [x for x in value.defects], [])
        if part.is_multipart():
            continue
        if part.get_content_disposition() == "attachment":
            files.append((part.get_filename(), part.get_content_type(),
                          part.get_payload(decode=True)))
        else:
            texts[part.get_content_type()].append(part)
    for kind, key in (("text/plain", "text"), ("text/html", "html")):
        if d.get(key) is None:
            j.same(kind + " parts", len(texts[kind]), 0)
            continue
        j.same(kind + " parts", len(texts[kind]), 1)
        part = texts[kind][0]
        got = part.get_payload(decode=True).decode(part.get_content_charset())
        want = lines_of(d[key])
        # In one part the last CRLF is the message's, in many the boundary's.
        j.same(kind, got.replace("\r\n", "\n") if "\r" in got else got, want)
    # get_filename drops blanks at the ends.
    want = [(a["name"].strip(), a["type"] or "application/octet-stream",
             bytes.fromhex(a["hex"])) for a in d.get("attachments", [])]
    j.same("attachments", files, want)
    alternative = d.get("text") is not None and d.get("html") is not None
    kind = "multipart/mixed" if want else "multipart/alternative"
    if want or alternative:
        j.same("kind", message.get_content_type(), kind)
    j.same("preferred", message.get_body(("html", "plain")).get_content_type(),
           "text/plain" if d.get("html") is None else "text/html")


def judge(j, raw, d):
    judge_wire(j, raw)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for name in ("from", "to", "reply_to"):
        if d.get(name):
            judge_name(j, name, message, name.title().replace("_", "-"), d[name])
    raw_subject = dict(message.raw_items())["Subject"].replace("\r\n", "")
    j.same("Subject", decoded(raw_subject), d["subject"])
    # Blanks: the newer reader strips what stands first in the line.
    if "  " not in d["subject"]:
        j.same("Subject", str(message["Subject"]), d["subject"])
    j.same("Message-ID", message["Message-ID"], "<%s>" % d["message_id"])
    zone = datetime.timezone(datetime.timedelta(hours=9))
    moment = datetime.datetime.fromtimestamp(d["date"] // 1000, zone)
    j.same("Date", message["Date"].datetime, moment)
    for h in d.get("extra", []):
        j.same(h["name"], decoded(message.get(h["name"], "")), h["value"]) \
            if "  " not in h["value"] and "=?" not in h["value"] else None
    if d.get("list_id"):
        j.same("List-Id", decoded(dict(message.raw_items())["List-Id"]),
               "お知らせ <news.example.co.jp>")
        j.same("List-Unsubscribe", message["List-Unsubscribe"].split(", "),
               ["<%s>" % d["unsubscribe_url"], "<%s>" % d["unsubscribe_mail"]])
        j.same("one click", message["List-Unsubscribe-Post"],
               "List-Unsubscribe=One-Click")
    judge_parts(j, message, d)


def main():
    naughty = []
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding="utf-8") as f:
            naughty = json.load(f)
    all_of = list(descriptions(naughty))
    text = "".join(json.dumps(d) + "\n" for d in all_of).encode()
    outputs = [subprocess.run([sys.argv[1]], input=text, check=True,
                              stdout=subprocess.PIPE).stdout for _ in range(2)]
    j = Judge()
    j.same("the same again", outputs[0] == outputs[1], True)
    at, out, no = 0, outputs[0], 0
    for n, d in enumerate(all_of):
        end = out.index(b"\n", at)
        word, rest = out[at:end].split(b" ", 1)
        at = end + 1
        heads = [d[k].get("name") or "" for k in ("from", "to")] + [d["subject"]]
        before = j.bad
        j.same("refused", word == b"refused", any(refused(s) for s in heads))
        if word == b"refused":
            no += 1
            continue
        raw = out[at:at + int(rest)]
        at += int(rest)
        judge(j, raw, d)
        if j.bad != before:
            print("    in message %d of %.200s" % (n, json.dumps(d)))
    print("%d messages, %d refused, %d differences" % (len(all_of), no, j.bad))
    return 1 if j.bad else 0


sys.exit(main())
