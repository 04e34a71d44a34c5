"""Pages of those who meet citizens: the day, their working time, and the tasks that wait for a person."""
