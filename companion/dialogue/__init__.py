"""What is said next: the prompt, the memory of a talk, the guided engine, the output guard."""
