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

/* A guest has accessed a register of a direct device, and waits. */
TRACE_EVENT(shyper_forwarded,
	TP_PROTO(u32 dev, u32 offset, u32 width, bool write, u64 value),
	TP_ARGS(dev, offset, width, write, value),
	TP_STRUCT__entry(
		__field(u32, dev)
		__field(u32, offset)
		__field(u32, width)
		__field(bool, write)
		__field(u64, value)
	),
	TP_fast_assign(
		__entry->dev = dev;
		__entry->offset = offset;
		__entry->width = width;
		__entry->write = write;
		__entry->value = value;
	),
	TP_printk("dev=%u offset=%#x width=%u %s value=%#llx", __entry->dev,
		  __entry->offset, __entry->width,
		  __entry->write ? "store" : "load", __entry->value)
);

/* A driver has notified a queue. */
TRACE_EVENT(shyper_kick,
	TP_PROTO(u32 dev, u32 queue, bool running),
	TP_ARGS(dev, queue, running),
	TP_STRUCT__entry(
		__field(u32, dev)
		__field(u32, queue)
		__field(bool, running)
	),
	TP_fast_assign(
		__entry->dev = dev;
		__entry->queue = queue;
		__entry->running = running;
	),
	TP_printk("dev=%u queue=%u running=%d", __entry->dev, __entry->queue,
		  __entry->running)
);

/* A device has something for its driver; sent: not if an interrupt is on its way. */
TRACE_EVENT(shyper_interrupt,
	TP_PROTO(u32 dev, u32 queue, bool sent),
	TP_ARGS(dev, queue, sent),
	TP_STRUCT__entry(
		__field(u32, dev)
		__field(u32, queue)
		__field(bool, sent)
	),
	TP_fast_assign(
		__entry->dev = dev;
		__entry->queue = queue;
		__entry->sent = sent;
	),
	TP_printk("dev=%u queue=%u sent=%d", __entry->dev, __entry->queue,
		  __entry->sent)
);

/* A queue has been set up and is in use from now on. */
TRACE_EVENT(shyper_queue_start,
	TP_PROTO(u32 dev, u32 queue, u32 num, int error),
	TP_ARGS(dev, queue, num, error),
	TP_STRUCT__entry(
		__field(u32, dev)
		__field(u32, queue)
		__field(u32, num)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->dev = dev;
		__entry->queue = queue;
		__entry->num = num;
		__entry->error = error;
	),
	TP_printk("dev=%u queue=%u num=%u error=%d", __entry->dev,
		  __entry->queue, __entry->num, __entry->error)
);

/* A queue has been stopped: nothing of it is in flight. */
TRACE_EVENT(shyper_queue_stop,
	TP_PROTO(u32 dev, u32 queue),
	TP_ARGS(dev, queue),
	TP_STRUCT__entry(
		__field(u32, dev)
		__field(u32, queue)
	),
	TP_fast_assign(
		__entry->dev = dev;
		__entry->queue = queue;
	),
	TP_printk("dev=%u queue=%u", __entry->dev, __entry->queue)
);

#endif /* SHYPER_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
