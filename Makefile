# SPDX-License-Identifier: GPL-2.0-only
#
# One command for everything: `make help` lists the targets. All products are
# below build/; build/cache holds what tools/setup.sh fetched and outlives
# `make clean`.

TOP	:= $(CURDIR)
B	:= $(TOP)/build
SYSROOT	:= $(B)/cache/sysroot
LINUX	:= $(B)/cache/linux
KSFT	:= $(LINUX)/tools/testing/selftests

CROSS_COMPILE ?= aarch64-linux-gnu-
CROSS	:= ARCH=arm64 CROSS_COMPILE=$(CROSS_COMPILE)

# The kernel that shyper.ko is built for. On a management VM:
#   make kmod KDIR=/lib/modules/$(uname -r)/build
# with CROSS_COMPILE= where the machine is itself arm64.
KDIR	?= $(SYSROOT)/usr/src/linux-headers-$(shell cat $(SYSROOT)/kernel-version)
KDIR_612 = $(SYSROOT)/usr/src/linux-headers-$(shell cat $(SYSROOT)/backports-version)
ifneq ($(origin KDIR),file)
KMOD_DEPS :=
else
KMOD_DEPS := setup
endif

# Static libjson-c of the sysroot, for the programs that run in the MVM.
USER_CPPFLAGS := -I$(TOP)/include/uapi -isystem $(SYSROOT)/usr/include
USER_LDLIBS := $(SYSROOT)/usr/lib/aarch64-linux-gnu/libjson-c.a
USER_ARGS := O=$(B)/user CC=$(CROSS_COMPILE)gcc AR=$(CROSS_COMPILE)ar \
	CPPFLAGS="$(USER_CPPFLAGS)" LDFLAGS=-static LDLIBS="$(USER_LDLIBS)"

MAKEFLAGS += --no-print-directory
# V=1 shows the commands.
ifndef V
MAKEFLAGS += -s
endif
.DEFAULT_GOAL := all

.PHONY: all
all: el2 kmod user kselftest ## Build everything (the default)

.PHONY: setup
setup: ## Install tools, fetch arm64 packages (done by all else when needed)
	@tools/setup.sh

.PHONY: el2
el2: setup ## The EL2 monitor: build/el2/el2.bin
	@echo "build: el2"
	@mkdir -p $(B)/el2
	$(MAKE) -C el2 O=$(B)/el2 LIBFDT_SRC=$(LINUX)/scripts/dtc/libfdt \
		CROSS_COMPILE=$(CROSS_COMPILE)

# Kbuild puts what it makes beside the sources, so it gets a tree of links.
# $(call build_kmod,NAME,KDIR,VARS): build/NAME/shyper.ko against KDIR.
define build_kmod
	@echo "build: $(1)"
	@mkdir -p $(B)/$(1)/tree
	@ln -sfn $(TOP)/include $(B)/$(1)/tree/include
	@ln -sfn $(TOP)/el2 $(B)/$(1)/tree/el2
	@ln -sf $(TOP)/Kbuild $(B)/$(1)/tree/Kbuild
	@cp -rsf $(TOP)/kmod $(B)/$(1)/tree/
	@find $(B)/$(1)/tree -xtype l -delete
	+$(MAKE) -C $(2) M=$(B)/$(1)/tree $(CROSS) $(3) modules
	@cp $(B)/$(1)/tree/kmod/shyper.ko $(B)/$(1)/shyper.ko
endef

.PHONY: kmod kmod-612 setup-612
kmod: $(KMOD_DEPS) ## shyper.ko for KDIR (default: Debian's arm64 6.1): build/kmod/shyper.ko
	$(call build_kmod,kmod,$(KDIR))

# A target of its own: make expands a recipe, versions in paths and all, before
# its first line runs.
setup-612:
	@tools/setup.sh backports

kmod-612: setup-612 ## The same against the arm64 kernel of backports (compile check)
	$(call build_kmod,kmod-612,$(KDIR_612),CONFIG_DEBUG_INFO_BTF_MODULES=)

.PHONY: user
user: setup ## shyperd and shyper-cli, static arm64: build/user/
	@echo "build: user"
	@mkdir -p $(B)/user
	$(MAKE) -C userspace-daemon $(USER_ARGS)
	$(MAKE) -C tools/shyper-cli $(USER_ARGS)

# Built by the kernel's own lib.mk, installed as its runner wants it.
KSFT_ROOT := $(B)/kselftest/root
KSFT_ARGS := -C tests/kselftest $(CROSS) KSFT=$(KSFT) OUTPUT=$(B)/kselftest/obj \
	KHDR_INCLUDES=-I$(TOP)/include/uapi INSTALL_PATH=$(KSFT_ROOT)/shyper \
	COLLECTION=shyper
.PHONY: kselftest
kselftest: setup ## Tests of the ioctl ABI that run in the MVM: build/kselftest/root
	@echo "build: kselftest"
	@rm -rf $(KSFT_ROOT) && mkdir -p $(KSFT_ROOT)/kselftest $(B)/kselftest/obj
	$(MAKE) $(KSFT_ARGS) install
	@$(MAKE) -s $(KSFT_ARGS) emit_tests >$(KSFT_ROOT)/kselftest-list.txt
	@cp $(KSFT)/run_kselftest.sh $(KSFT_ROOT)/
	@cp $(KSFT)/kselftest/*.sh $(KSFT)/kselftest/*.pl $(KSFT_ROOT)/kselftest/

# The direct path's other side, for tests of EL2 without shyper.ko.
.PHONY: el2test
el2test: setup
	@echo "build: el2test"
	@mkdir -p $(B)/el2test/tree
	@ln -sfn $(TOP)/include $(B)/el2test/include
	@ln -sfn $(TOP)/tests/guest/bare $(B)/el2test/guest
	@cp -rsf $(TOP)/tests/el2test/. $(B)/el2test/tree/
	@find $(B)/el2test/tree -xtype l -delete
	+$(MAKE) -C $(KDIR) M=$(B)/el2test/tree $(CROSS) modules

# Guests without an operating system, for tests.
.PHONY: bare
bare: setup
	@mkdir -p $(B)/bare
	$(MAKE) -C tests/guest/bare O=$(B)/bare CROSS_COMPILE=$(CROSS_COMPILE)

.PHONY: images
images: all bare el2test ## What QEMU boots: build/images
	@tools/images.sh

.PHONY: unit test test-quick
unit: setup ## Host tests under ASan and UBSan
	@tests/run --unit

test: images ## All tests; T="NAME..." for some of them
	@tests/run $(T)

test-quick: images ## The quick ones
	@tests/run --quick $(T)

.PHONY: bench bench-images
bench-images: images
	@tools/setup.sh bench
	@tools/images.sh bench

bench: bench-images ## Measure: build/bench/results.json, docs/performance.md and its plots
	@tests/bench/run $(BENCH)

.PHONY: run
run: images ## A guest on its mediated disk; a shell in the MVM at a terminal
	@tools/run.sh

.PHONY: clean
clean: ## Remove all products, keep what was fetched
	@find $(B) -mindepth 1 -maxdepth 1 ! -name cache -exec rm -rf {} +

.PHONY: distclean
distclean: ## Remove build/ with everything that was fetched
	rm -rf $(B)

.PHONY: help
help: ## This list
	@sed -n 's/^\([a-z0-9-]*\)[a-z0-9 -]*:.*## \(.*\)/\1:\2/p' Makefile | \
		awk -F: '{ n = $$1; sub(/^[^:]*:/, ""); printf "  %-12s %s\n", n, $$0 }'
