"""For those who learn: what they have solved, remembered, and the record that shows it."""
