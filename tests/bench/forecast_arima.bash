#!/bin/bash
# SPDX-License-Identifier: ISC
# forecast_arima: ARIMA of given orders beside R's stats::arima, on 200 series
# of M3: how many of our fits are as likely (within 1e-4, relative) or likelier,
# and what both cost; for every tenth the time to choose the orders. Run by
# scripts/bench in its folder; takes R two minutes.
set -eu
data=${DL_SHARED:-}/data/m3
if ! [ -e "$data/M3-monthly-train.csv" ]; then
	echo "forecast_arima: skipped, no M3 series under \$DL_SHARED" >&2
	exit 0
fi
if ! Rscript -e 'library(forecast)' >/dev/null 2>&1; then
	echo "forecast_arima: skipped, no R with the package forecast" >&2
	exit 0
fi
here=$(cd "$(dirname "$0")" && pwd)
for kind in yearly quarterly monthly other; do
	sed 1d "$data/M3-$kind-train.csv"
done >arima.series
[ -e arima.theirs ] || {
	Rscript "$here/forecast_arima.R" 200 <arima.series >arima.making
	mv arima.making arima.theirs
}
# Fits that R could not make are not compared.
forecast_arima arima.theirs <arima.series | awk -F, '
	{ key = $1 ($2 == "auto") }
	NR == FNR { peer[key] = $(NF - 1); cost[key] = $NF; next }
	$2 == "auto" {
		chosen++
		ours_auto += $NF
		theirs_auto += cost[key]
		next
	}
	peer[key] == "NA" { next }
	{
		size = peer[key] < 0 ? -peer[key] : peer[key]
		off = $(NF - 1) - peer[key]
		fits++
		good += off >= -1e-4 * size
		better += off > 1e-4 * size
		ours += $NF
		theirs += cost[key]
	}
	function beside(job, a, peer, b, n) {
		printf "%-34s %8.3f  %-22s %8.3f  %6.4f\n", job, 1000 * a / n,
		    peer, 1000 * b / n, a / b
	}
	END {
		if (!fits || !chosen)
			exit 1
		printf "%-34s %8d\n", "arima: fits of a given order", fits
		printf "%-34s %7.2f%%  %s\n", "  as likely as by R, or more",
		    100 * good / fits,
		    (good >= 0.95 * fits ? "ok (>= 95)" : "MISSED (>= 95)")
		printf "%-34s %7.2f%%\n", "  likelier", 100 * better / fits
		beside("  ms a fit", ours, "R stats::arima", theirs, fits)
		beside("  ms to choose", ours_auto, "R auto.arima", theirs_auto,
		    chosen)
	}' arima.theirs -
