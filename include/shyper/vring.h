/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device's side of a virtqueue, split (VIRTIO 1.2, 2.7) or packed (2.8), for
 * whoever is a virtio device here: EL2's classic devices, shyper.ko's direct ones, the host's
 * unit tests. It knows neither devices nor VMs: memory is reached through a
 * translate callback, and all it needs of its surroundings is in
 * shyper/types.h and in the accessors below. Code: el2/virtio/vring*.c.
 * All names begin with shyper_, so that linux/virtio_ring.h can be there too.
 *
 * The other side is not trusted. What it writes is copied once, checked, and
 * then used; every loop is bounded by the queue's size. Never are more buffers
 * taken and not given back than the queue has entries; but the driver can give
 * the same name to two of them.
 *
 * Both layouts have one set of functions. Buffers are given back in any order.
 *
 * VIRTIO_F_IN_ORDER (2.7.9, 2.8.6) is for a device whose queues all give buffers
 * back in the order in which they were popped; nothing is held back here. What is
 * then filled before one shyper_vring_publish() shares a used entry where it can:
 * buffers that have no writable part; the driver takes those as used up.
 *
 * VIRTIO_F_RING_RESET (2.6.1): a queue's state is all in struct shyper_vring, so
 * shyper_vring_init() is what it takes to begin anew, with other places and another
 * size. What was popped before must not be given back after it.
 *
 * One virtqueue is used by one context at a time: the caller serialises.
 */
#ifndef SHYPER_VRING_H
#define SHYPER_VRING_H

#include <shyper/types.h>
#ifdef __KERNEL__
#include <asm/barrier.h>
#include <asm/byteorder.h>
#include <linux/compiler.h>
#endif

#define SHYPER_VRING_DESC_F_NEXT		1
#define SHYPER_VRING_DESC_F_WRITE		2
#define SHYPER_VRING_DESC_F_INDIRECT		4
#define SHYPER_VRING_USED_F_NO_NOTIFY		1
#define SHYPER_VRING_AVAIL_F_NO_INTERRUPT	1

/* In a packed ring: 2.8.1; and who wants to be notified when: 2.8.10. */
#define SHYPER_VRING_DESC_F_AVAIL	(1 << 7)
#define SHYPER_VRING_DESC_F_USED	(1 << 15)
#define SHYPER_VRING_EVENT_ENABLE	0
#define SHYPER_VRING_EVENT_DISABLE	1
#define SHYPER_VRING_EVENT_DESC		2
#define SHYPER_VRING_EVENT_WRAP		(1 << 15)

/* Feature bits that change how a ring works. */
#define SHYPER_VRING_F_INDIRECT_DESC	((u64)1 << 28)
#define SHYPER_VRING_F_EVENT_IDX	((u64)1 << 29)
#define SHYPER_VRING_F_PACKED		((u64)1 << 34)
#define SHYPER_VRING_F_IN_ORDER		((u64)1 << 35)

/* 2.7.5, 2.7.6, 2.7.8: as they lie in memory. */
struct shyper_vring_desc {
	__le64 addr;
	__le32 len;
	__le16 flags;
	__le16 next;
};
static_assert(sizeof(struct shyper_vring_desc) == 16);

struct shyper_vring_avail {
	__le16 flags;
	__le16 idx;
	__le16 ring[];		/* [num] is used_event */
};
static_assert(sizeof(struct shyper_vring_avail) == 4);

struct shyper_vring_used_elem {
	__le32 id;
	__le32 len;
};
static_assert(sizeof(struct shyper_vring_used_elem) == 8);

struct shyper_vring_used {
	__le16 flags;
	__le16 idx;
	struct shyper_vring_used_elem ring[];	/* [num] begins with avail_event */
};
static_assert(sizeof(struct shyper_vring_used) == 4);

/* 2.8.13, 2.8.14: a packed ring is an array of the first. */
struct shyper_vring_packed_desc {
	__le64 addr;
	__le32 len;
	__le16 id;
	__le16 flags;
};
static_assert(sizeof(struct shyper_vring_packed_desc) == 16);

struct shyper_vring_event {
	__le16 off_wrap;
	__le16 flags;
};
static_assert(sizeof(struct shyper_vring_event) == 4);

/* Accessors of memory that the driver reads and writes at the same time. */
#ifdef __KERNEL__

