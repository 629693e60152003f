/* SPDX-License-Identifier: ISC */
/* Work at several series at once; what came of it is told in their order. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "series/series.h"

/* A series on its way; a ring of them. */
struct job {
	struct series s; /* with copies of its own */
	double *values;
	char *name;
	void *result;
	bool finished;
};

struct series_crew {
	const struct series_work *work;
	size_t workers; /* 0: no threads, all is done where it comes up */
	pthread_t *thread;
	pthread_mutex_t lock;
	pthread_cond_t wanted, finished;
	struct job *ring;
	size_t size;
	size_t added, taken, told; /* how many ever */
	bool over;
};

static void
job_release(struct job *j)
{
	free(j->values);
	free(j->name);
	*j = (struct job){0};
}

static void
job_copy(struct job *j, const struct series *s)
{
	size_t n = s->n;

	*j = (struct job){.s = *s};
	j->values = xcalloc(3 * n, sizeof(*j->values));
	memcpy(j->values, s->y, n * sizeof(*s->y));
	memcpy(j->values + n, s->known, n * sizeof(*s->known));
	j->s.y = j->values;
	j->s.known = j->values + n;
	if (s->of) {
		memcpy(j->values + 2 * n, s->of, n * sizeof(*s->of));
		j->s.of = j->values + 2 * n;
	}
	if (s->name.p) {
		j->name = str_dup(s->name);
		j->s.name = (struct str){j->name, s->name.n};
	}
}

static void *
run(void *crew)
{
	struct series_crew *c = crew;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		struct job *j;

		while (c->taken == c->added && !c->over)
			pthread_cond_wait(&c->wanted, &c->lock);
		if (c->taken == c->added)
			break;
		j = &c->ring[c->taken++ % c->size];
		pthread_mutex_unlock(&c->lock);
		j->result = c->work->look(c->work->context, &j->s);
		pthread_mutex_lock(&c->lock);
		j->finished = true;
		pthread_cond_signal(&c->finished);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* A thread that cannot be had is one less. */
static void
hire(struct series_crew *c)
{
	size_t wanted = c->workers;

	c->workers = 0;
	while (c->workers < wanted &&
	       pthread_create(&c->thread[c->workers], NULL, run, c) == 0)
		c->workers++;
}

struct series_crew *
series_crew_new(size_t workers, const struct series_work *work)
{
	struct series_crew *c = xcalloc(1, sizeof(*c));
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (workers == 0)
		workers = processors > 1 ? (size_t)processors : 1;
	c->work = work;
	c->size = workers * 4;
	c->ring = xcalloc(c->size, sizeof(*c->ring));
	c->thread = xcalloc(workers, sizeof(*c->thread));
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wanted, NULL);
	pthread_cond_init(&c->finished, NULL);
	if (workers > 1) {
		c->workers = workers;
		hire(c);
	}
	return c;
}

/* Tells of the oldest that was not told of, waiting for it. */
static int
tell(struct series_crew *c, struct err *err)
{
	struct job *j = &c->ring[c->told % c->size];
	int rc;

	pthread_mutex_lock(&c->lock);
	while (!j->finished)
		pthread_cond_wait(&c->finished, &c->lock);
	pthread_mutex_unlock(&c->lock);
	c->told++;
	rc = c->work->tell(c->work->context, &j->s, j->result, err);
	job_release(j);
	return rc;
}

int
series_crew_add(struct series_crew *c, const struct series *s, struct err *err)
{
	if (c->workers == 0)
		return c->work->tell(c->work->context, s,
		    c->work->look(c->work->context, s), err);
	if (c->added - c->told == c->size && tell(c, err) < 0)
		return -1;
	job_copy(&c->ring[c->added % c->size], s);
	pthread_mutex_lock(&c->lock);
	c->added++;
	pthread_cond_signal(&c->wanted);
	pthread_mutex_unlock(&c->lock);
	return 0;
}

int
series_crew_end(struct series_crew *c, struct err *err)
{
	int rc = 0;

	/* After a failure the rest is still worked through, its results are
	 * freed by whoever is told of them. */
	while (c->told < c->added)
		if (tell(c, rc < 0 ? NULL : err) < 0)
			rc = -1;
	pthread_mutex_lock(&c->lock);
	c->over = true;
	pthread_cond_broadcast(&c->wanted);
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < c->workers; i++)
		pthread_join(c->thread[i], NULL);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wanted);
	pthread_cond_destroy(&c->finished);
	free(c->thread);
	free(c->ring);
	free(c);
	return rc;
}
