#!/bin/bash
# SPDX-License-Identifier: ISC
# Anomalies as they come, on series in which people have marked them, beside
# the mean and three standard deviations of the points before. How it is
# counted stands in forecast_anomaly.c. Run by scripts/bench forecast.
nab=${DL_SHARED-}/data/nab
[ -e "$nab/windows.json" ] ||
	{ echo "anomalies: skipped, no \$DL_SHARED/data/nab here" && exit 0; }
echo "anomalies, without a look ahead"
forecast_anomaly "$nab" |
	awk '{ print } END { print ($NF >= 1.5 ? "ok" : "MISSED") " (>= 1.5)" }'
