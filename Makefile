# SPDX-License-Identifier: ISC
# make [CC=clang] [SAN=1 | COV=1 | FUZZ=1] [WERROR=1] [V=1] [TARGET]
# Everything built lies under $(B); each variant has a folder of its own.
# No list of files to edit: a source is built because it is there.

VERSION = 0.1.0
CC      = cc
PREFIX  = /usr/local
DESTDIR =
MANDIR  = $(PREFIX)/share/man
clang  := $(if $(findstring clang,$(CC)),-clang)
B       = build$(if $(FUZZ),-fuzz,$(clang)$(if $(SAN),-san)$(if $(COV),-cov))

WARN = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
       -Wmissing-prototypes -Wwrite-strings -Wvla -Wpointer-arith \
       -Wundef -Wno-unused-parameter -Wno-sign-conversion \
       -Wno-string-conversion $(if $(WERROR),-Werror)
OPT  = -O2 -g
SANITIZE = address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ifdef SAN
OPT  = -O1 -g -fsanitize=$(SANITIZE) -DUNIT_BRIEF
endif
ifdef FUZZ
OPT  = -O1 -g -fsanitize=fuzzer-no-link,$(SANITIZE)
endif
ifdef COV
OPT  = -O0 -g --coverage -fprofile-update=atomic -DDL_COVERAGE -DUNIT_BRIEF
endif
PKGS     := sqlite3 jansson libutf8proc
PKG_CPP  := $(shell pkg-config --cflags $(PKGS) libpq libcurl) # loaded when wanted
PKG_LIBS := $(shell pkg-config --libs $(PKGS))
# Sums and products are rounded as written: the same numbers everywhere.
CFLAGS   += -std=c11 -ffp-contract=off $(OPT) $(WARN)
CPPFLAGS += -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
            -DDL_VERSION='"$(VERSION)"' -Icommon -I$(B)/gen $(PKG_CPP)
LDLIBS   += -Wl,--as-needed $(PKG_LIBS) -lcsv -lxlsxwriter -lm -lpthread -ldl

built    = $(patsubst $(1)/%.c,$(B)/$(2)/%,$(wildcard $(1)/$(3).c))
PROGRAMS = $(call built,cmd,bin,dl-*)
UNITS    = $(call built,tests/unit,unit,*_test)
TOOLS    = $(call built,tests/tools,tools,*)
BENCHES  = $(call built,tests/bench,bench,*)
FUZZERS  = $(call built,tests/fuzz,fuzz,*_fuzz)
MANUALS  = $(wildcard man/*.[157])
SQLS     = $(wildcard common/*/*.sql)
MIGRATE  = $(sort $(wildcard common/store/migrate/*.sql))
GEN_H    = $(SQLS:common/%=$(B)/gen/%.h)
TEXTS    = $(wildcard common/*/*.json common/store/postgres/*.sql)
GEN_C    = $(SQLS:common/%=$(B)/gen/%.c) $(B)/gen/statements.c \
           $(B)/gen/migrations.c $(TEXTS:common/%=$(B)/gen/%.c)
OBJS     = $(patsubst %.c,$(B)/obj/%.o,$(wildcard common/*/*.c)) \
           $(GEN_C:.c=.o)

Q     = $(if $(V),,@)
quiet = $(findstring s,$(firstword -$(MAKEFLAGS)))
say   = $(if $(V),,@$(if $(quiet),,printf '  %-5s %s\n' $(1) $(@:$(B)/%=%);))
link  = $(call say,LD)mkdir -p $(@D) && \
        $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(B)/libdl.a $(LDLIBS)
cc    = $(call say,CC)mkdir -p $(@D) && \
        $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
# The new text replaces the old one only when it differs.
made  = mkdir -p $(@D) && $(1) >$@.tmp && \
        if cmp -s $@.tmp $@; then rm $@.tmp; else mv $@.tmp $@; fi

all: $(B)/libdl.a $(PROGRAMS)
units: $(UNITS)
unit: units
	$(Q)code=0; for t in $(UNITS); do $$t || code=1; done; exit $$code
