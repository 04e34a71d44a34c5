"""How pages are served, whatever they are about: login sessions, safety, language, forms and rendering."""
