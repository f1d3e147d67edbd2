"""`explorer.model.build(spec)`: the real model by the address that people script against; it lives in explorer.net."""

from explorer.net.resnet import BLOCK_CLASSES, ResNet, build

__all__ = ["BLOCK_CLASSES", "ResNet", "build"]
