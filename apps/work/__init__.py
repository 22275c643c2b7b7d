"""Work in the background, whoever has it to do; imports no app."""
