/* SPDX-License-Identifier: ISC */
/* Values of HTTP headers: read (Retry-After) and made (a signature). */
#include "net/net_priv.h"

bool
http_retry_after(struct str value, int64_t now, int64_t *ret)
{
	/* The three forms of a date that RFC 9110 (5.6.7) has us read. */
	static const char *const formats[] = {"%a, %d %b %Y %H:%M:%S GMT",
	    "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};
	int64_t n;

	value = str_trim(value);
	if (value.n && value.p[0] >= '0' && value.p[0] <= '9' &&
	    number_int(value, &n)) {
		*ret = n > TIME_MAX / MS_SECOND ? TIME_MAX : n * MS_SECOND;
		return true;
	}
	for (size_t i = 0; value.n && i < COUNT_OF(formats); i++)
		if (time_parse_format(value, formats[i], zone_utc(), &n)) {
			*ret = n > now ? n - now : 0;
			return true;
		}
	return false;
}

int
http_basic(struct buf *ret, const struct login *l, struct err *err)
{
	struct buf pair = {0};

	if (strchr(l->user, ':'))
		return err_set(err, ERR_USAGE,
		    "a user with a colon cannot log in by HTTP Basic");
	buf_addf(&pair, "%s:%s", l->user, l->secret);
	buf_addstr(ret, "Authorization: Basic ");
	buf_addbase64(ret, buf_str(&pair));
	buf_wipe(&pair);
	return 0;
}

void
http_sign(struct buf *ret, struct str secret, int64_t now, struct str body)
{
	unsigned char digest[SHA256_BYTES];
	struct buf text = {0};

	buf_addf(&text, "%lld.", (long long)(now / MS_SECOND));
	buf_addf(ret, "t=%lld,v1=", (long long)(now / MS_SECOND));
	buf_adds(&text, body);
	hmac_sha256(secret, buf_str(&text), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		buf_addf(ret, "%02x", digest[i]);
	buf_release(&text);
}
