"""How the judge decides whether an answer is fast enough."""
