"""A folder that tells what was scored."""
