"""ResNet Explorer: pick a ResNet, and the real model is built, explained and timed."""

__version__ = "0.1.0"
