"""Facts about the container images; part of `make test-containers` only, since they need a container engine."""
