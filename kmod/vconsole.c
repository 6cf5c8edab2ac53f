// SPDX-License-Identifier: GPL-2.0-only
/*
 * Consoles of guests (VIRTIO 1.2, 5.3): queues, control messages, configuration
 * space. Locks and lives: vconsole.h.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_console.h>
#include <uapi/linux/virtio_ids.h>

#include "vconsole.h"

/* ---- control queues ---- */

static void ctl_receive(struct shyper_console *con, bool *again)
{
	struct shyper_vqueue *vq = con->ctl_tx;
	u32 budget = SHYPER_CONSOLE_QUEUE;
	struct shyper_vcon_msg msg;
	bool known;
	int ret = 0;

	if (!vq)
		return;
	shyper_vring_disable_kick(&vq->ring);
	for (; budget; budget--) {
		ret = shyper_console_queue_pop(vq, &con->chain, again);
		if (ret <= 0)
			break;
		known = shyper_chain_read(&con->chain.chain, 0, &msg, sizeof(msg));
		if (known) {
			spin_lock_irq(&con->ctl_lock);
			known = shyper_vcon_ctl_receive(&con->ctl, &msg);
			spin_unlock_irq(&con->ctl_lock);
		}
		vq->stats.errors += !known;
		shyper_console_queue_push(vq, &con->chain, 0, known ? sizeof(msg) : 0);
	}
	if (ret < 0)
		con->ctl_tx = NULL;
	else if (budget < SHYPER_CONSOLE_QUEUE)
		shyper_console_queue_finish(vq);
	if (!budget)
		*again = true;
}

static u32 ctl_next(struct shyper_console *con, void *buf)
{
	u32 len;

	spin_lock_irq(&con->ctl_lock);
	len = shyper_vcon_ctl_next(&con->ctl, buf);
	spin_unlock_irq(&con->ctl_lock);
	return len;
}

static bool ctl_pending(struct shyper_console *con)
{
	bool pending;

	spin_lock_irq(&con->ctl_lock);
	pending = shyper_vcon_ctl_pending(&con->ctl);
	spin_unlock_irq(&con->ctl_lock);
	return pending;
}

/* There are a few messages for each port at most. */
static void ctl_send(struct shyper_console *con, bool *again)
{
	u8 buf[SHYPER_VCON_MSG_MAX] __aligned(8);
	struct shyper_vqueue *vq = con->ctl_rx;
	u32 len, budget = SHYPER_CONSOLE_QUEUE;
	int ret = 0;

	if (!vq)
		return;
	shyper_vring_disable_kick(&vq->ring);
	for (; budget && ctl_pending(con); budget--) {
		ret = shyper_console_queue_pop(vq, &con->chain, again);
		if (ret <= 0)
			break;
		len = ctl_next(con, buf);
		if (!shyper_chain_write(&con->chain.chain, 0, buf, len)) {
			vq->stats.errors++;
			len = 0;
		}
		shyper_console_queue_push(vq, &con->chain, len, len);
	}
	if (ret < 0)
		con->ctl_rx = NULL;
	else if (budget < SHYPER_CONSOLE_QUEUE)
		shyper_console_queue_finish(vq);
	if (!budget)
		*again = true;
}

static void ctl_work(struct work_struct *work)
{
	struct shyper_console *con = container_of(work, struct shyper_console,
						  ctl_work);
	bool again = false;
	u32 n;

	mutex_lock(&con->ctl_queues);
	if (shyper_vdev_has(con->dev, VIRTIO_CONSOLE_F_MULTIPORT)) {
		ctl_receive(con, &again);
		ctl_send(con, &again);
	}
	mutex_unlock(&con->ctl_queues);
	/* The guest may have opened a port. */
	for (n = 0; n < con->ports; n++)
		shyper_console_port_kick(con->port[n]);
	if (again)
		shyper_console_queue_work(&con->ctl_work);
}

/* ---- configuration space ---- */

static void config_work(struct work_struct *work)
{
	struct shyper_console *con = container_of(work, struct shyper_console,
						  config_work);

	shyper_vdev_config_changed(con->dev);
}

