"""What a network learns from: batches, losses, teachers."""
