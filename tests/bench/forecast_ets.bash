#!/bin/bash
# SPDX-License-Identifier: ISC
# forecast_ets: exponential smoothing beside R's package forecast, on every
# 15th series of M3, every form and the chosen one: how many of our fits are as
# likely (within 1e-4, relative) or likelier, and what both cost. Run by
# scripts/bench in its folder; takes R three minutes.
set -eu
data=${DL_SHARED:-}/data/m3
if ! [ -e "$data/M3-monthly-train.csv" ]; then
	echo "forecast_ets: skipped, no M3 series under \$DL_SHARED" >&2
	exit 0
fi
if ! Rscript -e 'library(forecast)' >/dev/null 2>&1; then
	echo "forecast_ets: skipped, no R with the package forecast" >&2
	exit 0
fi
here=$(cd "$(dirname "$0")" && pwd)
every=${DL_BENCH_EVERY:-15}
rm -f ets.ours ets.theirs
for kind in yearly quarterly monthly other; do
	forecast_ets "$every" <"$data/M3-$kind-train.csv" >>ets.ours
	[ -e "ets.theirs-$kind-$every" ] || {
		Rscript "$here/forecast_ets.R" "$every" \
			<"$data/M3-$kind-train.csv" >ets.making
		mv ets.making "ets.theirs-$kind-$every"
	}
	cat "ets.theirs-$kind-$every" >>ets.theirs
done
# The name of the method holds commas.
tr -d '()" ' <ets.theirs | sed 's/ETS\(.\),\([^,]*\),\(.\),/\1\2\3,/' >ets.peer
tr -d '()" ' <ets.ours | sed 's/ETS\(.\),\([^,]*\),\(.\),/\1\2\3,/' |
	awk -F, '
	NR == FNR { peer[$1, $2] = $4; aicc[$1, $2] = $5; cost[$1, $2] = $10
		next }
	!(($1, $2) in peer) { next }
	{
		size = peer[$1, $2] < 0 ? -peer[$1, $2] : peer[$1, $2]
		off = $4 - peer[$1, $2]
		if ($2 == "auto") {
			# What is chosen differs; what it is chosen by must not.
			chosen++
			size = aicc[$1, $2] < 0 ? -aicc[$1, $2] : aicc[$1, $2]
			chosen_well += $5 - aicc[$1, $2] <= 1e-4 * size
			ours += $10; theirs += cost[$1, $2]
			next
		}
		fits++
		good += off >= -1e-4 * size
		better += off > 1e-4 * size
	}
	function share(job, part, all) {
		printf "%-34s %7.2f%%  %s\n", job, 100 * part / all,
		    (part >= 0.95 * all ? "ok (>= 95)" : "MISSED (>= 95)")
	}
	END {
		if (!fits || !chosen)
			exit 1
		printf "%-34s %8d\n", "ets: fits of a given form", fits
		share("  as likely as by R, or more", good, fits)
		printf "%-34s %7.2f%%\n", "  likelier", 100 * better / fits
		share("  chosen: AICc as small, or smaller", chosen_well, chosen)
		printf "%-34s %8.3f  %-22s %8.3f  %6.4f\n",
		    "  ms to choose and forecast", 1000 * ours / chosen,
		    "R forecast::ets", 1000 * theirs / chosen, ours / theirs
	}' ets.peer -
