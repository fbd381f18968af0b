"""The media type of a verdict: `check` puts one into its cell's output, and grading reads it there."""

VERDICT = "application/vnd.cs-conv.verdict+json"
