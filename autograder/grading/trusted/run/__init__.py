"""Running that notebook: answers in the sandbox, tests here."""