void shyper_console_port_told(struct shyper_console_port *port, bool open)
{
	struct shyper_console *con = port->con;
	bool resized;

	lockdep_assert_held(&port->state_lock);
	if (!con)
		return;
	spin_lock(&con->ctl_lock);
	shyper_vcon_ctl_host_open(&con->ctl, port->id, open);
	resized = shyper_vcon_ctl_resize(&con->ctl, port->id,
					 port->winsize.ws_row,
					 port->winsize.ws_col);
	spin_unlock(&con->ctl_lock);
	shyper_console_queue_work(&con->ctl_work);
	/* Several ports' sizes are told by messages. */
	if (resized && port->id == 0)
		shyper_console_queue_work(&con->config_work);
}

static void console_config_read(struct shyper_vdev *dev)
{
	struct shyper_console *con = dev->priv;
	struct virtio_console_config *config = (void *)dev->config;

	spin_lock_irq(&con->ctl_lock);
	config->cols = (__force __virtio16)cpu_to_le16(con->ctl.port[0].cols);
	config->rows = (__force __virtio16)cpu_to_le16(con->ctl.port[0].rows);
	spin_unlock_irq(&con->ctl_lock);
	config->max_nr_ports = (__force __virtio32)cpu_to_le32(con->ports);
	config->emerg_wr = 0;
}

/* A character before there are queues, or when there are none any more: 5.3.4. */
static void console_config_write(struct shyper_vdev *dev, u32 offset, u32 len,
				 const void *old)
{
	struct virtio_console_config *config = (void *)dev->config;
	struct shyper_console *con = dev->priv;
	struct shyper_console_port *port = con->port[0];
	u8 byte = le32_to_cpu((__force __le32)config->emerg_wr);
	u32 n = 1;

	console_config_read(dev);
	if (offset != offsetof(struct virtio_console_config, emerg_wr))
		return;
	mutex_lock(&port->lock);
	*shyper_vcon_keep_reserve(&port->keep, &n) = byte;
	shyper_vcon_keep_commit(&port->keep, 1);
	mutex_unlock(&port->lock);
	shyper_console_port_kick(port);
}

/* ---- the device ---- */

/* Of queue 2n and 2n + 1; NULL: the control queues. */
static struct shyper_console_port *queue_port(struct shyper_vqueue *vq)
{
	struct shyper_console *con = vq->dev->priv;
	u32 pair = vq->index / 2;

	if (pair == 0)
		return con->port[0];
	return pair == 1 ? NULL : con->port[pair - 1];
}

static void console_set(struct shyper_vqueue *vq, struct shyper_vqueue *to)
{
	struct shyper_console *con = vq->dev->priv;

	mutex_lock(&con->ctl_queues);
	if (vq->index & 1)
		con->ctl_tx = to;
	else
		con->ctl_rx = to;
	mutex_unlock(&con->ctl_queues);
}

static void port_set(struct shyper_console_port *port, struct shyper_vqueue *vq,
		     struct shyper_vqueue *to)
{
	mutex_lock(&port->lock);
	if (vq->index & 1) {
		port->tx = to;
		port->out_taken = false;
		port->waiting = false;
	} else {
		port->rx = to;
	}
	mutex_unlock(&port->lock);
}

static int console_queue_start(struct shyper_vqueue *vq)
{
	struct shyper_console_port *port = queue_port(vq);

	if (port)
		port_set(port, vq, vq);
	else
		console_set(vq, vq);
	return 0;
}

static void console_queue_stop(struct shyper_vqueue *vq)
{
	struct shyper_console_port *port = queue_port(vq);

	if (!port) {
		console_set(vq, NULL);
		return;
	}
	port_set(port, vq, NULL);
	if (vq->index & 1)
		return;
	/* Meant for what ran until now: a later boot must not get it. */
	spin_lock_irq(&port->state_lock);
	kfifo_reset(&port->input);
	spin_unlock_irq(&port->state_lock);
	tty_port_tty_wakeup(&port->tty);
}

static void console_kick(struct shyper_vqueue *vq)
{
	struct shyper_console *con = vq->dev->priv;
	struct shyper_console_port *port = queue_port(vq);

	if (port)
		shyper_console_port_kick(port);
	else
		shyper_console_queue_work(&con->ctl_work);
}

static void console_reset(struct shyper_vdev *dev)
{
	struct shyper_console *con = dev->priv;

	spin_lock_irq(&con->ctl_lock);
	shyper_vcon_ctl_reset(&con->ctl);
	spin_unlock_irq(&con->ctl_lock);
}

/* A driver of one port looks for its size only when it is told of another. */
static void console_started(struct shyper_vdev *dev)
{
	struct shyper_console *con = dev->priv;

	if (con->ctl.port[0].rows && con->ctl.port[0].cols &&
	    !shyper_vdev_has(dev, VIRTIO_CONSOLE_F_MULTIPORT))
		shyper_console_queue_work(&con->config_work);
}

