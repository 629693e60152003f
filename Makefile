# SPDX-License-Identifier: ISC
# make [CC=clang] [SAN=1] [V=1]; everything built lies under $(B).

CC      = cc
PREFIX  = /usr/local
DESTDIR =
VERSION = 0.1.0
B       = build$(if $(SAN),-san)$(if $(COV),-cov)

WARN = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
       -Wmissing-prototypes -Wwrite-strings -Wvla -Wpointer-arith \
       -Wundef -Wno-unused-parameter
OPT  = -O2 -g
ifdef SAN
OPT  = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
       -fno-omit-frame-pointer
endif
ifdef COV
OPT  = -O0 -g --coverage
endif
PKGS     = sqlite3 jansson libutf8proc
CFLAGS  += -std=c11 $(OPT) $(WARN)
CPPFLAGS += -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
            -DDL_VERSION='"$(VERSION)"' -Icommon -I$(B)/gen \
            $(shell pkg-config --cflags $(PKGS))
LDLIBS   = -Wl,--as-needed $(shell pkg-config --libs $(PKGS)) -lcsv -lm -lpthread

PROGRAMS = $(patsubst cmd/%.c,$(B)/bin/%,$(wildcard cmd/dl-*.c))
UNITS    = $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*_test.c))
ROOMS    = $(wildcard common/*/*.c)
# Named SQL: common/ROOM/NAME.sql -> gen/ROOM/NAME.sql.{h,c}; migrations
# common/store/migrate/NNNN_name.sql -> gen/store/migrations.c
SQLS     = $(wildcard common/*/*.sql)
GEN_C    = $(patsubst common/%,$(B)/gen/%.c,$(SQLS)) $(B)/gen/statements.c \
           $(B)/gen/migrations.c
GEN_H    = $(patsubst common/%,$(B)/gen/%.h,$(SQLS))
OBJS     = $(patsubst common/%.c,$(B)/obj/%.o,$(ROOMS)) $(GEN_C:.c=.o)

Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(patsubst $(B)/%,%,$@);)

all: $(PROGRAMS)

$(B)/libdl.a: $(OBJS)
	$(call say,AR)rm -f $@ && ar rcs $@ $(OBJS)

$(B)/bin/%: $(B)/obj/cmd/%.o $(B)/libdl.a
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(B)/libdl.a $(LDLIBS)

$(B)/unit/%: $(B)/obj/unit/%.o $(B)/libdl.a
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(B)/libdl.a $(LDLIBS)

$(B)/obj/cmd/%.o: cmd/%.c | $(GEN_H)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/obj/unit/%.o: tests/unit/%.c | $(GEN_H)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/obj/%.o: common/%.c | $(GEN_H)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/gen/%.o: $(B)/gen/%.c | $(GEN_H)
	$(call say,CC)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/gen/%.sql.h: common/%.sql scripts/sql2c.awk
	@mkdir -p $(@D)
	$(call say,SQL)awk -v mode=h -f scripts/sql2c.awk $< >$@.tmp && mv $@.tmp $@
$(B)/gen/%.sql.c: common/%.sql scripts/sql2c.awk
	@mkdir -p $(@D)
	$(call say,SQL)awk -v mode=c -f scripts/sql2c.awk $< >$@.tmp && mv $@.tmp $@
$(B)/gen/statements.c: $(SQLS) scripts/sql2c.awk
	@mkdir -p $(@D)
	$(call say,SQL)awk -v mode=all -f scripts/sql2c.awk $(SQLS) /dev/null >$@.tmp && mv $@.tmp $@
$(B)/gen/migrations.c: $(wildcard common/store/migrate/*.sql) scripts/migrations2c.awk
	@mkdir -p $(@D)
	$(call say,SQL)awk -f scripts/migrations2c.awk $(sort $(wildcard common/store/migrate/*.sql)) /dev/null >$@.tmp && mv $@.tmp $@

unit: $(UNITS)
	$(Q)for t in $(UNITS); do $$t || exit 1; done

format:
	clang-format -i cmd/*.c common/*/*.[ch] tests/unit/*.[ch]

clean:
	rm -rf build build-*

-include $(shell find $(B) -name '*.d' 2>/dev/null)

.PHONY: all unit format clean
.SECONDARY:
