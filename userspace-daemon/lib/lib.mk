# SPDX-License-Identifier: GPL-2.0-only
#
# The library that shyperd and shyper-cli share; included by their Makefiles and
# by the tests'. Wants O, the build folder, and LIBSRC, this one; sets LIBSHYPER.

# V=1 shows the commands.
Q	:= $(if $(V),,@)

LIBO	:= $(O)/lib
LIBSHYPER := $(LIBO)/libshyper.a

STD	:= -std=c11 -D_GNU_SOURCE
WARN	:= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wvla -Werror
CFLAGS	?= -O2 -g
ALL_CFLAGS = $(STD) $(WARN) $(CFLAGS)

CPPFLAGS ?= -I$(LIBSRC)/../../include/uapi
LDLIBS	?= -ljson-c
AR	?= ar

# Replaced by tests: the file that calls the kernel.
LIB_SKIP ?=
LIB_OBJS := $(patsubst $(LIBSRC)/%.c,$(LIBO)/%.o,\
	$(filter-out $(addprefix $(LIBSRC)/,$(LIB_SKIP)),$(wildcard $(LIBSRC)/*.c)))

$(LIBO)/%.o: $(LIBSRC)/%.c | $(LIBO)
	@echo "  CC      $(notdir $<)"
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIBSHYPER): $(LIB_OBJS)
	@rm -f $@
	@echo "  AR      $(notdir $@)"
	$(Q)$(AR) rcs $@ $^

$(LIBO):
	@mkdir -p $@

-include $(LIB_OBJS:.o=.d)
