/* SPDX-License-Identifier: ISC */
/*
 * measure: what a command costs.
 *
 *	measure FILE COMMAND [ARGUMENT...]
 *
 * Runs the command and appends one line to FILE: wall-clock seconds, peak
 * resident memory in kilobytes (of the largest process), exit status, seconds
 * of processor. Exits as the command did.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
seconds(const struct rusage *used)
{
	return (double)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) +
	       (double)(used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1e6;
}

int
main(int argc, char **argv)
{
	struct timespec begun, ended;
	struct rusage used;
	int status, code;
	pid_t child;
	FILE *f;

	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE COMMAND [ARGUMENT...]\n");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &begun);
	if ((child = fork()) < 0)
		return 1;
	if (child == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (waitpid(child, &status, 0) < 0)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &ended);
	getrusage(RUSAGE_CHILDREN, &used);
	code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if ((f = fopen(argv[1], "a")) == NULL)
		return 1;
	fprintf(f, "%.4f %ld %d %.4f\n",
	    (double)(ended.tv_sec - begun.tv_sec) +
		(double)(ended.tv_nsec - begun.tv_nsec) / 1e9,
	    used.ru_maxrss, code, seconds(&used));
	return fclose(f) == 0 ? code : 1;
}
