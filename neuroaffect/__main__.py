"""``python -m neuroaffect``."""

from neuroaffect.cli import main

# The dashboard's process imports this file again, under another name.
if __name__ == "__main__":
    main()
