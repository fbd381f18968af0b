"""A photograph, a part of Fashion-MNIST, networks that were trained on it, and CIFAR-10 if you have it.

NOTICE says who owns them, and how the files here were made.
"""

from cs_conv.data.cifar import cifar10
from cs_conv.data.clothes_network import clothes_network
from cs_conv.data.dataset import Dataset
from cs_conv.data.fashion import fashion_mnist
from cs_conv.data.photograph import photograph

__all__ = ["Dataset", "cifar10", "clothes_network", "fashion_mnist", "photograph"]
