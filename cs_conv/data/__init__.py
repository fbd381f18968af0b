"""Images to look at and to learn from: a photograph, Fashion-MNIST (a part of it), CIFAR-10 (if you have it).

NOTICE says whose they are and how the files here were made.
"""

from cs_conv.data.cifar import cifar10
from cs_conv.data.dataset import Dataset
from cs_conv.data.fashion import fashion_mnist
from cs_conv.data.photograph import photograph

__all__ = ["Dataset", "cifar10", "fashion_mnist", "photograph"]
