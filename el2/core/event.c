// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event bitmap: a page of the MVM's memory in which any CPU sets bits and
 * the MVM takes them, both by atomics only. What the MVM finds or leaves there
 * can lose it events, or give it spurious ones, and nothing else.
 *
 * Lock: none. The page's address changes rarely: event_set_page().
 */
#include <el2/cpu.h>
#include <el2/errno.h>
#include <el2/event.h>
#include <el2/string.h>
#include <el2/vm.h>

struct shyper_event_page *event_page;

int event_set_page(u64 ipa)
{
	struct shyper_event_page *page = NULL;

	if (ipa != ~(u64)0) {
		page = vm_memory(vm_mvm(), ipa, sizeof(*page));
		if (!page || !IS_ALIGNED(ipa, PAGE_SIZE))
			return -EFAULT;
		memset(page, 0, sizeof(*page));
	}
	__atomic_store_n(&event_page, page, __ATOMIC_RELEASE);
	cpu_sync();
	return 0;
}

bool event_page_set(void)
{
	return READ_ONCE(event_page);
}
