"""Tests of cs_conv. To hold a new variant to all of them, add it to VARIANTS in conftest.py."""
