"""When things happen. What happens is the workers' business."""
