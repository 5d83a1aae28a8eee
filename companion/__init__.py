"""What Nuanyu is: rules, words, flows and ports. No I/O, no clock, no framework."""
