"""Operating system images: four kinds of sources, one catalogue.

Forms and services call `load_catalogue`, which fetches nothing. The watcher fetches
(`fetching`) and stores the images in the database (`models.ImageSource`).
"""

from .catalogue import NOTHING, Catalogue, Duplicate, SourceImages, load_catalogue

__all__ = ["NOTHING", "Catalogue", "Duplicate", "SourceImages", "load_catalogue"]
