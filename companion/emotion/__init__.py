"""What a student seems to feel, and whether a thought is bent: offered, never pressed on anyone."""
