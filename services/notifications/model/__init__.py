"""The rules of telling: what should be told about a meeting, when it may go out, and in which words. No I/O."""
