# SPDX-License-Identifier: ISC
# automation: a small company for the tests of what follows from what.

# company: people, rules and three leads. A title gives 40 points, a demo 45.
company() {
	new_store
	dl-db user add -q tanaka@ao.example --name '田中 一郎' \
		--role manager >/dev/null
	dl-db user add -q abe@ao.example --name '阿部 望' --role sales \
		--manager tanaka@ao.example >/dev/null
	dl-db user add -q baba@ao.example --name '馬場 花' --role sales >/dev/null
	dl-score define -q rules - <<-'END' >/dev/null
	{"rules":[{"name":"役職あり","type":"attribute","when":"title exists","points":40},
	 {"name":"デモ","type":"behavior","event":"demo_requested","points":45}]}
	END
	dl-import leads -q <<-'END'
	{"id":"L1","email":"a@aozora.example","name":"青木 空","company":"株式会社アオゾラ","title":"部長"}
	{"id":"L2","email":"b@midori.example","name":"林 翠","company":"有限会社みどり","title":"課長"}
	{"id":"L3","email":"c@kawa.example","name":"川口 渡","company":"川商事"}
	END
}

# happens TYPE LEAD...: an event of each an hour ago.
happens() {
	local type=$1 lead
	shift
	for lead; do
		echo "{\"lead\":\"$lead\",\"type\":\"$type\",\"time\":\"2026-01-14T23:00:00Z\"}"
	done | dl-import events -q
}

# tick [OPTION...]: and what it could not do goes to tick.err.
tick() {
	dl-campaign-tick -q "$@" 2>tick.err
}
