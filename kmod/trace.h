/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints of shyper.ko. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM shyper

#if !defined(SHYPER_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SHYPER_TRACE_H

#include <linux/tracepoint.h>

/* A request has been taken from a disk's page, before it is checked. */
TRACE_EVENT(shyper_request,
	TP_PROTO(u32 disk, u32 type, u64 sector, u64 count),
	TP_ARGS(disk, type, sector, count),
	TP_STRUCT__entry(
		__field(u32, disk)
		__field(u32, type)
		__field(u64, sector)
		__field(u64, count)
	),
	TP_fast_assign(
		__entry->disk = disk;
		__entry->type = type;
		__entry->sector = sector;
		__entry->count = count;
	),
	TP_printk("disk=%u type=%u sector=%llu count=%llu", __entry->disk,
		  __entry->type, __entry->sector, __entry->count)
);

/* A request is about to be answered. */
TRACE_EVENT(shyper_complete,
	TP_PROTO(u32 disk, int error, u64 ns),
	TP_ARGS(disk, error, ns),
	TP_STRUCT__entry(
		__field(u32, disk)
		__field(int, error)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->disk = disk;
		__entry->error = error;
		__entry->ns = ns;
	),
	TP_printk("disk=%u error=%d ns=%llu", __entry->disk, __entry->error,
		  __entry->ns)
);

/* A message has been taken from its slot. */
TRACE_EVENT(shyper_message,
	TP_PROTO(u64 fid, u64 event, u64 arg0, u64 arg1),
	TP_ARGS(fid, event, arg0, arg1),
	TP_STRUCT__entry(
		__field(u64, fid)
		__field(u64, event)
		__field(u64, arg0)
		__field(u64, arg1)
	),
	TP_fast_assign(
		__entry->fid = fid;
		__entry->event = event;
		__entry->arg0 = arg0;
		__entry->arg1 = arg1;
	),
	TP_printk("fid=%#llx event=%#llx args=%#llx %#llx", __entry->fid,
		  __entry->event, __entry->arg0, __entry->arg1)
);

/* A hypercall has failed. */
TRACE_EVENT(shyper_hypercall_error,
	TP_PROTO(u64 code, u64 arg0, u64 arg1, s64 error),
	TP_ARGS(code, arg0, arg1, error),
	TP_STRUCT__entry(
		__field(u64, code)
		__field(u64, arg0)
		__field(u64, arg1)
		__field(s64, error)
	),
	TP_fast_assign(
		__entry->code = code;
		__entry->arg0 = arg0;
		__entry->arg1 = arg1;
		__entry->error = error;
	),
	TP_printk("fid=%#llx event=%#llx args=%#llx %#llx error=%lld",
		  __entry->code >> 8, __entry->code & 0xff, __entry->arg0,
		  __entry->arg1, __entry->error)
);

#endif /* SHYPER_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
