# SPDX-License-Identifier: ISC
"""What went out about leads with hostile names, read back by readers that are
not ours: naughty-judge.py FOLDER, with

    FOLDER/leads        NDJSON: id, name
    FOLDER/mail/*.eml   what the mail server got
    FOLDER/inbox        NDJSON: what stands in the inbox, with lead
    FOLDER/paged        NDJSON: what the command got
    FOLDER/web/*.request

The template is [name] in a line of its own; see dl-notify-naughty.bats.
Each name must be there, whole, and nothing beside it: as a field of its own
exactly as it was given; in words as dl-template(1) says, without controls and
marks of direction; in a subject on one line."""

import email
import email.policy
import glob
import html.parser
import json
import re
import sys

folder = sys.argv[1]
NO_TEXT = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]"
BLANK = "[ \n\t\xa0\u3000\u200b-\u200f\u2060]*"
given, lead = {}, {}
for line in open(folder + "/leads", encoding="utf-8"):
    one = json.loads(line)
    given[one["id"]] = one["name"]
    name = re.sub("[\u2028\u2029]", "\n", re.sub(NO_TEXT, "", one["name"]))
    lead[one["id"]] = "無名" if re.fullmatch(BLANK, name) else name
bad = 0
seen = {}


def wrong(channel, who, want, got):
    global bad
    bad += 1
    print("%s %s: wanted %r, got %r" % (channel, who, want, got))


def same(channel, who, want, got):
    if want != got:
        wrong(channel, who, want, got)


def text_of(who):
    return "お客様\n[%s]\n以上" % lead[who]


def lines(text):
    return re.sub("\r\n?", "\n", text).rstrip("\n")


def title_of(who, before=""):
    """One line of at most 255 characters, and what tells that it was cut."""
    words = re.split("[ \n\t\r]+", "%s件名 [%s]" % (before, lead[who]))
    title = " ".join(w for w in words if w)
    return title if len(title) <= 255 else title[:255].rstrip(" ") + "…"


def note(channel, who):
    seen.setdefault(channel, []).append(who)


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.words = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_data(self, data):
        self.words += data

    def handle_comment(self, data):
        self.tags.append(("comment", data))


for path in glob.glob(folder + "/mail/*.eml"):
    raw = open(path, "rb").read().split(b"\r\n", 1)[1]
    m = email.message_from_bytes(raw, policy=email.policy.SMTP)
    who = m["To"].split("@")[0]
    note("email", who)
    same("email", who, [], m.defects)
    same("email", who, ["Auto-Submitted", "Content-Type", "Date", "From",
        "MIME-Version", "Message-ID", "Subject", "To"], sorted(m.keys()))
    same("subject", who, title_of(who), str(m["Subject"]))
    parts = [p.get_content_type() for p in m.walk()]
    same("parts", who,
        ["multipart/alternative", "text/plain", "text/html"], parts)
    for part in m.iter_parts():
        same("email", who, [], part.defects)
    same("text", who, lines(text_of(who)),
        lines(m.get_body(("plain",)).get_payload(decode=True).decode()))
    page = Page()
    page.feed(m.get_body(("html",)).get_payload(decode=True).decode())
    page.close()
    same("html", who, [("p", [])], page.tags)
    same("html", who, lines("[%s]" % lead[who]), lines(page.words).strip("\n"))

for line in open(folder + "/inbox", encoding="utf-8"):
    one = json.loads(line)
    note("inbox", one["lead"])
    same("inbox", one["lead"], title_of(one["lead"]), one["subject"])
    same("inbox", one["lead"], text_of(one["lead"]), one["text"])


def judge_plain(channel, one):
    who = one["lead"]["id"]
    note(channel, who)
    same(channel, who, given[who], one["lead"].get("name", ""))
    same(channel, who, title_of(who), one["subject"])
    same(channel, who, text_of(who), one["text"])


for line in open(folder + "/paged", encoding="utf-8"):
    judge_plain("exec", json.loads(line))


def cut(text, most):
    return text if len(text) <= most else text[: most - 1] + "…"


# Neither has room for all: what is there is the name's beginning, as text.
def judge_slack(doc):
    header, body = (b["text"] for b in doc["blocks"])
    who = header["text"][: header["text"].index(" ")]
    note("slack", who)
    same("slack", who, ["plain_text", "mrkdwn"], [header["type"], body["type"]])
    same("slack", who, cut(title_of(who, who + " "), 150),
        header["text"])
    for text in (doc["text"], body["text"]):
        for mark in re.findall("[<>]|&(?!amp;|lt;|gt;)", text):
            wrong("slack", who, "text", mark)
    plain = body["text"].replace("&lt;", "<").replace("&gt;", ">")
    same("slack", who, text_of(who), plain.replace("&amp;", "&").rstrip("\n"))


def judge_teams(doc):
    blocks = doc["attachments"][0]["content"]["body"]
    plain = [re.sub(r"\\([\\`*_\[\]~])", r"\1", b["text"]) for b in blocks]
    who = plain[0][: plain[0].index(" ")]
    note("teams", who)
    for b in blocks:
        for mark in re.findall(r"(?<!\\)(?:\\\\)*[`*_\[\]~]", b["text"]):
            wrong("teams", who, "text", b["text"])
    same("teams", who, title_of(who, who + " "), plain[0])
    want = [t.strip(" \t\n\r\f\v") for t in text_of(who).split("\n")]
    same("teams", who, [cut(t, 1000) for t in want if t], plain[1:])


for path in glob.glob(folder + "/web/*.request"):
    head, body = open(path, "rb").read().split(b"\r\n\r\n", 1)
    where = head.split()[1].decode()
    doc = json.loads(body.decode())
    if where == "/webhook":
        judge_plain("webhook", doc)
    elif where == "/slack":
        judge_slack(doc)
    else:
        judge_teams(doc)

for channel in sys.argv[2:]:
    if sorted(seen.get(channel, [])) != sorted(lead):
        wrong(channel, "", len(lead), len(seen.get(channel, [])))
print("%d names on %d channels, %d differences"
    % (len(lead), len(seen), bad))
sys.exit(bad > 0)
