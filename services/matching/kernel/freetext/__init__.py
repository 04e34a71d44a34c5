"""Ranking of CVs and adverts as they were written: bounded parts that sum to the score, over masked text only."""
