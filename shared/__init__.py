"""What every service shares: the machinery exists once, here. Never imports a service."""