tools: $(TOOLS)
benches: $(BENCHES)
fuzzers: $(FUZZERS)

$(B)/libdl.a: $(OBJS)
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $(OBJS)
$(B)/bin/%: $(B)/obj/cmd/%.o $(B)/libdl.a
	$(link)
$(B)/unit/%: $(B)/obj/tests/unit/%.o $(B)/libdl.a
	$(link)
$(B)/tools/%: $(B)/obj/tests/tools/%.o $(B)/libdl.a
	$(link)
$(B)/bench/%: $(B)/obj/tests/bench/%.o $(B)/libdl.a
	$(link)
$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/libdl.a
	$(link) -fsanitize=fuzzer
$(B)/obj/%.o: %.c Makefile | $(GEN_H)
	$(cc)
$(B)/gen/%.o: $(B)/gen/%.c Makefile | $(GEN_H)
	$(cc)

# Named SQL becomes C: common/ROOM/NAME.sql -> gen/ROOM/NAME.sql.{h,c}.
$(B)/gen/%.sql.h: common/%.sql scripts/sql2c.awk
	$(call say,SQL)mkdir -p $(@D) && \
	    awk -v mode=h -f scripts/sql2c.awk $< >$@.tmp && mv $@.tmp $@
$(B)/gen/%.sql.c: common/%.sql scripts/sql2c.awk
	$(call say,SQL)mkdir -p $(@D) && \
	    awk -v mode=c -f scripts/sql2c.awk $< >$@.tmp && mv $@.tmp $@
# A document becomes a string: common/ROOM/NAME.json -> NAME_json[].
$(B)/gen/%.json.c: common/%.json scripts/text2c.awk
	$(call say,TEXT)mkdir -p $(@D) && LC_ALL=C awk \
	    -v name=$(notdir $*)_json -f scripts/text2c.awk $< >$@.tmp && \
	    mv $@.tmp $@
# What PostgreSQL is told: common/store/postgres/NAME.sql -> postgres_NAME[].
$(B)/gen/store/postgres/%.sql.c: common/store/postgres/%.sql scripts/text2c.awk
	$(call say,TEXT)mkdir -p $(@D) && LC_ALL=C awk \
	    -v name=postgres_$* -f scripts/text2c.awk $< >$@.tmp && \
	    mv $@.tmp $@
$(B)/gen/statements.c: FORCE
	$(Q)$(call made,awk -v mode=all -f scripts/sql2c.awk $(SQLS) /dev/null)
$(B)/gen/migrations.c: FORCE
	$(Q)$(call made,awk -f scripts/migrations2c.awk $(MIGRATE) /dev/null)

libs: # for tests that build a program
	@echo '$(LDFLAGS) $(LDLIBS)'
flags: $(GEN_H) # for scripts/lint
	@echo '$(CPPFLAGS) $(CFLAGS)'

check:
	@scripts/check
soak: all tools units
	@scripts/soak
bench: all tools benches
	@scripts/bench
coverage:
	@scripts/coverage
lint: all
	@scripts/lint
fuzz:
	@scripts/fuzz $(or $(SECONDS),60)
format:
	clang-format -i $(wildcard cmd/*.[ch] common/*/*.[ch] tests/*/*.[ch])
clean:
	rm -rf build build-*
dist:
	git archive --prefix=diagnoleads-$(VERSION)/ HEAD | gzip -9n \
	    >diagnoleads-$(VERSION).tar.gz

share = $(DESTDIR)$(PREFIX)/share
install: all
	@scripts/install $(B)/bin $(DESTDIR)$(PREFIX)/bin \
	    $(DESTDIR)$(MANDIR) $(share) $(PROGRAMS:$(B)/bin/%=%)
uninstall:
	@scripts/install -u $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(MANDIR) \
	    $(share) $(patsubst cmd/%.c,%,$(wildcard cmd/dl-*.c))

-include $(shell find $(B) -name '*.d' 2>/dev/null)

FORCE:
.PHONY: all units unit flags libs tools benches fuzzers check soak bench coverage lint fuzz \
        format clean dist install uninstall FORCE
.SECONDARY:
