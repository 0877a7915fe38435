// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The machine's interrupt lines in User Mode Linux, which gives devices of its platform bus none: a virtio device of
 * our own whose child node is the interrupt controller of the device tree.
 *
 * One virtqueue is all there is. Unmasking a line queues a pair of words: the line's number for the device to read,
 * an answer for it to write. The device keeps the pair until the line is high and then returns it with the answer 1.
 * So a line costs one message for each interrupt and none while it is quiet, and everything here may run under a
 * spinlock (apple-mailbox enables send-empty under one when its FIFO is full).
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>

#define ANS_IRQCHIP_VIRTIO_ID 1235 /* "virtio,device4d3" in the device tree */
#define ANS_IRQCHIP_LINES     8

/* The two words of a line, alone in their allocation: the device reads the first and writes the second. */
struct ans_irq_words {
	__le32 line;
	__le32 answer;
};

struct ans_irq_line {
	struct ans_irq_words *words;
	bool queued; /* the device holds the words */
	bool masked; /* nobody wants to hear of the line */
};

struct ans_irqchip {
	struct virtio_device *vdev;
	struct virtqueue *queue;
	struct irq_domain *domain;
	raw_spinlock_t lock; /* guards the queue and the lines' flags */
	struct ans_irq_line lines[ANS_IRQCHIP_LINES];
};

/* Hands a line's words to the device, unless it still has them from before: then they serve this unmasking too. */
static void ans_irqchip_arm(struct ans_irqchip *chip, struct ans_irq_line *line)
{
	struct scatterlist out, in;
	struct scatterlist *both[] = { &out, &in };

	if (line->queued)
		return;

	line->words->answer = 0;
	sg_init_one(&out, &line->words->line, sizeof(line->words->line));
	sg_init_one(&in, &line->words->answer, sizeof(line->words->answer));
	if (virtqueue_add_sgs(chip->queue, both, 1, 1, line, GFP_ATOMIC)) {
		dev_err_ratelimited(&chip->vdev->dev, "line %u cannot be armed\n", le32_to_cpu(line->words->line));
		return;
	}
	line->queued = true;
	virtqueue_kick(chip->queue);
}

static void ans_irqchip_mask(struct irq_data *data)
{
	struct ans_irqchip *chip = irq_data_get_irq_chip_data(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&chip->lock, flags);
	chip->lines[data->hwirq].masked = true;
	raw_spin_unlock_irqrestore(&chip->lock, flags);
}

static void ans_irqchip_unmask(struct irq_data *data)
{
	struct ans_irqchip *chip = irq_data_get_irq_chip_data(data);
	struct ans_irq_line *line = &chip->lines[data->hwirq];
	unsigned long flags;

	raw_spin_lock_irqsave(&chip->lock, flags);
	line->masked = false;
	ans_irqchip_arm(chip, line);
	raw_spin_unlock_irqrestore(&chip->lock, flags);
}

static int ans_irqchip_set_type(struct irq_data *data, unsigned int type)
{
	return type == IRQ_TYPE_LEVEL_HIGH ? 0 : -EINVAL;
}

static struct irq_chip ans_irqchip_ops = {
	.name = "ans-irqchip",
	.irq_mask = ans_irqchip_mask,
	.irq_unmask = ans_irqchip_unmask,
	.irq_set_type = ans_irqchip_set_type,
	/* The device's queue outlives every suspend, so a wake-up source needs nothing set up. */
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

static int ans_irqchip_map(struct irq_domain *domain, unsigned int irq, irq_hw_number_t hwirq)
{
	irq_domain_set_info(domain, irq, hwirq, &ans_irqchip_ops, domain->host_data, handle_level_irq, NULL, NULL);
	irq_set_status_flags(irq, IRQ_LEVEL);
	return 0;
}

static const struct irq_domain_ops ans_irqchip_domain_ops = {
	.map = ans_irqchip_map,
	.xlate = irq_domain_xlate_twocell,
};

/*
 * Takes one line's words back. A line that was masked while the device held them is not delivered and not remembered:
 * it is a level, so the device returns the words of the next unmasking at once if the line is still high then.
 */
static bool ans_irqchip_take(struct ans_irqchip *chip, struct ans_irq_line **line, bool *deliver)
{
	unsigned long flags;
	unsigned int length;

	raw_spin_lock_irqsave(&chip->lock, flags);
	*line = virtqueue_get_buf(chip->queue, &length);
	if (*line) {
		(*line)->queued = false;
		*deliver = !(*line)->masked && length >= sizeof((*line)->words->answer) &&
			   le32_to_cpu((*line)->words->answer) == 1;
	}
	raw_spin_unlock_irqrestore(&chip->lock, flags);
	return *line;
}

static void ans_irqchip_returned(struct virtqueue *queue)
{
	struct ans_irqchip *chip = queue->vdev->priv;
	struct ans_irq_line *line;
	bool deliver;

	while (ans_irqchip_take(chip, &line, &deliver)) {
		if (deliver)
			generic_handle_domain_irq(chip->domain, line - chip->lines);
	}
}

static int ans_irqchip_init_lines(struct ans_irqchip *chip)
{
	unsigned int i;

	for (i = 0; i < ANS_IRQCHIP_LINES; i++) {
		struct ans_irq_line *line = &chip->lines[i];

		line->masked = true;
		line->words = devm_kzalloc(&chip->vdev->dev, sizeof(*line->words), GFP_KERNEL);
		if (!line->words)
			return -ENOMEM;
		line->words->line = cpu_to_le32(i);
	}
	return 0;
}

static int ans_irqchip_probe(struct virtio_device *vdev)
{
	struct ans_irqchip *chip;
	int err;

	if (!vdev->dev.of_node)
		return dev_err_probe(&vdev->dev, -ENODEV, "no interrupt controller node in the device tree\n");
	chip = devm_kzalloc(&vdev->dev, sizeof(*chip), GFP_KERNEL);
	if (!chip)
		return -ENOMEM;
	chip->vdev = vdev;
	raw_spin_lock_init(&chip->lock);
	vdev->priv = chip;
	err = ans_irqchip_init_lines(chip);
	if (err)
		return err;

	chip->queue = virtio_find_single_vq(vdev, ans_irqchip_returned, "irq");
	if (IS_ERR(chip->queue))
		return PTR_ERR(chip->queue);
	virtio_device_ready(vdev);

	chip->domain = irq_domain_add_linear(vdev->dev.of_node, ANS_IRQCHIP_LINES, &ans_irqchip_domain_ops, chip);
	if (!chip->domain) {
		virtio_reset_device(vdev);
		vdev->config->del_vqs(vdev);
		return -ENOMEM;
	}
	return 0;
}

/*
 * Runs only when the kernel ends: the module cannot be unloaded, since drivers hold its lines. The domain stays, as
 * there may still be such drivers.
 */
static void ans_irqchip_remove(struct virtio_device *vdev)
{
	virtio_reset_device(vdev);
	vdev->config->del_vqs(vdev);
}

static const struct virtio_device_id ans_irqchip_ids[] = {
	{ ANS_IRQCHIP_VIRTIO_ID, VIRTIO_DEV_ANY_ID },
	{ 0 },
};
MODULE_DEVICE_TABLE(virtio, ans_irqchip_ids);

static struct virtio_driver ans_irqchip_driver = {
	.driver.name = "ans-irqchip",
	.driver.suppress_bind_attrs = true,
	.id_table = ans_irqchip_ids,
	.probe = ans_irqchip_probe,
	.remove = ans_irqchip_remove,
};

/* No module_virtio_driver(): without an exit function a module stays. */
static int __init ans_irqchip_init(void)
{
	return register_virtio_driver(&ans_irqchip_driver);
}
module_init(ans_irqchip_init);

MODULE_DESCRIPTION("Interrupt lines of the ans2emu machine in User Mode Linux");
MODULE_LICENSE("Dual MIT/GPL");
