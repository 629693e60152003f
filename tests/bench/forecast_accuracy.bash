#!/bin/bash
# SPDX-License-Identifier: ISC
# How good forecasts are on series whose ends are known: all 3,003 of M3, the
# automatic choice and its members by class, beside the best of the published
# methods as that table has them; what share falls inside the intervals; one
# processor's seconds. Then leads of a real market place by day, week and month,
# from up to 60 earlier times, beside the naive methods. A minute. Run by
# scripts/bench forecast.
set -eu
m3=${DL_SHARED-}/data/m3
olist=${DL_SHARED-}/data/olist
methods=auto,ets-average,arima,theta,dotm,ces,snaive,naive

# within JOB VALUE LOW HIGH: a figure and whether it is where we mean it to be.
within() {
	awk -v job="$1" -v a="$2" -v low="$3" -v high="$4" 'BEGIN {
		good = a + 0 >= low + 0 && a + 0 <= high + 0
		limit = (low > 0 ? low " to " : "<= ") high
		printf "%-34s %8s  %s (%s)\n", job, a,
		    good ? "ok" : "MISSED", limit
	}'
}

if [ -e "$m3/M3-monthly-train.csv" ]; then
	sets=()
	for class in yearly quarterly monthly other; do
		sets+=("$class" "$m3/M3-$class-train.csv" "$m3/M3-$class-test.csv")
	done
	echo "M3: means over series; in80, in95: percent inside the intervals"
	forecast_table $methods "${sets[@]}" | tee m3.table
	echo "published: the four with the least sMAPE of all"
	tr -d '"' <"$m3/M3-published-methods.csv" | sort -t, -k3,3n |
		awk -F, '$2 == "all" && shown++ < 4 { printf "%-23s %15.3f %8.3f\n",
			$1, $3, $4 }'
	# of SET COLUMN: what auto has there.
	of() {
		awk -v set="$1" -v column="$2" \
			'$1 == set && $2 == "auto" { print $column }' m3.table
	}
	within "sMAPE of auto, all" "$(of all 4)" 0 12.6
	within "sMAPE of auto, monthly" "$(of monthly 4)" 0 13.75
	within "MASE of auto, all" "$(of all 5)" 0 1.39
	within "MASE of auto, monthly" "$(of monthly 5)" 0 0.848
	within "percent inside 80 %" "$(of all 7)" 76 84
	within "percent inside 95 %" "$(of all 8)" 92 97
	within "seconds of auto, 3,003 series" "$(of all 10 |
		awk '{ printf "%.1f", $1 * 3003 / 1000 }')" 0 30
else
	echo "forecast_accuracy: skipped, no M3 series under \$DL_SHARED" >&2
fi

# leads FIRST LAST: the days on which leads came, of these whole weeks or months.
leads() {
	echo "time,value"
	cut -d, -f2 "$olist/olist_marketing_qualified_leads_dataset.csv" |
		awk -v first="$1" -v last="$2" \
			'NR > 1 && $1 >= first && $1 <= last { print $1 ",1" }'
}

if [ -e "$olist/olist_marketing_qualified_leads_dataset.csv" ] &&
	command -v jq >/dev/null; then
	echo "leads of a market place: percent off (MAPE), scaled error (MASE)"
	printf '%-8s %5s %5s %9s %9s %9s %8s %8s %8s\n' by ahead times \
		auto naive snaive auto naive snaive
	leads 2017-07-03 2018-05-27 >leads.week
	leads 2017-07-01 2018-05-31 >leads.month
	cp leads.month leads.day
	for case in day:7:3 day:14:3 week:4:1 month:2:1; do
		IFS=: read -r unit ahead every <<<"$case"
		dl-forecast backtest -q --by "$unit" --duplicates sum --gaps zero \
			-H "$ahead" --origins 60 --every "$every" \
			--method auto,naive,snaive -f ndjson "leads.$unit" |
			jq -sr --arg by "$unit" --arg ahead "$ahead" '
				def of($m; $what): [.[] | select(.method == $m) |
					.[$what]][0] // "-";
				[$by, $ahead, (of("auto"; "forecasts") /
					($ahead | tonumber) | tostring),
				(("mape", "mase") as $what |
					("auto", "naive", "snaive") as $m |
					of($m; $what))] | @tsv' |
			awk '{ printf "%-8s %5s %5s %9s %9s %9s %8s %8s %8s\n",
				$1, $2, $3, $4, $5, $6, $7, $8, $9
				printf "%-34s %8.3f\n", "  MASE of auto / naive",
				    $7 / $8
				if ($9 != "-")
					printf "%-34s %8.3f  %s (<= 0.95)\n",
					    "  MASE of auto / snaive", $7 / $9,
					    ($7 <= 0.95 * $9 ? "ok" : "MISSED")
			}'
	done
else
	echo "forecast_accuracy: skipped leads, no \$DL_SHARED/data/olist or jq" >&2
fi
