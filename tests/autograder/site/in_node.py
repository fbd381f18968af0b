"""Where these tests keep what npm and pip fetch for the browser."""

from tests.needs import ROOT

CACHE = ROOT / "build" / "npm"
