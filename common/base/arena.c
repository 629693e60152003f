/* SPDX-License-Identifier: ISC */
/*
 * Arenas: memory of one row or one batch, dropped in one go. Blocks double in
 * size up to a bound; clearing keeps the largest of these, so that a steady
 * stream of rows soon allocates nothing and one huge row holds nothing. Under
 * AddressSanitizer cleared memory is poisoned, so that a slice kept too long is
 * caught.
 */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

#if defined(__SANITIZE_ADDRESS__)
#define POISONED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONED 1
#endif
#endif
#ifdef POISONED
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

struct arena_block {
	struct arena_block *next;
	size_t cap, used;
	alignas(max_align_t) char data[];
};

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 256 * 1024 };

static struct arena_block *
block_new(struct arena *a, size_t n)
{
	struct arena_block *block;
	size_t cap = a->current ? a->current->cap * 2 : FIRST_BLOCK;

	if (cap > LARGEST_BLOCK)
		cap = LARGEST_BLOCK;
	if (cap < n)
		cap = n;
	block = xmalloc(sizeof(*block) + cap);
	block->next = NULL;
	block->cap = cap;
	block->used = 0;
	ASAN_POISON_MEMORY_REGION(block->data, cap);
	if (a->current)
		a->current->next = block;
	else
		a->first = block;
	a->current = block;
	return block;
}

static void *
take(struct arena *a, size_t n, size_t align)
{
	struct arena_block *block = a->current;
	size_t at = block ? (block->used + align - 1) & ~(align - 1) : 0;
	void *p;

	if (!block || at > block->cap || n > block->cap - at) {
		block = block_new(a, n);
		at = 0;
	}
	p = block->data + at;
	block->used = at + n;
	ASAN_UNPOISON_MEMORY_REGION(p, n);
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	return take(a, n, alignof(max_align_t));
}

void *
arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

char *
arena_strdup(struct arena *a, struct str s)
{
	char *p = take(a, s.n + 1, 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct str
arena_str(struct arena *a, struct str s)
{
	if (!s.p)
		return s;
	return (struct str){arena_strdup(a, s), s.n};
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	struct buf b = {0};
	struct str s;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	s = arena_str(a, buf_str(&b));
	buf_release(&b);
	return s;
}

static void
block_free(struct arena_block *block)
{
	ASAN_UNPOISON_MEMORY_REGION(block->data, block->cap);
	free(block);
}

void
arena_clear(struct arena *a)
{
	struct arena_block *kept = NULL, *next;

	for (struct arena_block *b = a->first; b; b = next) {
		next = b->next;
		if (b->cap > LARGEST_BLOCK || (kept && b->cap <= kept->cap)) {
			block_free(b);
			continue;
		}
		if (kept)
			block_free(kept);
		kept = b;
	}
	a->first = a->current = kept;
	if (!kept)
		return;
	ASAN_POISON_MEMORY_REGION(kept->data, kept->cap);
	kept->next = NULL;
	kept->used = 0;
}

void
arena_release(struct arena *a)
{
	struct arena_block *next;

	if (!a)
		return;
	for (struct arena_block *b = a->first; b; b = next) {
		next = b->next;
		block_free(b);
	}
	*a = (struct arena){0};
}