static void console_free(struct shyper_console *con)
{
	u32 n;

	for (n = 0; n < con->ports; n++)
		shyper_console_port_disconnect(con->port[n]);
	/* Only ports and queues begin these. The first one kicks ports. */
	cancel_work_sync(&con->ctl_work);
	cancel_work_sync(&con->config_work);
	for (n = 0; n < con->ports; n++)
		shyper_console_port_remove(con->port[n]);
	mutex_destroy(&con->ctl_queues);
	kfree(con);
}

static void console_release(struct shyper_vdev *dev)
{
	console_free(dev->priv);
}

static const struct shyper_vdev_ops console_ops = {
	.id = VIRTIO_ID_CONSOLE,
	.name = "console",
	.queue_start = console_queue_start,
	.queue_stop = console_queue_stop,
	.kick = console_kick,
	.config_read = console_config_read,
	.config_write = console_config_write,
	.reset = console_reset,
	.started = console_started,
	.release = console_release,
};

static struct shyper_console *console_alloc(u32 ports)
{
	struct shyper_console *con = kzalloc(sizeof(*con), GFP_KERNEL);
	int ret;

	if (!con)
		return ERR_PTR(-ENOMEM);
	con->ctl.ports = ports;
	spin_lock_init(&con->ctl_lock);
	mutex_init(&con->ctl_queues);
	INIT_WORK(&con->ctl_work, ctl_work);
	INIT_WORK(&con->config_work, config_work);
	con->chain.chain.seg = con->chain.seg;
	con->chain.chain.max = ARRAY_SIZE(con->chain.seg);
	ret = shyper_console_ports_alloc(con, ports, con->port);
	if (ret) {
		kfree(con);
		return ERR_PTR(ret);
	}
	con->ports = ports;
	return con;
}

static struct shyper_vdev *vdev_create(u32 vmid, struct shyper_console *con,
				       const struct shyper_vm_device *arg)
{
	struct shyper_vdev_setup setup = {
		.vmid = vmid,
		.ops = &console_ops,
		.priv = con,
		.name = arg->name,
		.base = arg->base,
		.irq = arg->irq,
		.features = BIT_ULL(VIRTIO_CONSOLE_F_SIZE) |
			    BIT_ULL(VIRTIO_CONSOLE_F_EMERG_WRITE) |
			    BIT_ULL(VIRTIO_F_IN_ORDER) |
			    BIT_ULL(VIRTIO_F_RING_RESET),
		.queues = 2,
		.num_max = SHYPER_CONSOLE_QUEUE,
		.config_len = sizeof(struct virtio_console_config),
	};

	if (con->ports > 1) {
		setup.features |= BIT_ULL(VIRTIO_CONSOLE_F_MULTIPORT);
		setup.queues = 2 * (con->ports + 1);
	}
	return shyper_vdev_create(&setup);
}

struct shyper_vdev *shyper_console_dev_create(u32 vmid, u32 vcpus,
					      const struct shyper_vm_device *arg)
{
	u64 ports = arg->cfg_num && arg->cfg[0] ? arg->cfg[0] : 1;
	struct shyper_console *con;
	struct shyper_vdev *dev;
	u32 n;
	int ret;

	static_assert(2 * (SHYPER_CONSOLE_PORTS + 1) <= SHYPER_VDEV_QUEUES);
	if (ports > SHYPER_CONSOLE_PORTS)
		return ERR_PTR(-EINVAL);
	for (n = 1; n < SHYPER_API_CFG_WORDS; n++) {
		if (arg->cfg[n])
			return ERR_PTR(-EINVAL);
	}
	con = console_alloc(ports);
	if (IS_ERR(con))
		return ERR_CAST(con);
	dev = vdev_create(vmid, con, arg);
	if (IS_ERR(dev)) {
		console_free(con);
		return dev;
	}
	con->dev = dev;
	dev->link = con->port[0]->index;
	scnprintf(dev->ifname, sizeof(dev->ifname), "ttySH%u",
		  con->port[0]->index);
	for (n = 0; n < ports; n++) {
		ret = shyper_console_port_register(con->port[n]);
		if (ret) {
			shyper_vdev_destroy(dev);
			return ERR_PTR(ret);
		}
	}
	return dev;
}