static inline u16 shyper_vring_ld16(const __le16 *p)
{
	return le16_to_cpu(READ_ONCE(*p));
}

static inline u16 shyper_vring_ld16_acquire(const __le16 *p)
{
	return le16_to_cpu(smp_load_acquire(p));
}

static inline u32 shyper_vring_ld32(const __le32 *p)
{
	return le32_to_cpu(READ_ONCE(*p));
}

static inline u64 shyper_vring_ld64(const __le64 *p)
{
	return le64_to_cpu(READ_ONCE(*p));
}

static inline u64 shyper_vring_ld64_acquire(const __le64 *p)
{
	return le64_to_cpu(smp_load_acquire(p));
}

static inline void shyper_vring_st16(__le16 *p, u16 v)
{
	WRITE_ONCE(*p, cpu_to_le16(v));
}

static inline void shyper_vring_st16_release(__le16 *p, u16 v)
{
	smp_store_release(p, cpu_to_le16(v));
}

static inline void shyper_vring_st32(__le32 *p, u32 v)
{
	WRITE_ONCE(*p, cpu_to_le32(v));
}

static inline void shyper_vring_st64(__le64 *p, u64 v)
{
	WRITE_ONCE(*p, cpu_to_le64(v));
}

static inline void shyper_vring_st64_release(__le64 *p, u64 v)
{
	smp_store_release(p, cpu_to_le64(v));
}

static inline void shyper_vring_mb(void)
{
	smp_mb();
}

/* For the compiler only: what has been copied is not looked up again. */
static inline void shyper_vring_barrier(void)
{
	barrier();
}

#else /* !__KERNEL__: little-endian */

static inline u16 shyper_vring_ld16(const __le16 *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED);
}

static inline u16 shyper_vring_ld16_acquire(const __le16 *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static inline u32 shyper_vring_ld32(const __le32 *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED);
}

static inline u64 shyper_vring_ld64(const __le64 *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED);
}

