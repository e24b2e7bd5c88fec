"""Articles, passages, vectors and search. Knows nothing of questions, answers or people."""
