"""Where the recognisers come from: training and evaluation; nothing here runs for a student."""
