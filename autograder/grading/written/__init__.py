"""Written answers: grouped where they are alike, judged in a file, recorded in the gradebook."""
