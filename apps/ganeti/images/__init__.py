"""Operating system images: four kinds of sources, one catalogue.

`known()` is what forms and services ask; it fetches nothing. The watcher fetches
(`fetching`), and what it found is kept in the database (`models.ImageSource`).
"""

from .catalogue import NOTHING, Catalogue, Duplicate, Shelf, known

__all__ = ["NOTHING", "Catalogue", "Duplicate", "Shelf", "known"]
