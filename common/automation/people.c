/* SPDX-License-Identifier: ISC */
/* Who is told of a firing, and the words there are for it. */
#include <stdlib.h>

#include "automation/automation_priv.h"

static struct str
member_text(const struct json *doc, const char *name, struct arena *a)
{
	struct str text = json_text(json_find(doc, name));

	return text.n ? arena_str(a, text) : (struct str){0};
}

/* The same few are told again and again. */
enum { KNOWN_MOST = 200 };

static const struct person *
find_known(const struct work *w, struct str email)
{
	for (size_t i = 0; i < w->people; i++)
		if (str_eq(w->person[i].email, email))
			return &w->person[i];
	return NULL;
}

static void
keep_known(struct work *w, const struct person *one)
{
	if (w->people == KNOWN_MOST)
		return;
	GROW(w->person, w->people_cap, w->people + 1);
	w->person[w->people++] = *one;
}

static int
read_member(struct work *w, struct person *ret, struct err *err)
{
	struct buf text = {0};
	struct json *doc = NULL;
	int got = member_read(w->st, w->tenant, ret->email, &text, err);

	if (got > 0 && json_doc_own(buf_str(&text), "member", &doc, err) < 0)
		got = -1;
	if (got > 0 && json_truth(json_find(doc, "active"))) {
		ret->json = arena_str(&w->arena, buf_str(&text));
		ret->name = member_text(doc, "name", &w->arena);
		ret->manager = member_text(doc, "manager", &w->arena);
	} else if (got > 0) {
		got = 0;
	}
	json_doc_free(doc);
	buf_release(&text);
	return got;
}

int
person_read(
    struct work *w, struct str email, struct person *ret, struct err *err)
{
	const struct person *known;
	struct buf key = {0};
	int got = 0;

	memset(ret, 0, sizeof(*ret));
	if (email.n && email_normalise(email, &key)) {
		known = find_known(w, buf_str(&key));
		if (known) {
			*ret = *known;
			got = known->json.p != NULL;
		} else {
			ret->email = arena_str(&w->arena, buf_str(&key));
			got = read_member(w, ret, err);
			if (got >= 0)
				keep_known(w, ret);
		}
	}
	buf_release(&key);
	return got;
}

int
person_responsible(
    struct work *w, const struct firing *f, struct person *ret, struct err *err)
{
	int got = 0;

	memset(ret, 0, sizeof(*ret));
	if (f->told && f->told->owner.p)
		got = person_read(w, f->told->owner, ret, err);
	if (got == 0 && f->assignee.p)
		got = person_read(w, f->assignee, ret, err);
	return got;
}

/* ---- whom -------------------------------------------------------------------
 */

struct people {
	struct work *work;
	struct person *person;
	size_t count, cap;
	struct str role; /* looked for */
	struct str *found;
	size_t found_count, found_cap;
};

static void
add_person(struct people *p, const struct person *one)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->person[i].email, one->email))
			return;
	GROW(p->person, p->cap, p->count + 1);
	p->person[p->count++] = *one;
}

static int
note_role(void *context, const struct member *m, struct err *err)
{
	struct people *p = context;

	(void)err;
	if (!m->active || !str_eq(m->role, p->role))
		return 0;
	GROW(p->found, p->found_cap, p->found_count + 1);
	p->found[p->found_count++] = arena_str(&p->work->arena, m->email);
	return 0;
}

static int
add_role(struct people *p, struct str role, bool manages, struct err *err)
{
	struct work *w = p->work;

	p->role = role;
	p->found_count = 0;
	if (member_list(w->st, w->tenant, note_role, p, err) < 0)
		return -1;
	for (size_t i = 0; i < p->found_count; i++) {
		struct person one;

		if (person_read(w, p->found[i], &one, err) < 0)
			return -1;
		one.manages = manages;
		add_person(p, &one);
	}
	return p->found_count > 0;
}

/* Whose the task is has one; else all managers; else the administrators. */
static int
add_manager(struct people *p, const struct firing *f, struct err *err)
{
	struct person below, one;
	int got = 0;

	if (f->task && f->assignee.p)
		got = person_read(p->work, f->assignee, &below, err);
	if (got == 0)
		got = person_responsible(p->work, f, &below, err);
	if (got > 0)
		got = below.manager.p
			  ? person_read(p->work, below.manager, &one, err)
			  : 0;
	if (got > 0) {
		one.manages = true;
		add_person(p, &one);
		return 0;
	}
	if (got == 0)
		got = add_role(p, STR("manager"), true, err);
	return got ? got : add_role(p, STR("admin"), true, err);
}

