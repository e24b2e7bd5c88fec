"""Questions, answers and the people who ask; `index` does the searching."""
