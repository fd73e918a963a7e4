"""Registered models of Unity Catalog and the files of their versions. The door is `catalog.ModelCatalog`."""
