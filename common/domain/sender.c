/* SPDX-License-Identifier: ISC */
/*
 * Services that send for others. Their host takes mail at addresses which are
 * not those they send from, so SPF is judged by what it must include: what
 * each one's own instructions say.
 */
#include "domain/domain_priv.h"

#define ANY(name, include, ...)                    \
	{                                          \
		name, {__VA_ARGS__}, include, NULL \
	}
static const struct service services[] = {
    ANY("Google Workspace", "_spf.google.com", "google.com", "googlemail.com",
	"gmail.com"),
    ANY("Microsoft 365", "spf.protection.outlook.com", "outlook.com",
	"office365.com", "mx.microsoft"),
    ANY("Amazon SES", "amazonses.com", "amazonses.com"),
    {"Amazon SES", {"amazonaws.com"}, "amazonses.com", "email-smtp."},
    {"Amazon SES", {"amazonaws.com"}, "amazonses.com", "inbound-smtp."},
    ANY("SendGrid", "sendgrid.net", "sendgrid.net"),
    ANY("Mailgun", "mailgun.org", "mailgun.org"),
    ANY("Postmark", "spf.mtasv.net", "postmarkapp.com"),
    ANY("SparkPost", "_spf.sparkpostmail.com", "sparkpostmail.com"),
    ANY("Mailjet", "spf.mailjet.com", "mailjet.com"),
    ANY("Brevo", "spf.brevo.com", "brevo.com", "sendinblue.com"),
    ANY("Mandrill", "spf.mandrillapp.com", "mandrillapp.com"),
    ANY("Zoho Mail", "zohomail.com", "zoho.com", "zoho.jp", "zoho.eu"),
    ANY("Fastmail", "spf.messagingengine.com", "messagingengine.com",
	"fastmail.com"),
};
#undef ANY

const struct service *
service_of(struct str host)
{
	for (size_t i = 0; i < COUNT_OF(services); i++) {
		const struct service *s = &services[i];

		if (s->begin && !str_starts(host, str_of(s->begin)))
			continue;
		for (size_t k = 0; k < COUNT_OF(s->hosts) && s->hosts[k]; k++)
			if (name_is_below(host, str_of(s->hosts[k])))
				return s;
	}
	return NULL;
}
