/* SPDX-License-Identifier: ISC */
/*
 * dns-probe: the DNS client on a command line, for tests with a real server.
 *
 *	dns-probe [-c CONFIGURATION] [-t MS] [-n TRIES] [-r RESOLVER]
 *	    TYPE:NAME...
 *
 * Prints "outcome TAB name TAB data" for each record, or one line for none.
 */
#include <arpa/inet.h>
#include <unistd.h>

#include "net/dns.h"

static const char *const outcomes[] = {"found", "empty", "no name", "failed"};

static enum dns_type
type_of(struct str word)
{
	return str_is(word, "A")      ? DNS_A
	       : str_is(word, "AAAA") ? DNS_AAAA
	       : str_is(word, "MX")   ? DNS_MX
	       : str_is(word, "PTR")  ? DNS_PTR
				      : DNS_TXT;
}

static void
tell(enum dns_type type, const struct dns_answer *a)
{
	if (a->count == 0)
		printf("%s\t%.*s\t%s\n", outcomes[a->outcome], STR_ARG(a->name),
		    a->why ? a->why : "");
	for (size_t i = 0; i < a->count; i++) {
		const struct dns_record *r = &a->records[i];
		char text[INET6_ADDRSTRLEN];

		printf("%s\t%.*s\t", outcomes[a->outcome], STR_ARG(a->name));
		if (type == DNS_A || type == DNS_AAAA)
			printf("%s\n",
			    inet_ntop(type == DNS_A ? AF_INET : AF_INET6,
				r->data.p, text, sizeof(text)));
		else if (type == DNS_MX)
			printf("%u %.*s\n", r->preference, STR_ARG(r->data));
		else
			printf("%.*s\n", STR_ARG(r->data));
	}
}

int
main(int argc, char **argv)
{
	struct dns_options o = {0};
	struct arena arena = {0};
	struct err err = {0};
	struct dns *dns;
	int letter;

	while ((letter = getopt(argc, argv, "c:t:n:r:")) != -1)
		switch (letter) {
		case 'c':
			o.configuration = optarg;
			break;
		case 't':
			o.timeout_ms = strtol(optarg, NULL, 10);
			break;
		case 'n':
			o.tries = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'r':
			o.resolver = optarg;
			break;
		default:
			return 2;
		}
	if (dns_open(&o, &dns, &err) < 0) {
		printf("error\t%s\n", err.text);
		return 2;
	}
	for (int i = optind; i < argc; i++) {
		struct str name = str_of(argv[i]), type;
		struct dns_answer a;

		str_cut(&name, ':', &type);
		dns_ask(dns, name, type_of(type), &arena, &a);
		tell(type_of(type), &a);
	}
	dns_close(dns);
	arena_release(&arena);
	return 0;
}
