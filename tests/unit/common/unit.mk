# SPDX-License-Identifier: GPL-2.0-only
#
# A suite of host tests for code of EL2, under ASan and UBSan. The suite's
# Makefile sets SRCS (its own files), CODE (files of el2/), and includes this.

O	?= build
TOP	:= $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../../..)
CC	:= gcc
CFLAGS	?= -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
Q	:= $(if $(V),,@)

unit-cppflags := -I$(TOP)/el2/include -I$(TOP)/include -I$(TOP)/tests/unit/common \
	-I$(TOP)/el2 $(CPPFLAGS)
unit-cflags := -std=gnu11 -Wall -Wextra -Wshadow -Wno-unused-parameter \
	-Wmissing-prototypes -Wstrict-prototypes -fno-strict-aliasing -fwrapv \
	-pthread $(CFLAGS)

objs := $(SRCS:%.c=$(O)/%.o) $(O)/tap.o $(CODE:%.c=$(O)/el2/%.o)

$(O)/test: $(objs)
	@echo "  LD      $(notdir $@)"
	$(Q)$(CC) $(unit-cflags) $(LDFLAGS) -o $@ $(objs) $(LDLIBS)

$(O)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $(notdir $<)"
	$(Q)$(CC) $(unit-cppflags) $(unit-cflags) -MMD -MP -c -o $@ $<

$(O)/tap.o: $(TOP)/tests/unit/common/tap.c
	@mkdir -p $(@D)
	@echo "  CC      $(notdir $<)"
	$(Q)$(CC) $(unit-cppflags) $(unit-cflags) -MMD -MP -c -o $@ $<

$(O)/el2/%.o: $(TOP)/el2/%.c
	@mkdir -p $(@D)
	@echo "  CC      $(notdir $<)"
	$(Q)$(CC) $(unit-cppflags) $(unit-cflags) -MMD -MP -c -o $@ $<

.PHONY: run check clean
.DEFAULT_GOAL := $(O)/test
run check: $(O)/test
	@cd $(O) && ./test

clean:
	rm -rf $(O)/test $(objs)

-include $(objs:.o=.d)
