"""How matching is operated: its verbs on the command line, one file per noun (link, skills, match)."""
