/* SPDX-License-Identifier: ISC */
/* Public keys whose private ones nobody has kept. */
#ifndef DOMAIN_KEYS_H
#define DOMAIN_KEYS_H

#define RSA_512                                                        \
	"MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANNjjeZW0ZLKBERuo2waZrbHVigU" \
	"Pd80oZ67gpQ0IVEiDEFGM+489KiLh+K1+Tw5FrK2pqCSQpQ3XLMhPOBwdMsC" \
	"AwEAAQ=="

#define RSA_1024                                                       \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDZVNccRskTR8xGaWaqzTNi" \
	"FuUnpahcRyn3wQ7sJwdM52vxNks7N0tfw5kwMllm1U37QipfUTr6jNqyJW/c" \
	"dDEk2YK395gZ143UCiRQ5C+Z3eboVCcDeN7GW9Pt/SJiusMkexyPkIlmb20O" \
	"aBqzVSV51JSD/a3rDPJwUFeIRk9z1QIDAQAB"

#define RSA_2048                                                       \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3ee7ys6fwisyMvze" \
	"zu/B94dnnti01zfbBb5f6l/XAkPUiIRo4n1EmjjHPAq5vFnf2U+wdm6XIQpU" \
	"qMBwGSGi6Wu8BMR85po5ij0Hkn1B2SQZoxJmfwkZQZwX+DrdvyDtoWlXISpe" \
	"we2WJVP+d04m3RphcUz66NFKlK4q2IsLubufq+PQatnGAV/LXcCxLvlYIcQ3" \
	"hbKnxIufQ2cK2lQJ2PxGz3C7t/3p4j5N5Rf25WdUxGKYw+JGeZ8x29l2AZAX" \
	"s8GJnbYI/BYPsmRH5xURlpRNcxAjsu/ugE+EkxKYdotMo85PoCrdGfyht2y6" \
	"pudn+bOGxVhDQkLIxcpIW3/N3QIDAQAB"

#define RSA_BARE                                                       \
	"MIGJAoGBAMYoPvoV5RUZVFgFRNZPNapSHubF5cQZwZsM+OLE00lev4od5Act" \
	"40AuZzf8MK8NlKaon+JkbQxV1mlLViy0s8l7Zk7VJJQSNtB7cgw/4/W2KmiF" \
	"LAYLdm6yo4vG9p8lVE7WxZElP9OEZv7lRn58uuChLIbCxvEGXlUJO+B1DWUB" \
	"AgMBAAE="

#define RSA_6144                                                       \
	"MIIDIjANBgkqhkiG9w0BAQEFAAOCAw8AMIIDCgKCAwEApcqUY3q3Yiow2yBi" \
	"drbeUQx7/meWL2enuajvgtQyOtRt5xTkUtZ4tEJJCPJMnrAy/rKwDGz0TbVB" \
	"zvSZXxM7zgG30OyMYC1mJysoBkixRfMmCLp7fYnHeMP8TAp9dY21Pb3fqXUB" \
	"ihzFcAfLvIlUfXAHojI7Uc7TirjVaW2Euq3imu1mo31hJQeYcNZOHUDTU0Mq" \
	"TJVH+bW8MkJU+BpgES1iH63MVh54835FlLGFp8SiG2Z/147HZiMC0ohNW4k4" \
	"F0UoFSjq5KmxBxBWsbN5E6toqsI+T48chCk3oV5TJCcZKirtaE2ohSRoS6PL" \
	"QC/Y3WGaZILx9IljQhaby4DXYHc8eAWETfzAyYoJnKV6+2uTAfrW0LgMPBGG" \
	"EDW+S7qbhORzfTu+6Pb1PrjHtF7LilxQl+7lba4bxuurPg6IWYnURlXGnEag" \
	"cj3bodcKi2PtC8u45+pwHHwh3eJIrx6fh2tdXHFGYBkrGbzpKMN3o+GaJMII" \
	"YsycUM2WYIUBYW0KUaEEggt5gbbNIzw2jGIxrLxqMHHXpjFB6/3fTLtT7L+a" \
	"3O3bfrI7i6bLPRefTg5p79AkWRdSPr1JHaX/qtdmDxV6dFHJckqL+8U5xPIY" \
	"Tz9DXbfdfdfk8Ip9uJt6jhfLyFQPIjRm6oWsQp6bzAiytVAfXu4vvDjsoFPI" \
	"DcyNgfYNGcp2sYv1dsZ0dPK0IdczsYf+sZbypphrTkMc+LzZh7ibFg6xprko" \
	"3qO1suwJoXkrCOujYdcCpQOAOx7yYirrVjfh911HimA0YCfEoiPKZfEZt6WV" \
	"TlIEeVTGg4FSnmZDNyHbY5m6VMalmtKs0RVlMuE5JLJERflPJNWfTlrPEW6R" \
	"oziVDz/rp3+u8OAj5WV9TPcLZjp1qgvvspn4txIjlKVzzU5t19oXRUlk+RPf" \
	"xC/X0xyu3uNfCYjUHLZzXomxBIWc2Z2QJ3tsFmE+lMhchduylRXnJDbPsEDZ" \
	"uImGUIPKmi/ErFdWaPE5EoxYqwA8jtVHrf+99rWge90cDzG1AgMBAAE="

#define ED25519 "14FOKGxMadcELXTJqflihxOpWxLgFDzCOkc6BJKjJKc="

#endif
