/* SPDX-License-Identifier: ISC */
/*
 * `random 10%`: a lot is drawn for each subject by its id; whose lot is below
 * the share is in, for ever.
 */
#include "cond/cond_priv.h"

int
make_lot(struct parser *p, struct str share, struct str of, struct spot spot,
    struct spot of_spot, struct node **ret)
{
	const struct cond_catalogue *cat = p->catalogue;
	struct literal *l;
	struct node *n;

	if (p->in_where || cat->id_field >= cat->count)
		return mistake(p, spot, "there are no lots to draw here");
	if (of.p &&
	    check_name(p, of, "what the lots are drawn for", of_spot) < 0)
		return -1;
	l = arena_zalloc(&p->cond->arena, sizeof(*l));
	l->kind = LIT_NUMBER;
	if (share.n < 2 || share.p[share.n - 1] != '%' ||
	    !number_real((struct str){share.p, share.n - 1}, &l->number) ||
	    l->number <= 0 || l->number > 100)
		return mistake(p, spot,
		    "not a share above 0%% and up to 100%%: %s", quoted(share));
	if (count_parts(p, spot) < 0)
		return -1;
	n = arena_zalloc(&p->cond->arena, sizeof(*n));
	n->kind = NODE_TEST;
	n->on = (struct operand){.kind = ON_LOT, .index = cat->id_field};
	if (of.p)
		n->on.name = arena_str(&p->cond->arena, of);
	n->op = OP_LESS;
	n->type = COND_NUMBER;
	n->literals = l;
	n->literal_count = 1;
	n->depth = 8;
	p->cond->fields[cat->id_field] = true;
	*ret = n;
	return 0;
}

void
cond_salt(struct cond *c, struct str salt)
{
	c->salt = arena_str(&c->arena, salt);
}

struct str
lot_salt(const struct cond *c, const struct operand *on)
{
	return on->name.p ? on->name : c->salt.p ? c->salt : STR("");
}

int64_t
lot_limit(const struct node *test)
{
	return (int64_t)round_half_away(
	    test->literals->number / 100 * 4294967296.0);
}

bool
lot_drawn(struct view *v, const struct operand *on, int64_t *ret)
{
	struct operand field = {.kind = ON_FIELD, .index = on->index};
	struct str id;

	if (!value_text(v, &field, &id))
		return false;
	*ret = hash_lot(lot_salt(v->cond, on), id);
	return true;
}
