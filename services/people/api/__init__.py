"""What people is asked over HTTP: parse, use case, answer. Who may ask what stands on each route."""