static inline u64 shyper_vring_ld64_acquire(const __le64 *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static inline void shyper_vring_st16(__le16 *p, u16 v)
{
	__atomic_store_n(p, v, __ATOMIC_RELAXED);
}

static inline void shyper_vring_st16_release(__le16 *p, u16 v)
{
	__atomic_store_n(p, v, __ATOMIC_RELEASE);
}

static inline void shyper_vring_st32(__le32 *p, u32 v)
{
	__atomic_store_n(p, v, __ATOMIC_RELAXED);
}

static inline void shyper_vring_st64(__le64 *p, u64 v)
{
	__atomic_store_n(p, v, __ATOMIC_RELAXED);
}

static inline void shyper_vring_st64_release(__le64 *p, u64 v)
{
	__atomic_store_n(p, v, __ATOMIC_RELEASE);
}

static inline void shyper_vring_mb(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void shyper_vring_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

#endif /* __KERNEL__ */

/* What can be wrong with a ring; the device then needs a reset (2.1.2). */
enum shyper_vring_error {
	SHYPER_VRING_E_AVAIL	= -1,	/* more available than there are entries */
	SHYPER_VRING_E_INDEX	= -2,	/* a descriptor outside its table */
	SHYPER_VRING_E_LONG	= -3,	/* a loop, or a chain above the queue size */
	SHYPER_VRING_E_INDIRECT	= -4,	/* nested, with NEXT, or not negotiated */
	SHYPER_VRING_E_TABLE	= -5,	/* indirect table: size, or not memory */
	SHYPER_VRING_E_ZERO	= -6,	/* an empty buffer */
	SHYPER_VRING_E_ORDER	= -7,	/* a readable buffer after a writable one */
	SHYPER_VRING_E_LENGTH	= -8,	/* more than 2^32 bytes (2.7.5.2) */
	SHYPER_VRING_E_SETUP	= -9,	/* queue size, or where the parts lie */
};

/**
 * typedef shyper_vring_translate - find a piece of the driver's memory
 * @priv: of the ring
 * @addr: as the driver gave it
 * @len: in: bytes wanted, not 0; out: how many are contiguous here from @addr on.
 *	That may be more than were wanted: the ring remembers the last answer, and
 *	asks only for what is not in it. So the answers have to stay true until the
 *	next shyper_vring_init(), or until the device forgets the ring
 *
 * Return: NULL if @addr is not the driver's memory.
 */
typedef void *shyper_vring_translate(void *priv, u64 addr, u32 *len);

/**
 * struct shyper_vring_split - state of a split ring
 * @desc:	descriptor table, in the driver's memory as the next two
 * @avail:	the driver writes it
 * @used:	the device writes it
 * @next_avail:	the next one to take from @avail
 * @seen:	up to where @avail is known to be filled
 * @next_fill:	the next one of @used to be filled in
 * @next_used:	the next one that the driver gets to see there
 * @batch:	with IN_ORDER: where the last one was filled in
 */
struct shyper_vring_split {
	const struct shyper_vring_desc *desc;
	const struct shyper_vring_avail *avail;
	struct shyper_vring_used *used;
	u16 next_avail;
	u16 seen;
	u16 next_fill;
	u16 next_used;
	u16 batch;
};

/* A place in a packed ring, and the wrap counter there. */
struct shyper_vring_pos {
	u16 at;
	bool wrap;
};

/**
 * struct shyper_vring_packed - state of a packed ring
 * @desc:	the ring, in the driver's memory as the next two
 * @driver:	when the driver wants interrupts
 * @device:	when the device wants to be notified
 * @next_avail:	the next descriptor to look at
 * @next_fill:	behind what has been filled in
 * @next_used:	where the driver looks for the next used one
 * @batch:	where the last one was filled in
 * @inflight:	descriptors that were taken and not given back
 * @first:	second half of what belongs at @next_used, kept back till publish
 */
struct shyper_vring_packed {
	struct shyper_vring_packed_desc *desc;
	const __le32 *driver;
	__le32 *device;
	struct shyper_vring_pos next_avail;
	struct shyper_vring_pos next_fill;
	struct shyper_vring_pos next_used;
	struct shyper_vring_pos batch;
	u32 inflight;
	u64 first;
};

/**
 * struct shyper_vring_window - where a piece of the driver's memory is
 * @addr:	for the driver
 * @len:	bytes; 0: nothing is known
 * @va:		here
 */
struct shyper_vring_window {
	u64 addr;
	u64 len;
	u8 *va;
};

/**
 * struct shyper_vring - a virtqueue, seen from its device
 * @window:	the last answer of @translate
 * @translate:	reaches the driver's memory
 * @priv:	for @translate
 * @num:	entries
 * @pushed:	entries (packed: descriptors) published since the need for an
 *		interrupt was last looked at
 * @packed:	SHYPER_VRING_F_PACKED is negotiated
 * @indirect:	SHYPER_VRING_F_INDIRECT_DESC is
 * @event_idx:	SHYPER_VRING_F_EVENT_IDX is
 * @in_order:	SHYPER_VRING_F_IN_ORDER is
 * @no_kick:	notifications are not wanted
 * @merge:	the next one to be filled in takes the place of the last
 * @batch_first: (packed) that place is the one that is kept back
 * @sp:		if not @packed
 * @pk:		if @packed
 */
struct shyper_vring {
	struct shyper_vring_window window;
	shyper_vring_translate *translate;
	void *priv;
	u32 num;
	u32 pushed;
	bool packed;
	bool indirect;
	bool event_idx;
	bool in_order;
	bool no_kick;
	bool merge;
	bool batch_first;
	union {
		struct shyper_vring_split sp;
		struct shyper_vring_packed pk;
	};
};

/* Contiguous bytes of a buffer; @addr is NULL if they are no memory. */
struct shyper_seg {
	u8 *addr;
	u32 len;
};

/**
 * struct shyper_chain - one buffer of the driver: readable, then writable parts
 * @seg:	room for the parts, of the caller
 * @max:	of @seg; one per queue entry, and a few for parts that are
 *		contiguous for the driver only
 * @nread:	seg[0 .. nread) is what the device may read
 * @nwrite:	seg[nread .. nread + nwrite) is what it may write
 * @read_len:	bytes
 * @write_len:	bytes
 * @head:	its name, to give it back with; 32 bits that mean nothing to others
 * @fault:	some of it is no memory: fail this request
 */
struct shyper_chain {
	struct shyper_seg *seg;
	u32 max;
	u32 nread;
	u32 nwrite;
	u64 read_len;
	u64 write_len;
	u32 head;
	bool fault;
};

/**
 * shyper_vring_need_event() - whether the step from @old to @new passes @event
 *
 * The arithmetic of EVENT_IDX, modulo 2^16: 2.7.7.2, 2.7.10.
 */
static inline bool shyper_vring_need_event(u16 event, u16 new, u16 old)
{
	return (u16)(new - event - 1) < (u16)(new - old);
}

/**
 * shyper_vring_waiting() - whether there are buffers, without taking one
 *
 * Return: 0 if there is none; how many there are, or, in a packed ring, 1.
 */
static inline u32 shyper_vring_waiting(const struct shyper_vring *vr)
{
	const struct shyper_vring_packed *pk = &vr->pk;
	u16 flags;

	if (!vr->packed)
		return (u16)(shyper_vring_ld16(&vr->sp.avail->idx) -
			     vr->sp.next_avail);
	/* 2.8.1: AVAIL is as the wrap counter, USED is not. */
	flags = shyper_vring_ld16(&pk->desc[pk->next_avail.at].flags) &
		(SHYPER_VRING_DESC_F_AVAIL | SHYPER_VRING_DESC_F_USED);
	return flags == (pk->next_avail.wrap ? SHYPER_VRING_DESC_F_AVAIL :
					       SHYPER_VRING_DESC_F_USED);
}

/**
 * shyper_vring_init() - begin to use a virtqueue that the driver has set up
 * @desc: descriptor table or ring
 * @driver: Driver Area: available ring, or driver event suppression
 * @device: Device Area: used ring, or device event suppression
 * @features: the negotiated ones
 *
 * Sets all of @vr. The parts' addresses stay in use until the device forgets
 * the ring; their memory must stay as long.
 * Return: 0, or SHYPER_VRING_E_SETUP: @num is no power of two up to 2^15 (packed:
 * not up to 2^15 - 1), or a part is misaligned (2.7, 2.8.10.1) or not contiguous
 * memory.
 */
int shyper_vring_init(struct shyper_vring *vr, u32 num, u64 desc, u64 driver,
		      u64 device, u64 features,
		      shyper_vring_translate *translate, void *priv);

/**
 * shyper_vring_pop() - take the next available buffer
 *
 * Return: 1 and @chain filled; 0 if there is none; a shyper_vring_error.
 */
int shyper_vring_pop(struct shyper_vring *vr, struct shyper_chain *chain);

/**
 * shyper_vring_unpop() - make as if the last buffer had not been taken
 * @head: shyper_chain.head; several are undone one by one, the latest first
 */
void shyper_vring_unpop(struct shyper_vring *vr, u32 head);

/**
 * shyper_vring_push() - give a buffer back, 2.7.8, 2.8.22
 * @head: shyper_chain.head
 * @len: bytes written from the beginning of its writable part on
 */
void shyper_vring_push(struct shyper_vring *vr, u32 head, u32 len);

/**
 * shyper_vring_fill() - as push, but the driver does not see it yet
 */
void shyper_vring_fill(struct shyper_vring *vr, u32 head, u32 len);

/**
 * shyper_vring_publish() - give back what was filled, all at once
 */
void shyper_vring_publish(struct shyper_vring *vr);

/**
 * shyper_vring_want_irq() - whether the driver wants to hear of what was pushed
 *
 * Once after one or more pushes; 2.7.7, 2.8.9.
 */
bool shyper_vring_want_irq(struct shyper_vring *vr);

/**
 * shyper_vring_disable_kick() - no notifications, please, 2.7.10, 2.8.9
 *
 * One may come nevertheless: the driver may have looked before.
 */
void shyper_vring_disable_kick(struct shyper_vring *vr);

/**
 * shyper_vring_enable_kick() - ask to be notified of the next buffer
 *
 * Return: true if one is there already: it may have come without a
 * notification, so take it.
 */
bool shyper_vring_enable_kick(struct shyper_vring *vr);

/**
 * shyper_chain_read() - copy bytes of the readable part, from @offset on
 *
 * Return: false if there are not as many, or some are no memory.
 */
bool shyper_chain_read(const struct shyper_chain *chain, u64 offset, void *dst,
		       u64 len);

/**
 * shyper_chain_write() - copy bytes to the writable part, from @offset on
 *
 * Return: as shyper_chain_read().
 */
bool shyper_chain_write(const struct shyper_chain *chain, u64 offset,
			const void *src, u64 len);

#endif /* SHYPER_VRING_H */