static int
add_address(struct people *p, struct str email, struct err *err)
{
	struct person one;
	int got = person_read(p->work, email, &one, err);

	if (got >= 0 && one.email.n)
		add_person(p, &one);
	return got < 0 ? -1 : 0;
}

static int
add_told(
    struct people *p, const struct firing *f, struct str to, struct err *err)
{
	struct person one;
	int got;

	if (str_is(to, "manager"))
		return add_manager(p, f, err);
	if (str_starts(to, STR("role:")))
		return add_role(
		    p, (struct str){to.p + 5, to.n - 5}, false, err);
	if (str_is(to, "lead"))
		return f->told && f->told->email.p
			   ? add_address(p, f->told->email, err)
			   : 0;
	if (str_is(to, "assignee"))
		return f->assignee.p ? add_address(p, f->assignee, err) : 0;
	if (!str_is(to, "owner"))
		return add_address(p, to, err);
	got = person_responsible(p->work, f, &one, err);
	/* Somebody has to hear of it. */
	if (got == 0)
		return add_manager(p, f, err);
	if (got > 0)
		add_person(p, &one);
	return got < 0 ? -1 : 0;
}

int
people_told(struct work *w, struct firing *f,
    const struct automation_action *act, struct person **ret, size_t *ret_count,
    struct err *err)
{
	struct people p = {.work = w};
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < act->to_count; i++)
		rc = add_told(&p, f, act->to[i], err);
	free(p.found);
	if (rc < 0) {
		free(p.person);
		return -1;
	}
	*ret = p.person;
	*ret_count = p.count;
	return 0;
}

/* ---- words ------------------------------------------------------------------
 */

/* What a template says of a task: people by their names. */
static int
put_task(
    struct work *w, struct firing *f, struct json_writer *j, struct err *err)
{
	static const char *const members[] = {
	    "title", "due_at", "priority", "body"};
	static const char *const priorities[] = {
	    "low", "medium", "high", "critical"};
	struct person one = {0};

	if (f->assignee.p && person_read(w, f->assignee, &one, err) < 0)
		return -1;
	json_put_name(j, "task");
	json_put_object(j);
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		const struct json *n = json_find(f->task, members[i]);
		int64_t number;

		if (!n)
			continue;
		json_put_name(j, members[i]);
		if (json_type_of(n) == JSON_TYPE_NUMBER &&
		    json_as_int(n, &number, err) == 0 && number >= 0 &&
		    number < (int64_t)COUNT_OF(priorities))
			json_put_text(j, str_of(priorities[number]));
		else
			json_put_node(j, n);
	}
	if (f->assignee.p)
		json_add_text(
		    j, "assignee", one.name.p ? one.name : f->assignee);
	json_put_end(j);
	return 0;
}

/* The members of two objects in one. */
static struct str
join_objects(struct arena *a, struct str one, struct str other)
{
	if (one.n <= 2)
		return other;
	return arena_printf(a, "%.*s,%.*s", (int)one.n - 1, one.p,
	    (int)other.n - 1, other.p + 1);
}

int
people_words(struct work *w, struct firing *f, const struct person *to,
    struct template_words *ret, struct err *err)
{
	struct buf more = {0};
	struct json_writer j = {.out = &more};
	struct person owner;
	int rc = person_responsible(w, f, &owner, err);

	if (rc < 0)
		return -1;
	memset(ret, 0, sizeof(*ret));
	ret->now = w->job->moment.now;
	if (f->told)
		ret->lead = f->told->json;
	if (rc > 0)
		ret->owner = owner.json;
	json_put_object(&j);
	json_add_text(&j, "automation", str_of(f->automation->name));
	json_add_text(&j, "signal", f->signal->kind);
	if (f->signal->data.p) {
		json_put_name(&j, "fact");
		json_put_raw(&j, f->signal->data);
	}
	if (to && to->manages && to->name.p)
		json_add_text(&j, "manager", to->name);
	rc = f->task ? put_task(w, f, &j, err) : 0;
	if (rc == 0) {
		json_put_end(&j);
		ret->data = arena_str(&w->arena, buf_str(&more));
		if (f->told)
			ret->data =
			    join_objects(&w->arena, f->told->data, ret->data);
	}
	buf_release(&more);
	return rc;
}
