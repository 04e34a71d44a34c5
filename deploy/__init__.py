"""How Jobvej is brought up: on one machine, in containers, on a cluster; and the command that operates it."""
