-- The functions statements may call, for PostgreSQL: the same names and the
-- same answers, on every input, as sqlite_functions.c gives. Text inside the
-- database has no NUL: it is written as the characters 1 1, and a character 1
-- as 1 2 (postgres_value.c), so what decodes escapes writes those too.
--
-- Folding follows Unicode as the programs know it, not as the server does:
-- the tables fold_part, fold_class and fold_pair are filled from the
-- programs' own. ASCII, kana and kanji take a short way round them.
--
-- What is called for every row is not STRICT, though it gives NULL for NULL:
-- the planner then writes it into the statement instead of calling it.

CREATE TABLE IF NOT EXISTS engine (	-- what the programs made here
	name text COLLATE "C" NOT NULL PRIMARY KEY,
	value text NOT NULL
);
CREATE TABLE IF NOT EXISTS fold_part (	-- what a character is folded to
	ch text COLLATE "C" NOT NULL PRIMARY KEY,
	parts text COLLATE "C" NOT NULL
);
CREATE TABLE IF NOT EXISTS fold_class (	-- combining marks
	ch text COLLATE "C" NOT NULL PRIMARY KEY,
	class bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS fold_pair (	-- two that become one
	a text COLLATE "C" NOT NULL,
	b text COLLATE "C" NOT NULL,
	whole text COLLATE "C" NOT NULL,
	PRIMARY KEY (a, b)
);
TRUNCATE fold_part, fold_class, fold_pair;

-- ---- folding ----------------------------------------------------------------

-- A run of text that is folded at once, the general way. (Planning anew for
-- every pair would copy the whole array into each plan.)
CREATE OR REPLACE FUNCTION dl_fold_run(s text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET plan_cache_mode TO force_generic_plan AS $$
DECLARE
	ch text[];		-- decomposed, marks in order
	class bigint[];
	done text[] := '{}';	-- composed so far
	starter integer := 0;	-- its place in done, 0 when there is none
	highest bigint := -1;	-- class of the marks behind it
	code integer;
	base integer;
	joined text;
BEGIN
	SELECT array_agg(x.c ORDER BY x.run, x.class, x.n),
		array_agg(x.class ORDER BY x.run, x.class, x.n)
	INTO ch, class
	FROM (SELECT z.c, z.n, z.class,
		sum(CASE WHEN z.class = 0 THEN 1 ELSE 0 END)
			OVER (ORDER BY z.n) AS run
		FROM (SELECT u.c, t.n * 100 + u.m AS n, coalesce((SELECT k.class
			FROM dl.fold_class AS k
			WHERE k.ch = u.c COLLATE "C"), 0) AS class
			FROM unnest(string_to_array(s, NULL))
				WITH ORDINALITY AS t(c, n),
			unnest(string_to_array(coalesce((SELECT p.parts
				FROM dl.fold_part AS p
				WHERE p.ch = t.c COLLATE "C"), t.c), NULL))
				WITH ORDINALITY AS u(c, m)) AS z) AS x;
	IF ch IS NULL THEN
		RETURN '';
	END IF;
	FOR i IN 1 .. array_length(ch, 1) LOOP
		IF starter > 0 AND class[i] > highest THEN
			code := ascii(ch[i]);
			base := ascii(done[starter]);
			-- Korean syllables follow a formula.
			IF base BETWEEN 4352 AND 4370
			    AND code BETWEEN 4449 AND 4469 THEN
				done[starter] := chr(44032 +
				    ((base - 4352) * 21 + code - 4449) * 28);
				CONTINUE;
			END IF;
			IF base BETWEEN 44032 AND 55203
			    AND (base - 44032) % 28 = 0
			    AND code BETWEEN 4519 AND 4546 THEN
				done[starter] := chr(base + code - 4519);
				CONTINUE;
			END IF;
			SELECT p.whole INTO joined FROM dl.fold_pair AS p
			WHERE p.a = done[starter] COLLATE "C"
				AND p.b = ch[i] COLLATE "C";
			IF FOUND THEN
				done[starter] := joined;
				CONTINUE;
			END IF;
		END IF;
		done := done || ch[i];
		IF class[i] <> 0 THEN
			highest := greatest(highest, class[i]);
		ELSE
			starter := array_length(done, 1);
			highest := -1;
		END IF;
	END LOOP;
	RETURN array_to_string(done, '');
END $$;

-- No more than 31 marks in a row are sorted together.
CREATE OR REPLACE FUNCTION dl_fold_general(s text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	ch text[];
	class bigint[];
	start integer := 1;
	marks integer := 0;
	done text := '';
BEGIN
	SELECT array_agg(t.c ORDER BY t.n), array_agg(coalesce((SELECT k.class
		FROM dl.fold_class AS k WHERE k.ch = t.c COLLATE "C"), 0)
		ORDER BY t.n)
	INTO ch, class
	FROM unnest(string_to_array(s, NULL)) WITH ORDINALITY AS t(c, n);
	IF ch IS NULL THEN
		RETURN '';
	END IF;
	FOR i IN 1 .. array_length(ch, 1) LOOP
		marks := CASE WHEN class[i] <> 0 THEN marks + 1 ELSE 0 END;
		IF marks > 30 OR i = array_length(ch, 1) THEN
			done := done || dl.dl_fold_run(
			    array_to_string(ch[start:i], ''));
			start := i + 1;
			marks := 0;
		END IF;
	END LOOP;
	RETURN done;
END $$;

CREATE OR REPLACE FUNCTION dl_fold(s text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN octet_length(s) = length(s) THEN lower(s COLLATE "C")
	WHEN (s COLLATE "C") !~
	    '[^\x01-\x7f\u3000-\u3029\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fef\uff01-\uff5e]'
	THEN lower(translate(s,
	    U&'\3000\FF01\FF02\FF03\FF04\FF05\FF06\FF07\FF08\FF09\FF0A\FF0B\FF0C\FF0D\FF0E\FF0F\FF10\FF11\FF12\FF13\FF14\FF15\FF16\FF17\FF18\FF19\FF1A\FF1B\FF1C\FF1D\FF1E\FF1F\FF20\FF21\FF22\FF23\FF24\FF25\FF26\FF27\FF28\FF29\FF2A\FF2B\FF2C\FF2D\FF2E\FF2F\FF30\FF31\FF32\FF33\FF34\FF35\FF36\FF37\FF38\FF39\FF3A\FF3B\FF3C\FF3D\FF3E\FF3F\FF40\FF41\FF42\FF43\FF44\FF45\FF46\FF47\FF48\FF49\FF4A\FF4B\FF4C\FF4D\FF4E\FF4F\FF50\FF51\FF52\FF53\FF54\FF55\FF56\FF57\FF58\FF59\FF5A\FF5B\FF5C\FF5D\FF5E',
	    ' !"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~')
	    COLLATE "C")
	ELSE dl_fold_general(s) END;

CREATE OR REPLACE FUNCTION dl_text_has(s text, part text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (strpos(dl_fold(s) COLLATE "C", part COLLATE "C") > 0)::integer::bigint;

CREATE OR REPLACE FUNCTION dl_text_starts(s text, part text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN starts_with(dl_fold(s) COLLATE "C", part COLLATE "C")::integer::bigint;

CREATE OR REPLACE FUNCTION dl_text_ends(s text, part text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (right(dl_fold(s), length(part)) = part COLLATE "C")::integer::bigint;

-- ---- JSON that a reader has let into the store ---------------------------------

-- The server refuses to decode some escapes that JSON allows (\u0000, half a
-- surrogate pair). So escapes are hidden from it: \\ becomes \S, \" becomes
-- \Q, then every \ is doubled. Numbers stay as they are written.
CREATE OR REPLACE FUNCTION dl_json_hidden(s text) RETURNS json
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN replace(replace(replace(s, '\\', '\S'), '\"', '\Q'), '\', '\\')::json;

-- What stood between the quotes, its escapes decoded.
CREATE OR REPLACE FUNCTION dl_json_unescaped(s text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	piece text;
	code integer;
	low integer;
	done text := '';
BEGIN
	IF strpos(s, '\') = 0 THEN
		RETURN s;
	END IF;
	FOR piece IN SELECT m[1] FROM regexp_matches(s,
	    '(\\u[dD][89abAB][[:xdigit:]]{2}\\u[dD][c-fC-F][[:xdigit:]]{2}|\\u[[:xdigit:]]{4}|\\.|[^\\]+)',
	    'g') AS m LOOP
		IF left(piece, 1) <> '\' THEN
			done := done || piece;
			CONTINUE;
		END IF;
		IF substr(piece, 2, 1) <> 'u' OR length(piece) < 6 THEN
			done := done || CASE substr(piece, 2, 1)
			    WHEN 'S' THEN '\' WHEN 'Q' THEN '"'
			    WHEN 'b' THEN chr(8) WHEN 'f' THEN chr(12)
			    WHEN 'n' THEN chr(10) WHEN 'r' THEN chr(13)
			    WHEN 't' THEN chr(9) ELSE substr(piece, 2, 1) END;
			CONTINUE;
		END IF;
		code := ('x' || substr(piece, 3, 4))::bit(16)::integer;
		IF length(piece) = 12 THEN
			low := ('x' || substr(piece, 9, 4))::bit(16)::integer;
			code := 65536 + (code - 55296) * 1024 + low - 56320;
		END IF;
		done := done || CASE
		    WHEN code = 0 THEN chr(1) || chr(1)
		    WHEN code = 1 THEN chr(1) || chr(2)
		    WHEN code BETWEEN 55296 AND 57343 THEN chr(65533)
		    ELSE chr(code) END;
	END LOOP;
	RETURN done;
END $$;

-- A hidden value as the text it stands for; NULL for null.
CREATE OR REPLACE FUNCTION dl_json_shown(v json) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE json_typeof(v)
	WHEN 'null' THEN NULL
	WHEN 'string' THEN dl_json_unescaped(v #>> '{}')
	ELSE replace(replace(replace(v::text, '\\', '\'), '\Q', '\"'), '\S', '\\')
	END;

CREATE OR REPLACE FUNCTION dl_attr_hidden(attrs text, key text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT dl_json_shown(e.value)
	FROM json_each(dl_json_hidden(attrs)) WITH ORDINALITY AS e(key, value, n)
	WHERE dl_json_unescaped(e.key) COLLATE "C" = dl_attr_hidden.key
	ORDER BY e.n DESC LIMIT 1);

-- An attribute as text, numbers as written; of a name written twice the last
-- value counts.
CREATE OR REPLACE FUNCTION dl_attr_text(attrs text, key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN left(ltrim(attrs, E' \t\n\r'), 1) <> '{' THEN NULL
	WHEN strpos(attrs, '\') = 0 THEN attrs::json ->> key
	ELSE dl_attr_hidden(attrs, key) END;

CREATE OR REPLACE FUNCTION dl_real_long(s text) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	part text[];
	ahead numeric;
BEGIN
	RETURN s::double precision;
EXCEPTION WHEN numeric_value_out_of_range THEN
	-- Too large is no number, too small is 0: where does it begin?
	part := regexp_match(s,
	    '^[-+]?([0-9]+)(?:\.(0*)[0-9]*)?(?:[eE]([-+]?[0-9]+))?$');
	ahead := CASE WHEN part[1] <> '0' THEN length(part[1])
	    ELSE -length(coalesce(part[2], '')) END;
	IF ahead + coalesce(part[3], '0')::numeric > 0 THEN
		RETURN NULL;
	END IF;
	RETURN CASE WHEN left(s, 1) = '-' THEN '-0' ELSE '0' END;
END $$;

-- A text that reads as a number.
CREATE OR REPLACE FUNCTION dl_real(s text) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN s !~ '^[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$'
	THEN NULL
	WHEN length(s) < 100 AND s !~ '[eE]' THEN s::double precision
	ELSE dl_real_long(s) END;

CREATE OR REPLACE FUNCTION dl_attr_real(attrs text, key text)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN dl_real(dl_attr_text(attrs, key));

-- The elements of a JSON array as texts, without nulls.
CREATE OR REPLACE FUNCTION dl_items(list text) RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
	IF left(ltrim(list, E' \t\n\r'), 1) <> '[' THEN
		RETURN;
	END IF;
	IF strpos(list, '\') = 0 THEN
		RETURN QUERY SELECT e.v
		FROM json_array_elements_text(list::json) AS e(v)
		WHERE e.v IS NOT NULL;
	ELSE
		RETURN QUERY SELECT x.v FROM (SELECT dl.dl_json_shown(e.v) AS v
			FROM json_array_elements(dl.dl_json_hidden(list)) AS e(v))
			AS x
		WHERE x.v IS NOT NULL;
	END IF;
END $$;

CREATE OR REPLACE FUNCTION dl_list_count(list text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT count(*) FROM dl_items(list) AS i(v));

CREATE OR REPLACE FUNCTION dl_list_has(list text, value text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN EXISTS (SELECT 1 FROM dl_items(list) AS i(v)
	WHERE i.v COLLATE "C" = value) THEN 1 ELSE 0 END;

CREATE OR REPLACE FUNCTION dl_list_has_folded(list text, value text)
RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN EXISTS (SELECT 1 FROM dl_items(list) AS i(v)
	WHERE dl_fold(i.v) COLLATE "C" = value) THEN 1 ELSE 0 END;

CREATE OR REPLACE FUNCTION dl_list_any(list text, wanted text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN EXISTS (SELECT 1 FROM dl_items(list) AS i(v)
	JOIN dl_items(wanted) AS w(v) ON i.v COLLATE "C" = w.v)
	THEN 1 ELSE 0 END;

CREATE OR REPLACE FUNCTION dl_list_starts(list text, part text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN EXISTS (SELECT 1 FROM dl_items(list) AS i(v)
	WHERE dl_text_starts(i.v, part) = 1) THEN 1 ELSE 0 END;

CREATE OR REPLACE FUNCTION dl_list_ends(list text, part text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN EXISTS (SELECT 1 FROM dl_items(list) AS i(v)
	WHERE dl_text_ends(i.v, part) = 1) THEN 1 ELSE 0 END;

-- ---- time ---------------------------------------------------------------------

-- Rounds down, also below zero.
CREATE OR REPLACE FUNCTION dl_floor_div(a bigint, b bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN a % b < 0 THEN a / b - 1 ELSE a / b END;

-- Days since 1970 of a day in the Gregorian calendar: years are counted from
-- March, and 1,000 times 400 years are added that none is below zero.
CREATE OR REPLACE FUNCTION dl_days(year bigint, month bigint, day bigint)
RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	y bigint := year + 400000 - CASE WHEN month <= 2 THEN 1 ELSE 0 END;
BEGIN
	RETURN y * 365 + y / 4 - y / 100 + y / 400
	    + (153 * ((month + 9) % 12) + 2) / 5 + day - 1
	    - 719468 - 146097000;
END $$;

-- Offset of a zone in ms east of UTC at a moment; the server's time zones.
CREATE OR REPLACE FUNCTION dl_zone_offset(zone text, at bigint) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	seconds bigint := least(greatest(CASE WHEN at % 1000 < 0
	    THEN at / 1000 - 1 ELSE at / 1000 END, -62200000000), 253500000000);
BEGIN
	RETURN (date_part('epoch', to_timestamp(seconds) AT TIME ZONE zone)
	    - seconds)::bigint * 1000;
END $$;

-- Which moment shows a local time; of two the earlier one, and where clocks
-- went forward, on from before.
CREATE OR REPLACE FUNCTION dl_moment(zone text, local bigint) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	before bigint;
	after bigint;
	before_fits boolean;
	after_fits boolean;
BEGIN
	before := local - dl.dl_zone_offset(zone, local - 86400000);
	after := local - dl.dl_zone_offset(zone, local + 86400000);
	before_fits := before + dl.dl_zone_offset(zone, before) = local;
	after_fits := after + dl.dl_zone_offset(zone, after) = local;
	IF before_fits AND after_fits THEN
		RETURN least(before, after);
	END IF;
	RETURN CASE WHEN after_fits THEN after ELSE before END;
END $$;

-- A text that reads as a time, as time_parse() reads it.
CREATE OR REPLACE FUNCTION dl_time(s text, zone text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	part text[];
	year bigint;
	month bigint;
	day bigint;
	local bigint;
	at bigint;
BEGIN
	part := regexp_match(s,
	    '^([0-9]{4})-([0-9][0-9])-([0-9][0-9])(?:[Tt ]([0-9][0-9]):([0-9][0-9])(?::([0-9][0-9])(?:[.,]([0-9]{1,18}))?)?(?: ?(?:([Zz])|([+-])([0-9][0-9])(?::?([0-9][0-9]))?))?)?$');
	IF part IS NULL THEN
		RETURN NULL;
	END IF;
	year := part[1];
	month := part[2];
	day := part[3];
	IF year < 1 OR month < 1 OR month > 12 OR day < 1
	    OR day > dl.dl_days(CASE WHEN month = 12 THEN year + 1 ELSE year END,
		month % 12 + 1, 1) - dl.dl_days(year, month, 1)
	    OR part[4]::integer > 23 OR part[5]::integer > 59
	    OR part[6]::integer > 60 OR part[10]::integer > 23
	    OR part[11]::integer > 59 THEN
		RETURN NULL;
	END IF;
	local := dl.dl_days(year, month, day) * 86400000
	    + coalesce(part[4]::bigint, 0) * 3600000
	    + coalesce(part[5]::bigint, 0) * 60000
	    + coalesce(part[6]::bigint, 0) * 1000
	    + coalesce(rpad(left(part[7], 3), 3, '0')::bigint, 0);
	IF part[8] IS NOT NULL THEN
		at := local;
	ELSIF part[9] IS NOT NULL THEN
		at := local - (part[9] || '1')::bigint
		    * (part[10]::bigint * 3600000
			+ coalesce(part[11]::bigint, 0) * 60000);
	ELSE
		at := dl.dl_moment(zone, local);
	END IF;
	RETURN CASE WHEN at BETWEEN -62135596800000 AND 253402300799999
		THEN at END;
END $$;

CREATE OR REPLACE FUNCTION dl_attr_time(attrs text, key text, zone text)
RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN dl_time(dl_attr_text(attrs, key), zone);

-- The start of the hour, day, week, month, quarter or year that holds the
-- moment in the zone.
CREATE OR REPLACE FUNCTION dl_bucket(at bigint, unit text, zone text)
RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	shift bigint := dl.dl_zone_offset(zone, at);
	days bigint := dl.dl_floor_div(at + shift, 86400000);
	start bigint;
	low bigint;
	middle bigint;
	z bigint;
	era bigint;
	doe bigint;
	yoe bigint;
	doy bigint;
	mp bigint;
	year bigint;
	month bigint;
BEGIN
	IF unit = 'hour' THEN
		start := at - ((at + shift)
		    - dl.dl_floor_div(at + shift, 3600000) * 3600000);
		IF dl.dl_zone_offset(zone, start) = shift THEN
			RETURN start;
		END IF;
		low := start;
		start := at;
		WHILE start - low > 1 LOOP
			middle := low + (start - low) / 2;
			IF dl.dl_zone_offset(zone, middle) = shift THEN
				start := middle;
			ELSE
				low := middle;
			END IF;
		END LOOP;
		RETURN start;
	END IF;
	-- The calendar's day, counted in eras of 400 years from March.
	z := days + 719468;
	era := dl.dl_floor_div(z, 146097);
	doe := z - era * 146097;
	yoe := (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy := doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp := (5 * doy + 2) / 153;
	month := CASE WHEN mp < 10 THEN mp + 3 ELSE mp - 9 END;
	year := yoe + era * 400 + CASE WHEN month <= 2 THEN 1 ELSE 0 END;
	CASE unit
	WHEN 'day' THEN
		start := days;
	WHEN 'week' THEN
		start := days - (days + 3 - dl.dl_floor_div(days + 3, 7) * 7);
	WHEN 'month' THEN
		start := dl.dl_days(year, month, 1);
	WHEN 'quarter' THEN
		start := dl.dl_days(year, month - (month - 1) % 3, 1);
	WHEN 'year' THEN
		start := dl.dl_days(year, 1, 1);
	ELSE
		RAISE EXCEPTION 'dl_bucket: unknown unit or time zone';
	END CASE;
	RETURN dl.dl_moment(zone, start * 86400000);
END $$;

-- When the day of a moment comes round for the first time at or after low, a
-- year or more later; 29 February on the 28th where there is none.
CREATE OR REPLACE FUNCTION dl_anniversary(at bigint, low bigint, zone text)
RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	born date;
	year bigint;
	day bigint;
	start bigint;
BEGIN
	IF at NOT BETWEEN -62135596800000 AND 253402300799999 THEN
		RETURN NULL;
	END IF;
	born := date '1970-01-01' + dl.dl_floor_div(
	    at + dl.dl_zone_offset(zone, at), 86400000)::integer;
	year := greatest(date_part('year', born) + 1, date_part('year',
	    date '1970-01-01' + dl.dl_floor_div(
	    low + dl.dl_zone_offset(zone, low), 86400000)::integer));
	LOOP
		day := date_part('day', born);
		IF day = 29 AND date_part('month', born) = 2 AND (year % 4 <> 0
		    OR (year % 100 = 0 AND year % 400 <> 0)) THEN
			day := 28;
		END IF;
		start := dl.dl_moment(zone, dl.dl_days(year,
		    date_part('month', born)::bigint, day) * 86400000);
		IF start >= low THEN
			RETURN start;
		END IF;
		year := year + 1;
	END LOOP;
END $$;

-- ---- lots ---------------------------------------------------------------------

-- A lot drawn for a name, of 2^32, from the text as the programs have it.
CREATE OR REPLACE FUNCTION dl_lot(salt text, name text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ('x' || left(encode(sha256(convert_to(
	replace(salt || chr(10) || name, chr(1) || chr(2), chr(1)),
	'UTF8')), 'hex'), 8))::bit(32)::bigint;
