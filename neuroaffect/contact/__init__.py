"""How well each channel of each stream is in contact: verdicts live and of recordings."""

from neuroaffect.contact.judge import Judge, Verdict, judgeable
from neuroaffect.contact.summary import ChannelShare, Summary
from neuroaffect.contact.watch import watch

__all__ = ["ChannelShare", "Judge", "Summary", "Verdict", "judgeable", "watch"]
