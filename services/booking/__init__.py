"""When we meet: topics, advisers' time, holds and meetings."""
