/* SPDX-License-Identifier: ISC */
/*
 * Where we do not go. A name is judged by the list it must be on; an address
 * when it is connected to, so that a name which resolves otherwise the second
 * time gains nothing.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>

#include "net/net_priv.h"

/* The special-purpose registries of IANA (RFC 6890 and what came later): what
 * is not globally reachable, and multicast. */
static const struct {
	unsigned char prefix[4];
	unsigned bits;
} private4[] = {
    {{0, 0, 0, 0}, 8},
    {{10, 0, 0, 0}, 8},
    {{100, 64, 0, 0}, 10},
    {{127, 0, 0, 0}, 8},
    {{169, 254, 0, 0}, 16},
    {{172, 16, 0, 0}, 12},
    {{192, 0, 0, 0}, 24},
    {{192, 0, 2, 0}, 24},
    {{192, 88, 99, 0}, 24},
    {{192, 168, 0, 0}, 16},
    {{198, 18, 0, 0}, 15},
    {{198, 51, 100, 0}, 24},
    {{203, 0, 113, 0}, 24},
    {{224, 0, 0, 0}, 3},
};

static const struct {
	unsigned char prefix[16];
	unsigned bits;
	int inside; /* where an IPv4 address is in it; -1: none */
} private6[] = {
    {{[10] = 0xff, [11] = 0xff}, 96, 12}, /* ::ffff:192.0.2.1 */
    {{0, 0x64, 0xff, 0x9b}, 96, 12},      /* NAT64 */
    {{0x20, 0x02}, 16, 2},                /* 6to4 */
    {{0}, 8, -1},                         /* ::, ::1, and all below 100:: */
    {{1}, 64, -1},                        /* discard */
    {{0x20, 0x01, 0, 0}, 23, -1},         /* Teredo and other protocols */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, -1},   /* documentation */
    {{0x3f, 0xff}, 20, -1},               /* documentation */
    {{0x5f, 0}, 16, -1},                  /* segment routing */
    {{0xfc}, 7, -1},                      /* unique local */
    {{0xfe, 0x80}, 10, -1},               /* link-local */
    {{0xfe, 0xc0}, 10, -1},               /* site-local */
    {{0xff}, 8, -1},                      /* multicast */
};

static bool
has_prefix(const unsigned char *p, const unsigned char *prefix, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(p, prefix, whole) == 0 &&
	       (rest == 0 || (p[whole] ^ prefix[whole]) >> (8 - rest) == 0);
}

static bool
is_private4(const unsigned char p[4])
{
	for (size_t i = 0; i < COUNT_OF(private4); i++)
		if (has_prefix(p, private4[i].prefix, private4[i].bits))
			return true;
	return false;
}

static bool
is_private6(const unsigned char p[16])
{
	for (size_t i = 0; i < COUNT_OF(private6); i++)
		if (has_prefix(p, private6[i].prefix, private6[i].bits))
			return private6[i].inside < 0 ||
			       is_private4(p + private6[i].inside);
	return false;
}

bool
address_is_private(const struct sockaddr *address)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;

	if (address->sa_family == AF_INET) {
		memcpy(&four, address, sizeof(four));
		return is_private4((unsigned char *)&four.sin_addr);
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&six, address, sizeof(six));
		return is_private6(six.sin6_addr.s6_addr);
	}
	return true;
}

bool
address_is_loopback(const struct sockaddr *address)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;

	if (address->sa_family == AF_INET) {
		memcpy(&four, address, sizeof(four));
		return ntohl(four.sin_addr.s_addr) >> 24 == 127;
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&six, address, sizeof(six));
		return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
	}
	return false;
}

/* What is said to be this machine; whether it is shows when connecting. */
bool
host_is_loopback(const char *host)
{
	struct in_addr four;

	return strcasecmp(host, "localhost") == 0 ||
	       strcmp(host, "[::1]") == 0 ||
	       (inet_pton(AF_INET, host, &four) == 1 &&
		   ntohl(four.s_addr) >> 24 == 127);
}

bool
net_is_private(const char *address)
{
	unsigned char p[16];

	if (inet_pton(AF_INET, address, p) == 1)
		return is_private4(p);
	if (inet_pton(AF_INET6, address, p) == 1)
		return is_private6(p);
	return true;
}

bool
host_is_allowed(struct str host, const char *const *hosts)
{
	if (!hosts)
		return true;
	if (host.n && host.p[host.n - 1] == '.')
		host.n--;
	for (; *hosts; hosts++) {
		size_t n = strlen(*hosts);

		if (n == host.n && strncasecmp(*hosts, host.p, n) == 0)
			return true;
		if ((*hosts)[0] == '.' && host.n > n &&
		    strncasecmp(*hosts, host.p + host.n - n, n) == 0)
			return true;
	}
	return false;
}
