"""Live updates of staff pages: what is heard from Kafka, to whom it matters, and the stream that says so.

A stream says only *that* something changed, by ids; the page then asks for its fragment like any other request,
through the same check of who may see what.
"""
