"""The services: each with its own database, image and README; they know one another only by events and HTTP."""
